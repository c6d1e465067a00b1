// The interceptor that makes a span of each message, of each send and of each step of a workflow.

import {
  type Attributes,
  context,
  type Link,
  type MeterProvider,
  metrics,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type {
  InterceptedInvocation,
  InterceptedRun,
  InterceptedStep,
  Interceptor,
  SentMessage,
} from "../functions/interceptor.js";
import { isThenable } from "../functions/thenable.js";
import { isClient } from "../model/client-address.js";
import type { Metadata } from "../model/metadata.js";
import { defineOptions, trueOrFalse, unchecked, withDefault } from "../model/options.js";
import { Instruments } from "./instruments.js";
import { contextOf, pairsOf } from "./trace-context.js";

/** Options of {@link openTelemetry}. */
export interface OpenTelemetryOptions {
  /** Makes the tracer. Defaults to the provider that is registered globally. */
  readonly tracerProvider?: TracerProvider;
  /** Makes the meter. Defaults to the provider that is registered globally. */
  readonly meterProvider?: MeterProvider;
  /**
   * Whether the span of a message for whose answer nobody waits is a child of its sender's span too, so that all that one message
   * causes is one trace. Defaults to false: the span begins a trace of its own, with a link to the sender's span.
   */
  readonly oneTrace?: boolean;
}

const options = defineOptions<OpenTelemetryOptions>()({
  tracerProvider: unchecked<TracerProvider>(),
  meterProvider: unchecked<MeterProvider>(),
  oneTrace: withDefault(trueOrFalse, false),
});

/**
 * Makes an interceptor for `functions.use` that traces and measures every message, by OpenTelemetry's conventions for messaging. The
 * context of the trace travels in the metadata of messages. Throws OPTION_INVALID.
 *
 * @example
 * ```ts
 * import { StatefulFunctions } from "statefun-ts";
 * import { openTelemetry } from "statefun-ts/opentelemetry";
 *
 * export const traced = new StatefulFunctions().use(openTelemetry());
 * ```
 */
export function openTelemetry(input?: OpenTelemetryOptions): Interceptor {
  const { tracerProvider = trace, meterProvider = metrics, oneTrace } = options.read("openTelemetry", input);
  const tracer = tracerProvider.getTracer("statefun-ts");
  let instruments: Instruments | undefined;
  return (invocation, next) => {
    // Not before the first message: a meter that is made before the SDK is registered never measures anything.
    instruments ??= new Instruments(meterProvider);
    return new TracedMessage(invocation, tracer, instruments, oneTrace).run(next);
  };
}

/** The attributes of an operation on a destination, which is a type name: an id would make too many destinations. */
const about = (operation: "process" | "send", destination: string): Attributes => ({
  "messaging.system": "statefun",
  "messaging.operation.name": operation,
  "messaging.operation.type": operation,
  "messaging.destination.name": destination,
});

class TracedMessage {
  readonly #invocation: InterceptedInvocation;
  readonly #tracer: Tracer;
  readonly #instruments: Instruments;
  readonly #attributes: Attributes;
  readonly #span: Span;
  readonly #begun = performance.now();

  constructor(invocation: InterceptedInvocation, tracer: Tracer, instruments: Instruments, oneTrace: boolean) {
    this.#invocation = invocation;
    this.#tracer = tracer;
    this.#instruments = instruments;
    const { address, message, metadata, kind, callerWaits } = invocation;
    this.#attributes = about("process", address.typeName);
    const sender = contextOf(metadata);
    const isChild = oneTrace || callerWaits;
    const links = isChild ? [] : linksTo(sender);
    const attributes = {
      ...this.#attributes,
      "statefun.address.id": address.id,
      "statefun.message.typename": message.typename,
      "statefun.message.kind": kind,
    };
    const parent = isChild ? sender : ROOT_CONTEXT;
    this.#span = tracer.startSpan(
      `process ${address.typeName}`,
      { kind: SpanKind.CONSUMER, attributes, links },
      parent,
    );
    invocation.onEnd((failure) => this.#ended(failure));
    invocation.onSend((sent) => this.#sent(sent));
    invocation.onRun((run) => this.#goesOn(run));
    invocation.onStep((step, work) => this.#step(step, work));
  }

  run(next: () => unknown): unknown {
    return context.with(trace.setSpan(context.active(), this.#span), next);
  }

  /** The span ends with the message: what follows the handler, such as the packing of its answer, may fail too. */
  #ended(failure: { readonly error: unknown } | undefined): void {
    const attributes = failure === undefined ? this.#attributes : { ...this.#attributes, ...errorOf(failure.error) };
    this.#instruments.processed(attributes, performance.now() - this.#begun);
    if (failure !== undefined) setFailed(this.#span, failure.error);
    this.#span.end();
  }

  /** Makes the span of a message that is sent, whose context travels with the message. */
  #sent({ target, egress, message, delay }: SentMessage): Record<string, string> | undefined {
    // Who waits for the answer has a span of its own, which ends with the answer.
    if (target !== undefined && isClient(target)) return undefined;
    const destination = target?.typeName ?? (egress as string);
    const attributes = about("send", destination);
    this.#instruments.sent(attributes);
    if (this.#isOwn(message.metadata)) return undefined;
    const span = this.#tracer.startSpan(`send ${destination}`, {
      kind: SpanKind.PRODUCER,
      attributes: {
        ...attributes,
        "statefun.message.typename": message.typename,
        ...(target === undefined ? {} : { "statefun.address.id": target.id }),
        ...(delay === 0 ? {} : { "statefun.message.delay": delay / 1000 }),
      },
    });
    span.end();
    return pairsOf(trace.setSpan(context.active(), span));
  }

  /** Whether a handler has given a message another trace than the one that came with its own message. */
  #isOwn(metadata: Metadata): boolean {
    const given = metadata.getText("traceparent");
    return given !== undefined && given !== this.#invocation.metadata.getText("traceparent");
  }

  /** Links the span to the message that began the run. */
  #goesOn({ id, metadata }: InterceptedRun): void {
    this.#span.setAttribute("statefun.run.id", id);
    if (metadata.getText("traceparent") === this.#invocation.metadata.getText("traceparent")) return;
    this.#span.addLinks(linksTo(contextOf(metadata)));
  }

  #step({ run, name, attempt }: InterceptedStep, work: () => unknown): unknown {
    const attributes = { "statefun.run.id": run.id, "statefun.step.name": name, "statefun.step.attempt": attempt };
    return within(this.#tracer.startSpan(`step ${name}`, { attributes }), work);
  }
}

/** Runs code within a span, which ends when the code does. */
function within(span: Span, code: () => unknown): unknown {
  const succeed = (value: unknown) => {
    span.end();
    return value;
  };
  const fail = (error: unknown): never => {
    setFailed(span, error);
    span.end();
    throw error;
  };
  let result: unknown;
  try {
    result = context.with(trace.setSpan(context.active(), span), code);
  } catch (error) {
    return fail(error);
  }
  // A handler that makes no promise stays without one.
  return isThenable(result) ? result.then(succeed, fail) : succeed(result);
}

/** Notes the error that ends a span. */
function setFailed(span: Span, error: unknown): void {
  span.setAttributes(errorOf(error));
  span.recordException(error instanceof Error ? error : String(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
}

/** The code of the error, as far as it has one: errors of one kind must not be a number of different values. */
function errorOf(error: unknown): Attributes {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  const type = typeof code === "string" && code !== "" ? code : name;
  return { "error.type": typeof type === "string" && type !== "" ? type : "_OTHER" };
}

function linksTo(sender: ReturnType<typeof contextOf>): Link[] {
  const spanContext = trace.getSpanContext(sender);
  return spanContext === undefined ? [] : [{ context: spanContext }];
}
