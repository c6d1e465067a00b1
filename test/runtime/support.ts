// An engine with functions that a test writes down in a line, on a store of its choice, under a clock moved by hand.

import type { TestContext } from "node:test";
import { StatefunError } from "../../src/errors.js";
import { Address } from "../../src/model/address.js";
import { noExpiration } from "../../src/model/expiration.js";
import type { Generation, SideEffects, ValueSpec } from "../../src/model/invocation.js";
import { TypedValue } from "../../src/model/type.js";
import type { Endpoint } from "../../src/runtime/endpoint.js";
import { Engine, type EngineOptions } from "../../src/runtime/engine.js";
import type { EgressConsumer, EgressRecord } from "../../src/runtime/engine-api.js";
import { openLevelStore } from "../../src/store/level-store.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Store } from "../../src/store/store.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { encodeIncompleteContext, encodeResponse } from "../../src/wire/encode-response.js";
import { freshFolder } from "../store/folders.js";
import { ManualClock } from "../support/manual-clock.js";
import { WatchedStore } from "./watched-store.js";

export const textType = "test/text";
export const text = (value: string, typename = textType) => new TypedValue(typename, Buffer.from(value));
export const textOf = (value: TypedValue | undefined) =>
  value === undefined ? undefined : Buffer.from(value.value).toString();

/** "fn/id": the address of a function in the namespace of these tests. */
export function at(path: string): Address {
  const [name = "", id = ""] = path.split("/", 2);
  return new Address("test", name, id);
}

export const nameOf = (address: Address | undefined) =>
  address === undefined ? undefined : `${address.name}/${address.id}`;

/** One call, as a test's function sees it, and what it does. */
export class Batch {
  readonly target: Address;
  readonly self: string;
  readonly messages: readonly string[];
  readonly callers: readonly (Address | undefined)[];
  readonly values: readonly TypedValue[];
  readonly effects: SideEffects = { mutations: [], messages: [], delayed: [], egresses: [] };
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
}

export type Functions = Record<string, Handle | TestFunction>;

export const spec = (name: string, mode: ValueSpec["expiration"]["mode"] = "none", afterMs = 0): ValueSpec => ({
  name,
  typename: textType,
  expiration: mode === "none" ? noExpiration : { mode, afterMs },
});

/** Serves the functions; one object per endpoint name. */
class TestEndpoint implements Endpoint {
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
    return encodeResponse(batch.effects, generation);
  }

  async close(): Promise<void> {}
}

function described(given: Handle | TestFunction | undefined) {
  if (given === undefined) throw new StatefunError("FUNCTION_UNKNOWN", "The test has no such function.");
  const full: TestFunction = typeof given === "function" ? { handle: given } : given;
  return {
    handle: full.handle,
    states: (full.states ?? []).map((state) => (typeof state === "string" ? spec(state) : state)),
    generation: full.generation ?? "v3",
    maxBatch: full.maxBatch ?? 1000,
    endpoint: full.endpoint ?? "all",
  };
}

export interface Setup extends Partial<Omit<EngineOptions, "store" | "clock" | "findRoute">> {
  readonly store?: Store;
  readonly functions: Functions;
  /** Whether the store's writes end when the test says so. */
  readonly heldByTest?: boolean;
  /** When the clock starts. */
  readonly now?: number;
}

export class Running {
  engine!: Engine;
  readonly clock: ManualClock;
  readonly log: string[] = [];
  /** May be changed, before {@link reopen} too. */
  functions: Functions;
  readonly #setup: Setup;
  readonly store: WatchedStore;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.functions = setup.functions;
    this.clock = new ManualClock(setup.now);
    this.store = new WatchedStore(setup.store ?? new MemoryStore(), setup.heldByTest);
  }

  async open(): Promise<void> {
    const endpoints = new Map<string, TestEndpoint>();
    const functions = this.functions;
    this.engine = await Engine.open({
      egresses: ["out/all"],
      ...this.#setup,
      store: this.store,
      clock: this.clock,
      logger: { warn: (line: string) => this.log.push(line), error: (line: string) => this.log.push(line) },
      findRoute: (namespace, name) => {
        if (namespace !== "test" || functions[name] === undefined) return undefined;
        const { endpoint: label, generation, states, maxBatch } = described(functions[name]);
        const endpoint = endpoints.get(label) ?? new TestEndpoint(functions);
        endpoints.set(label, endpoint);
        return { endpoint, generation, maxBatch, label, states: generation === "v2" ? states : undefined };
      },
    });
    const { metrics } = this.engine;
    this.clock.watch = () => ({
      busy: this.store.busy,
      done: this.store.done + metrics.batches + metrics.messagesIn + metrics.egressAcknowledged + metrics.delayedFired,
    });
  }

  /** Closes the engine within the time given and opens another one on the same store. */
  async reopen(graceMs = 0): Promise<void> {
    await this.close(graceMs);
    await this.open();
  }

  async close(graceMs = 0): Promise<void> {
    const closed = this.engine.close(graceMs);
    await this.clock.advance(graceMs);
    await closed;
    await this.engine.settle();
  }

  settle(): Promise<void> {
    return this.clock.settle();
  }

  send(to: string, value: string, options?: Parameters<Engine["send"]>[2]): Promise<void> {
    return this.engine.send(at(to), text(value), options);
  }

  async call(to: string, value: string, options?: Parameters<Engine["call"]>[2]): Promise<string> {
    return textOf(await this.engine.call(at(to), text(value), options)) as string;
  }

  async state(of: string, name: string): Promise<string | undefined> {
    const { states } = await this.engine.inspect(at(of));
    return textOf(states.find((state) => state.name === name)?.value);
  }
}

export async function open(t: TestContext, setup: Setup): Promise<Running> {
  const running = new Running(setup);
  await running.open();
  t.after(async () => {
    running.store.release();
    await running.close();
    await running.store.close();
  });
  return running;
}

/** Takes records, and keeps their values and ids. */
export class Taker implements EgressConsumer {
  readonly window: number;
  readonly ids: string[] = [];
  readonly values: string[] = [];
  readonly #take: (record: EgressRecord) => Promise<void> | void;

  constructor(window = 100, take: (record: EgressRecord) => Promise<void> | void = () => {}) {
    this.window = window;
    this.#take = take;
  }

  async receive(record: EgressRecord): Promise<void> {
    this.ids.push(record.id);
    this.values.push(textOf(record.value) as string);
    await this.#take(record);
  }
}

/** The two kinds of store, each opened fresh for one test. */
export const stores: readonly { readonly name: string; open(t: TestContext): Promise<Store> }[] = [
  { name: "in memory", open: async () => new MemoryStore() },
  { name: "on disk", open: (t) => openLevelStore(freshFolder(t)) },
];
