// Implements the context of a workflow: each operation is looked up in the run's journal, and done when it is not there.

import { StatefunError } from "../errors.js";
import { asAnswer, destination, packMessage, positiveDelay } from "../functions/outgoing.js";
import {
  type FlowCallOptions,
  type ReceiveOptions,
  Restart,
  type SleepOptions,
  type StepContext,
  type StepOptions,
  WorkflowContext,
} from "../functions/workflow-context.js";
import type { Address } from "../model/address.js";
import { callMetadata } from "../model/correlation.js";
import type { Duration } from "../model/duration.js";
import { instantToMs } from "../model/instant.js";
import { Metadata, type MetadataInput } from "../model/metadata.js";
import { checked, defineOptions, span, textOption, unchecked } from "../model/options.js";
import type { TypedValue } from "../model/typed-value.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import type { Activation, Asker, NewOperation } from "./activation.js";
import { callToken } from "./call-token.js";
import { randomOf, uuidOf } from "./chance.js";
import { operationError, runFailure } from "./failures.js";
import { startTimer } from "./operations.js";
import type { Receives } from "./receives.js";
import { unpackResult } from "./results.js";
import { step } from "./step.js";

const callOptions = defineOptions<FlowCallOptions>()({
  timeout: span,
  name: textOption,
  answer: unchecked<TypeLike>(),
  metadata: unchecked<NonNullable<FlowCallOptions["metadata"]>>(),
});
const receiveOptions = defineOptions<ReceiveOptions<any>>()({
  timeout: span,
  name: textOption,
  where: checked("a function", (input): input is (message: any) => boolean => typeof input === "function"),
});
const sleepOptions = defineOptions<SleepOptions>()({ name: textOption });

/** The most operations of one pass that may fail at once. */
const mostRefused = 1_000;

const ignore = () => {};

/** A rejected promise that ends no process when nobody waits for it. */
function rejected(error: unknown): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(ignore);
  return promise;
}

export class Flow extends WorkflowContext {
  readonly #pass: Activation;
  readonly #receives: Receives;
  /** Whether a call of this address with a message of this type would wait for the run itself. */
  readonly #waitsForItself: (typename: string) => boolean;
  #chances = 0;
  /** How many operations have failed at once in this pass. */
  #refused = 0;

  constructor(pass: Activation, receives: Receives, waitsForItself: (typename: string) => boolean) {
    super();
    this.#pass = pass;
    this.#receives = receives;
    this.#waitsForItself = waitsForItself;
  }

  get address(): Address {
    return this.#pass.context.address;
  }

  get id(): string {
    return this.#pass.run.id;
  }

  get caller(): Address | undefined {
    return this.#pass.run.caller;
  }

  get metadata(): Metadata {
    return this.#pass.run.input.metadata;
  }

  get signal(): AbortSignal {
    return this.#pass.signal;
  }

  step(name: string, work: (step: StepContext) => unknown, options?: StepOptions): Promise<any> {
    return this.#operate(this.step, () => step(this.#pass, name, work, options));
  }

  call(target: unknown, ...rest: unknown[]): Promise<any> {
    return this.#operate(this.call, () => this.#call(target, rest));
  }

