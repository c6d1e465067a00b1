// Functions that a test writes down in a line, and the endpoint that serves them.

import type { FindRoute, RemoteEndpoint } from "../../src/engine/endpoint.js";
import { StatefunError } from "../../src/errors.js";
import { Address } from "../../src/model/address.js";
import { noExpiration } from "../../src/model/expiration.js";
import type { FunctionPolicy } from "../../src/model/function-policy.js";
import type { Generation, ValueSpec } from "../../src/model/invocation.js";
import { TypedValue } from "../../src/model/typed-value.js";
import type { BatchEnd } from "../../src/wire/batch-end.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { encodeIncompleteContext, encodeResponse } from "../../src/wire/encode-response.js";
import type { Effects } from "../support/calls.js";

export const textType = "test/text";
export const text = (value: string, typename = textType) => new TypedValue(typename, Buffer.from(value));
export const textOf = (value: TypedValue | undefined) =>
  value === undefined ? undefined : Buffer.from(value.value).toString();

/** "fn/id": the address of a function in the namespace of these tests. */
export function at(path: string): Address {
  const [name = "", id = ""] = path.split("/", 2);
  return new Address("test", name, id);
}

const nameOf = (address: Address | undefined) => (address === undefined ? undefined : `${address.name}/${address.id}`);

/** One call, as a test's function sees it, and what it does. */
export class Batch {
  readonly target: Address;
  readonly self: string;
  readonly messages: readonly string[];
  readonly callers: readonly (Address | undefined)[];
  readonly values: readonly TypedValue[];
  readonly effects: Effects = { mutations: [], messages: [], delayed: [], egresses: [] };
  readonly #states: ReadonlyMap<string, TypedValue | undefined>;

  constructor(request: Uint8Array, generation: Generation) {
    const { target, state, invocations } = decodeRequest(request, generation);
    this.target = target;
    this.self = nameOf(target) as string;
    this.values = invocations.map(({ argument }) => argument);
    this.messages = this.values.map((value) => textOf(value) as string);
    this.callers = invocations.map(({ caller }) => caller);
    this.#states = new Map(state.map(({ name, value }) => [name, value]));
  }

  asked: readonly ValueSpec[] | undefined;
  /** How the messages ended. Defaults to not saying it, as functions of another SDK. */
  end: BatchEnd | undefined;
  /** What is answered instead of all else. */
  raw: Uint8Array | undefined;

  /** Asks for states, whether they are there or not. */
  missing(names: readonly string[]): void {
    this.asked = names.map((name) => spec(name));
  }

  has(name: string): boolean {
    return this.#states.has(name);
  }

  state(name: string): string | undefined {
    return textOf(this.#states.get(name));
  }

  set(name: string, value: string | undefined, typename = textType): void {
    this.effects.mutations.push({ name, value: value === undefined ? undefined : text(value, typename) });
  }

  send(to: string | Address, value: string): void {
    this.effects.messages.push({ target: typeof to === "string" ? at(to) : to, argument: text(value) });
  }

  /** Answers the first message. */
  reply(value: string): void {
    const [caller] = this.callers;
    if (caller !== undefined) this.send(caller, value);
  }

  after(delayMs: number, to: string, value: string, cancellationToken?: string): void {
    this.effects.delayed.push({ target: at(to), argument: text(value), delayMs, cancellationToken });
  }

  cancel(token: string): void {
    this.effects.delayed.push({ cancel: token });
  }

  egress(name: string, value: string): void {
    this.effects.egresses.push({ namespace: "out", name, argument: text(value) });
  }
}

export type Handle = (batch: Batch) => void | Promise<void>;

export interface TestFunction {
  readonly handle: Handle;
  /** Names of its states, or their specs. */
  readonly states?: readonly (string | ValueSpec)[];
  /** Defaults to v3. */
  readonly generation?: Generation;
  readonly maxBatch?: number;
  /** Defaults to one endpoint for all. */
  readonly endpoint?: string;
  /** Defaults to the engine's. */
  readonly policy?: FunctionPolicy;
}

export type Functions = Record<string, Handle | TestFunction>;

export const spec = (name: string, mode: ValueSpec["expiration"]["mode"] = "none", afterMs = 0): ValueSpec => ({
  name,
  typename: textType,
  expiration: mode === "none" ? noExpiration : { mode, afterMs },
});

/** Serves the functions; one object per endpoint name. */
class TestEndpoint implements RemoteEndpoint {
  readonly #functions: Functions;
  calls = 0;

  constructor(functions: Functions) {
    this.#functions = functions;
  }

  async call(request: Uint8Array, target: Address): Promise<Uint8Array> {
    this.calls += 1;
    const { handle, states, generation } = described(this.#functions[target.name]);
    const batch = new Batch(request, generation);
    const missing = states.filter(({ name }) => !batch.has(name));
    if (generation === "v3" && missing.length > 0) return encodeIncompleteContext(missing);
    await handle(batch);
    if (batch.raw !== undefined) return batch.raw;
    if (batch.asked !== undefined) return encodeIncompleteContext(batch.asked);
    return encodeResponse(batch.effects, generation, batch.end);
  }

  async close(): Promise<void> {}
}

/** The routes of functions in the namespace of these tests. */
export function endpointOf(functions: Functions): FindRoute {
  const endpoints = new Map<string, TestEndpoint>();
  return (namespace, name) => {
    if (namespace !== "test" || functions[name] === undefined) return undefined;
    const { endpoint: label, generation, states, maxBatch, policy } = described(functions[name]);
    const endpoint = endpoints.get(label) ?? new TestEndpoint(functions);
    endpoints.set(label, endpoint);
    return { endpoint, generation, maxBatch, label, policy, states: generation === "v2" ? states : undefined };
  };
}

function described(input: Handle | TestFunction | undefined) {
  if (input === undefined) throw new StatefunError("FUNCTION_UNKNOWN", "The test has no such function.");
  const full: TestFunction = typeof input === "function" ? { handle: input } : input;
  return {
    handle: full.handle,
    states: (full.states ?? []).map((state) => (typeof state === "string" ? spec(state) : state)),
    generation: full.generation ?? "v3",
    maxBatch: full.maxBatch ?? 1000,
    endpoint: full.endpoint ?? "all",
    policy: full.policy ?? {},
  };
}
