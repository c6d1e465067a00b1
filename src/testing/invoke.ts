// One message to one function instance, through the bytes of the wire as from any engine, but without an engine.

import { StatefunError } from "../errors.js";
import { typeNameOf } from "../functions/class-record.js";
import type { Checked, MessageTo } from "../functions/context.js";
import type { FailurePolicy } from "../functions/failure-policy.js";
import type { FunctionSpec } from "../functions/function-spec.js";
import type { FunctionClass } from "../functions/handled-messages.js";
import { machineClock } from "../functions/host-clock.js";
import type { Interceptor } from "../functions/interceptor.js";
import { BatchRun } from "../functions/run-batch.js";
import { resolveState } from "../functions/state.js";
import { StatefulFunctions } from "../functions/stateful-functions.js";
import { Address } from "../model/address.js";
import { none } from "../model/append.js";
import { clientName, clientNamespace, isClient } from "../model/client-address.js";
import { emptyAnswerTypename, failureOfValue, failureTypename } from "../model/correlation.js";
import { terminalErrorOf } from "../model/failure.js";
import type { BatchOutcome, Effects, Invocation } from "../model/invocation.js";
import { defaultMetadataBytes, type MetadataInput, metadataOption } from "../model/metadata.js";
import { checked, defineOptions, nonEmptyText, unchecked, withDefault } from "../model/options.js";
import type { TypedValue } from "../model/typed-value.js";
import { packValue } from "../types/pack.js";
import { decodeRequest } from "../wire/decode-request.js";
import { decodeResponse } from "../wire/decode-response.js";
import { encodeRequest } from "../wire/encode-request.js";
import { encodeResponse } from "../wire/encode-response.js";
import { decodePacked, encodePacked } from "../wire/packed.js";
import { journalName, wakeTypename } from "../workflows/journal/names.js";
import { type FindType, plainOf } from "./plain.js";
import type { StatesInput, StatesOf } from "./plain-types.js";
import { runViews } from "./run-views.js";
import { packStates, statesOf } from "./states.js";
import { type DelayedView, delayedView, type SentView, sentView } from "./views.js";
import { defaultStart } from "./virtual-clock.js";

/** Options of {@link invoke}. */
export interface InvokeOptions<I extends object = any, M = any> {
  /** The message: a protobuf message or a packed value; strings, booleans, bigints and Uint8Arrays pack themselves. */
  readonly message: M;
  /** The id of the instance. Defaults to "test". */
  readonly id?: string;
  /** The states before the message, by the names of their properties. Defaults to none: each state has its default. */
  readonly state?: StatesInput<I>;
  /** Who has sent the message: a function instance, or null for an ingress. Defaults to a client that waits for the answer. */
  readonly caller?: Address | null;
  /** The metadata of the message. Defaults to what a packed value has, and otherwise to none. */
  readonly metadata?: MetadataInput;
  /** The time that the handler sees as `context.now`. Defaults to the first moment of 2026, UTC. */
  readonly now?: Date;
  /** Where the function is bound, for a class whose constructor has parameters. Defaults to the class alone. */
  readonly functions?: StatefulFunctions;
}

/** What one message did, as plain values. */
export interface InvokeResult<I extends object = any> {
  /** The states after the message. A state that is not set has its default, and is missing when it has none. */
  readonly state: StatesOf<I>;
  /** The messages to functions. A reply to a function is among them. */
  readonly sent: readonly SentView[];
  /** The delayed messages. */
  readonly delayed: readonly DelayedView[];
  /** The cancellation tokens of the delayed messages that were withdrawn. */
  readonly cancelled: readonly string[];
  /** The records to egresses. */
  readonly egress: readonly SentView[];
  /** The keys of the operations that workflows wait for, for example "receive:shop/approval". */
  readonly waitsFor: readonly string[];
  /** The answer to the client that waits; undefined when there is none. */
  readonly answer: unknown;
  /**
   * What the handler threw; undefined when the message succeeded. The message then did nothing else. Of a workflow that has failed
   * it is the TerminalError, and what the steps did stays.
   */
  readonly error: unknown;
}