  #call(target: unknown, rest: readonly unknown[]): Promise<unknown> {
    const pass = this.#pass;
    const { context, run } = pass;
    const { to, message, options } = destination(target, rest, this);
    const packed = packMessage(message);
    const { timeout, name, answer, metadata } = callOptions.read("flow.call", options as FlowCallOptions | undefined);
    const base = `call:${name ?? `${to}:${packed.typename}`}`;
    if (to.equals(this.address) && this.#waitsForItself(packed.typename)) {
      return rejected(operationError(callsItself(to, packed.typename)));
    }
    const { types } = context.scope;
    const { operation, index, isNew } = pass.operation({
      kind: "call",
      base,
      named: name !== undefined,
      callee: to,
      input: packed,
    });
    if (isNew) {
      this.#undoIfThrown(operation, () => {
        const pairs = metadata === undefined ? packed.metadata : new Metadata(metadata);
        const token: MetadataInput = [...pairs, [callMetadata, callToken(run, index)]];
        context.send(to, packed, { metadata: token });
        if (timeout !== undefined) startTimer(context, run, index, timeout);
      });
    }
    return pass.result(operation, (value) => unpackResult(value, types, "answer", answer));
  }

  sleep(duration: Duration, options?: SleepOptions): Promise<void> {
    return this.#operate(this.sleep, () => {
      const delayMs = positiveDelay(duration);
      return this.#sleep("sleep", delayMs, delayMs, options);
    });
  }

  sleepUntil(date: Date | number, options?: SleepOptions): Promise<void> {
    return this.#operate(this.sleepUntil, () => {
      const time = instantToMs(date, "The date of sleepUntil");
      return this.#sleep("sleepUntil", time, Math.max(0, Math.ceil(time - this.#pass.context.now)), options);
    });
  }

  #sleep(
    method: "sleep" | "sleepUntil",
    input: number,
    delay: number,
    options: SleepOptions | undefined,
  ): Promise<void> {
    const pass = this.#pass;
    const { name } = sleepOptions.read(`flow.${method}`, options);
    const base = name === undefined ? method : `sleep:${name}`;
    const { operation, index, isNew } = pass.operation({ kind: "sleep", base, named: name !== undefined, input });
    const result = pass.result(operation, () => undefined);
    if (isNew && delay > 0) startTimer(pass.context, pass.run, index, delay);
    else if (isNew) pass.complete(operation, undefined);
    return result;
  }

  receive(type: TypeLike, options?: ReceiveOptions<any>): Promise<any> {
    return this.#operate(this.receive, () => {
      const pass = this.#pass;
      const awaited = typeOf(type);
      const { timeout, where, name } = receiveOptions.read("flow.receive", options);
      const { typename } = awaited;
      const base = `receive:${name ?? typename}`;
      const asked = { kind: "receive", base, named: name !== undefined, awaits: typename, input: timeout } as const;
      const { operation, index, isNew } = pass.operation(asked);
      if (isNew && timeout !== undefined) startTimer(pass.context, pass.run, index, timeout);
      this.#receives.add(operation, { type: awaited, where });
      return pass.result(operation, (value) => unpackResult(value, pass.context.scope.types, "type", awaited));
    });
  }

  send(target: unknown, ...rest: unknown[]): void {
    if (!this.#pass.live) return;
    const { to, message, options } = destination(target, rest, this);
    const packed = packMessage(asAnswer(message));
    const { context } = this.#pass;
    const asked: NewOperation = {
      kind: "send",
      base: `send:${to}:${packed.typename}`,
      named: false,
      callee: to,
      input: packed,
    };
    this.#once(this.send, asked, () => context.send(to, packed, options as object));
  }

  sendAfter(delay: Duration, target: unknown, ...rest: unknown[]): void {
    this.#sendDelayed(this.sendAfter, "sendAfter", target, rest, (...to) => this.#pass.context.sendAfter(delay, ...to));
  }

  sendAt(date: Date | number, target: unknown, ...rest: unknown[]): void {
    this.#sendDelayed(this.sendAt, "sendAt", target, rest, (...to) => this.#pass.context.sendAt(date, ...to));
  }

  #sendDelayed(
    asker: Asker,
    method: "sendAfter" | "sendAt",
    target: unknown,
    rest: readonly unknown[],
    send: (to: Address, message: TypedValue, options: object) => void,
  ): void {
    if (!this.#pass.live) return;
    const { to, message, options } = destination(target, rest, this);
    const packed = packMessage(asAnswer(message));
    const base = `${method}:${to}:${packed.typename}`;
    const asked: NewOperation = { kind: "sendAfter", base, named: false, callee: to, input: packed };
    this.#once(asker, asked, () => send(to, packed, options as object));
  }

  sendEgress(egress: string, message: any, options?: object): void {
    if (!this.#pass.live) return;
    const packed = packMessage(message);
    const { context } = this.#pass;
    const base = `sendEgress:${egress}:${packed.typename}`;
    this.#once(this.sendEgress, { kind: "sendEgress", base, named: false, input: packed }, () =>
      context.sendEgress(egress, packed, options),
    );
  }

  now(): number {
    return this.#pass.now;
  }

  random(): number {
    return randomOf(this.id, this.#chances++);
  }

  uuid(): string {
    return uuidOf(this.id, this.#chances++);
  }

  restart(input: unknown): Restart {
    return new Restart(input);
  }

  /** Does an operation that is waited for. Code that goes on after its pass has ended waits forever. */
  #operate<T>(asker: Asker, operate: () => Promise<T>): Promise<T> {
    if (!this.#pass.live) return new Promise(ignore);
    this.#pass.asker = asker;
    try {
      this.#assertOutsideStep();
      return operate();
    } catch (thrown) {
      this.#refused += 1;
      if (this.#refused <= mostRefused) return rejected(thrown);
      // A loop that catches such failures never ends, and keeps the process from doing anything else.
      this.#pass.fail(thrown);
      return new Promise(ignore);
    }
  }

  /** Does an operation that nobody waits for, unless the journal has it. */
  #once(asker: Asker, asked: NewOperation, operate: () => void): void {
    this.#pass.asker = asker;
    this.#assertOutsideStep();
    const { operation, isNew } = this.#pass.operation(asked);
    if (isNew) this.#undoIfThrown(operation, operate);
  }

  #undoIfThrown(operation: Parameters<Activation["forget"]>[0], operate: () => void): void {
    try {
      operate();
    } catch (thrown) {
      this.#pass.forget(operation);
      throw thrown;
    }
  }

  #assertOutsideStep(): void {
    const { calling } = this.#pass;
    if (calling === undefined) return;
    throw new StatefunError(
      "FLOW_IN_STEP",
      `The step "${calling}" uses the context of its workflow. Its own context can send: flow.step("${calling}", (step) => step.send(…)). Other operations belong before or after the step.`,
    );
  }
}

function callsItself(to: Address, typename: string) {
  return runFailure(
    "WORKFLOW_CALLS_ITSELF",
    `The run at ${to} calls its own workflow with ${typename}, which would wait until the run has ended. Call another id, return flow.restart(input), or let the workflow have { concurrency: "parallel" }.`,
  );
}
