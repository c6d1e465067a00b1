// An engine with functions of a test, on a store of its choice, under a clock moved by hand.

import type { TestContext } from "node:test";
import { Engine } from "../../src/engine/engine.js";
import type { EgressConsumer, EgressRecord } from "../../src/engine/engine-api.js";
import type { EngineOptions } from "../../src/engine/engine-options.js";
import { openLevelStore } from "../../src/store/level-store.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Store } from "../../src/store/store.js";
import { freshFolder } from "../store/folders.js";
import { ManualClock } from "../support/manual-clock.js";
import { at, endpointOf, type Functions, text, textOf } from "./functions.js";
import { WatchedStore } from "./watched-store.js";

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
    this.engine = await Engine.open({
      egresses: ["out/all"],
      ...this.#setup,
      store: this.store,
      clock: this.clock,
      logger: { warn: (line: string) => this.log.push(line), error: (line: string) => this.log.push(line) },
      findRoute: endpointOf(this.functions),
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