const isDate = (input: unknown): input is Date => input instanceof Date && !Number.isNaN(input.getTime());
const isCaller = (input: unknown): input is Address | null => input === null || input instanceof Address;

const invokeOptions = defineOptions<InvokeOptions>()({
  message: unchecked<unknown>(),
  id: withDefault(nonEmptyText, "test"),
  state: unchecked<object>(),
  caller: checked("an Address, or null for an ingress", isCaller),
  metadata: metadataOption,
  now: withDefault(checked("a date", isDate), new Date(defaultStart)),
  functions: unchecked<StatefulFunctions>(),
});

const client = new Address(clientNamespace, clientName, "test");

const noEffects: Effects<Uint8Array> = { mutations: none, messages: none, delayed: none, egresses: none };

/** The classes that were invoked before, each alone. */
const alone = new WeakMap<object, StatefulFunctions>();

/**
 * Handles one message, and resolves to what the message did. The message, the states and the effects go through the bytes of the
 * wire, as between an engine and its functions. There is no engine: nothing is delivered, and nothing is kept. Rejects with
 * FUNCTION_UNDECORATED, FUNCTION_UNKNOWN, OPTION_INVALID, VALUE_UNTYPED and VALUE_INVALID for what the test itself passes. What
 * the handler throws is in the result. A workflow runs until it waits or ends, and the result says what it waits for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Types } from "statefun-ts";
 * import { invoke } from "statefun-ts/testing";
 * import { Count } from "./functions.js";
 *
 * const { state, answer } = await invoke(Count, { state: { total: 2 }, message: Types.int.pack(5) });
 * assert.deepEqual([state, answer], [{ total: 7 }, 7]);
 * ```
 */
export async function invoke<I extends object, M extends MessageTo<FunctionClass<I>>>(
  target: FunctionClass<I>,
  options: InvokeOptions<I, M & Checked<M, FunctionClass<I>>>,
): Promise<InvokeResult<I>>;
export async function invoke(target: string, options: InvokeOptions): Promise<InvokeResult>;
export async function invoke(target: string | FunctionClass<object>, options: InvokeOptions): Promise<InvokeResult> {
  const read = invokeOptions.read("invoke", options);
  const { id, state = {}, message, caller = client, metadata, now } = read;
  const typeName = typeNameOf(target);
  const functions = read.functions ?? aloneOf(target);
  const spec = functions.get(typeName);
  if (spec === undefined) {
    throw new StatefunError("FUNCTION_UNKNOWN", `invoke: the functions do not hold ${typeName}. Bind it.`);
  }
  const packed = metadata === undefined ? packValue(message) : packValue(message).withMetadata(metadata);
  const address = Address.of(typeName, id);
  const find: FindType = (typename) => functions.findType(typename);
  const after = new Map<string, TypedValue | undefined>(packStates(spec, state));
  const done: Ran[] = [];
  let next: Invocation | undefined = { caller: caller ?? undefined, argument: packed };
  for (; next !== undefined; ) {
    const states = spec.states.map(({ name }) => ({ name, packed: encoded(after.get(name)) }));
    const messages = [{ caller: next.caller, argument: encodePacked(next.argument, "v3") }];
    const request = encodeRequest(address, states, messages, 0, 1);
    const ran = run(spec, request, now.getTime(), { find, interceptors: functions.interceptors });
    const { effects, error }: Ran = ran instanceof Promise ? await ran : ran;
    for (const { name, value } of effects.mutations) after.set(name, value && decoded(value));
    const wake = effects.messages.find(isWake);
    done.push({ effects: { ...effects, messages: effects.messages.filter((sent) => sent !== wake) }, error });
    if (done.length > mostPasses) throw endless(address);
    // A workflow that goes on at once sends itself a message.
    next = wake && { caller: address, argument: decoded(wake.argument) };
  }
  const messages = done.flatMap(({ effects }) => effects.messages);
  const delayed = done.flatMap(({ effects }) => effects.delayed);
  const told = messages.find((sent) => isClient(sent.target));
  const answer = told && decoded(told.argument);
  const failed = answer?.typename === failureTypename;
  return {
    state: await statesOf(spec, (name) => after.get(name)),
    sent: messages
      .filter((sent) => !isClient(sent.target))
      .map((sent) => sentView(String(sent.target), decoded(sent.argument), find)),
    delayed: delayed.flatMap((entry) => {
      if ("cancel" in entry || isWake(entry)) return [];
      const sent = sentView(String(entry.target), decoded(entry.argument), find);
      return [delayedView(sent, entry.delayMs, entry.cancellationToken)];
    }),
    cancelled: delayed.flatMap((entry) =>
      "cancel" in entry && !entry.cancel.startsWith("statefun.workflow/") ? [entry.cancel] : [],
    ),
    egress: done.flatMap(({ effects }) =>
      effects.egresses.map((record) => sentView(`${record.namespace}/${record.name}`, decoded(record.argument), find)),
    ),
    waitsFor: runViews(address, after.get(journalName), find).flatMap((shown) => shown.waitsFor),
    answer:
      answer === undefined || failed || answer.typename === emptyAnswerTypename ? undefined : plainOf(answer, find),
    error: failed ? terminalErrorOf(failureOfValue(answer)) : done.at(-1)?.error,
  };
}

/** How often a workflow may go on at once before it counts as endless. */
const mostPasses = 1_000;

function endless(address: Address): StatefunError {
  return new StatefunError(
    "TEST_STUCK",
    `invoke: the workflow at ${address} has gone on ${mostPasses} times, and does not come to a wait. Does it start itself anew for ever?`,
  );
}

/** Whether a message is one by which a workflow goes on. */
const isWake = ({ argument }: { readonly argument: Uint8Array }) => decoded(argument).typename === wakeTypename;

/** What a message did, in the bytes of the wire. */
interface Ran {
  readonly effects: Effects<Uint8Array>;
  readonly error: unknown;
}

/** Runs the batch of a request, which holds one message. Returns a promise only when the function makes one. */
function run(
  spec: FunctionSpec,
  request: Uint8Array,
  now: number,
  { find, interceptors }: { readonly find: FindType; readonly interceptors: readonly Interceptor[] },
): Ran | Promise<Ran> {
  const batch = decodeRequest(request);
  let error: unknown;
  const policy: FailurePolicy = (failed) => {
    error = causeOf(failed.error);
    return "consume";
  };
  const clock = { ...machineClock, now: () => now };
  const host = { policy, interceptors, metadataBytes: defaultMetadataBytes, clock, types: { find } };
  const end = ({ part, stopped }: BatchOutcome): Ran => {
    // A value that a state can't hold fails the message outside of its handler.
    if (stopped !== undefined) error = causeOf(stopped);
    const response = decodeResponse(encodeResponse(part.effects, batch.generation));
    return { effects: "missing" in response ? noEffects : response.effects, error };
  };
  const outcome = new BatchRun(spec, batch, resolveState(spec, batch).stored, host).run();
  return outcome instanceof Promise ? outcome.then(end) : end(outcome);
}

/** The thrown thing itself, without the place that was added to it. */
const causeOf = (error: Error): unknown => (error instanceof StatefunError ? (error.cause ?? error) : error);

function aloneOf(target: string | FunctionClass<object>): StatefulFunctions {
  if (typeof target === "string") {
    throw new StatefunError(
      "OPTION_INVALID",
      `invoke("${target}") needs the option functions, where the function is bound.`,
    );
  }
  const known = alone.get(target) ?? new StatefulFunctions(target as new () => object);
  alone.set(target, known);
  return known;
}

const encoded = (value: TypedValue | undefined) => value && encodePacked(value, "v3");
const decoded = (value: Uint8Array) => decodePacked(value, "v3");
