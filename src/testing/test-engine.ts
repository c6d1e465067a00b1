// The production engine on a store and a clock of a test. It comes to rest exactly when it has nothing left to do at the
// clock's present, and it can be ended as a process is that is killed, and opened again on what it had written.

import type { Clock } from "../engine/clock.js";
import type { EgressRecord } from "../engine/engine-api.js";
import type { EngineOptions } from "../engine/engine-options.js";
import { ReopeningEngine } from "../engine/reopening-engine.js";
import { StatefunError } from "../errors.js";
import { MemoryStore } from "../store/memory-store.js";
import type { Store } from "../store/store.js";
import { CallCounts } from "./call-counts.js";
import { LifeStore } from "./life-store.js";
import { clearTimeout, setTimeout } from "./own-timers.js";
import { type ClockBranch, VirtualClock } from "./virtual-clock.js";
import { type CallWatch, type Intercept, type WatchedCall, WatchedEndpoint } from "./watched-endpoint.js";
import { Work } from "./work.js";

/** How an engine is opened for a test. */
export interface TestEngineOptions extends Omit<EngineOptions, "store" | "findRoute" | "clock" | "nextTurn"> {
  /** Makes the routes of one life of the engine, on its clock. Each endpoint must be of this process. */
  readonly routes: (clock: Clock) => EngineOptions["findRoute"];
  /** Where everything is kept. Defaults to a new store in memory. */
  readonly store?: Store;
  /** Defaults to a new clock. */
  readonly clock?: VirtualClock;
  /** Takes part in every call. Defaults to nobody. */
  readonly intercept?: Intercept;
  /** Called when a life of the engine has begun, before any handler runs. Defaults to nothing. */
  readonly onOpen?: (engine: TestEngine) => void;
  /** Called when a handler sends a record, before the engine is asked whether the egress exists. Defaults to nothing. */
  readonly onEgress?: (egress: string) => void;
  /** How many milliseconds of the machine's time nothing may happen while something is waited for. Defaults to 4,000. */
  readonly patienceMs?: number;
}

/** Options of {@link TestEngine.settle} and {@link TestEngine.advance}. */
export interface SettleOptions {
  /**
   * Whether handlers, and consumers of egresses, that wait for something are left to wait. Defaults to false: the time does not
   * move while one of them runs.
   */
  readonly leaveRunning?: boolean;
}

/** An engine from its opening to its end. */
interface Life {
  readonly work: Work;
  readonly clock: ClockBranch;
  readonly running: Set<WatchedCall>;
  readonly calls: CallCounts;
  /** Those who wait for the engine, and are told when the life ends. A race with one promise of the life would keep them. */
  readonly waiting: Set<(error: StatefunError) => void>;
  /** Why the life has ended. */
  ended: StatefunError | undefined;
  engine: ReopeningEngine;
}

export class TestEngine {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly #options: TestEngineOptions;
  readonly #patienceMs: number;
  /** The calls that wait for their answers, by what is called. */
  readonly #unanswered = new Map<object, string>();
  #life!: Life;

  static async open(options: TestEngineOptions): Promise<TestEngine> {
    const opened = new TestEngine(options);
    await opened.#open();
    return opened;
  }

  private constructor(options: TestEngineOptions) {
    this.#options = options;
    this.clock = options.clock ?? new VirtualClock();
    this.store = options.store ?? new MemoryStore();
    this.#patienceMs = options.patienceMs ?? 4_000;
  }

  /** The engine of this life. What is asked of it must be asked through {@link alive}. */
  get engine(): ReopeningEngine {
    return this.#life.engine;
  }

  /** The calls whose handlers wait for something. */
  get running(): readonly WatchedCall[] {
    return [...this.#life.running];
  }

  /** What is called by the calls that wait for their answers. */
  get unanswered(): readonly string[] {
    return [...this.#unanswered.values()];
  }

  /** Settles as the promise does, or rejects with ENGINE_RESTARTING when the engine crashes before. */
  alive<T>(promise: Promise<T>): Promise<T> {
    const { waiting, ended } = this.#life;
    if (ended !== undefined) return Promise.race([promise, Promise.reject(ended)]);
    return new Promise((resolve, reject) => {
      waiting.add(reject);
      promise.then(resolve, reject).finally(() => waiting.delete(reject));
    });
  }

  /**
   * Settles as {@link alive} does, or rejects with TEST_STUCK when nothing happens for long: a promise that only the time can
   * settle never settles while the clock stands still.
   */
  async answered<T>(promise: Promise<T>, what: string): Promise<T> {
    const { work } = this.#life;
    const call = {};
    this.#unanswered.set(call, what);
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<never>((_resolve, reject) => {
      let { progress } = work;
      const look = () => {
        if (work.progress === progress) reject(this.#stuckCall(what));
        else {
          progress = work.progress;
          timer = setTimeout(look, this.#patienceMs);
        }
      };
      timer = setTimeout(look, this.#patienceMs);
    });
    try {
      return await Promise.race([this.alive(promise), stuck]);
    } finally {
      clearTimeout(timer);
      this.#unanswered.delete(call);
    }
  }

  /** Hands the records of an egress to `take`, one after the other, in this life of the engine. */
  attach(egress: string, take: (record: EgressRecord) => Promise<void> | void): void {
    const { engine, work } = this.#life;
    const receive = async (record: EgressRecord) => {
      const end = work.running();
      try {
        await take(record);
      } finally {
        end();
      }
    };
    engine.attach(egress, { window: 1, receive });
  }

  /**
   * Resolves when everything that is ready or due at the clock's present has happened, and is durable. Rejects with TEST_STUCK
   * when something does not end.
   */
  async settle({ leaveRunning = false }: SettleOptions = {}): Promise<void> {
    const { calls } = this.#life;
    calls.clear();
    const how = {
      leaveRunning,
      patienceMs: this.#patienceMs,
      onStuck: () => this.#stuck(),
      check: () => calls.assertEnding(),
    };
    for (;;) {
      const life = this.#life;
      await life.work.quiet(how);
      if (life !== this.#life || this.clock.fire()) continue;
      if (!life.engine.lingers) return;
      await this.alive(life.engine.flushed());
    }
  }

  /** Moves the time on, and lets everything that is due meanwhile happen at its own moment, in order. */
  async advance(ms: number, options: SettleOptions = {}): Promise<void> {
    const until = this.clock.now() + ms;
    await this.settle(options);
    for (let { next } = this.clock; next !== undefined && next <= until; { next } = this.clock) {
      this.clock.moveTo(next);
      await this.settle(options);
    }
    this.clock.moveTo(until);
  }

  /** Ends the engine as `kill -9` does, and opens another one on what was written. */
  async crash(): Promise<void> {
    this.#end("The test has crashed the engine, so nobody knows whether this was carried out.");
    await this.#open();
  }

  /** Ends the engine. Whoever still waits is told that it closes. */
  async close(): Promise<void> {
    await this.#life.engine.close(0);
    await this.#life.engine.settle();
    this.#end("The test has closed the engine.");
  }

  #end(why: string): void {
    const { work, clock, running, waiting } = this.#life;
    work.end();
    clock.end();
    for (const call of running) call.lose();
    const ended = new StatefunError("ENGINE_RESTARTING", why);
    this.#life.ended = ended;
    for (const reject of waiting) reject(ended);
  }

  async #open(): Promise<void> {
    const { routes, onOpen, intercept = ({ batch }, run) => run(batch), onEgress = () => {} } = this.#options;
    const { store: _, clock: __, ...engineOptions } = this.#options;
    const work = new Work();
    const clock = this.clock.branch();
    const running = new Set<WatchedCall>();
    const calls = new CallCounts();
    const find = routes(clock);
    let opened = () => {};
    const opening = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const watch: CallWatch = { work, intercept, onEgress, running, calls, opening };
    const watched = new Map<object, WatchedEndpoint>();
    const engine = await ReopeningEngine.open({
      ...engineOptions,
      store: new LifeStore(this.store, work),
      clock,
      nextTurn: work.nextTurn,
      findRoute(namespace, name) {
        const route = find(namespace, name);
        if (route === undefined || !("run" in route.endpoint)) return route;
        const endpoint = watched.get(route.endpoint) ?? new WatchedEndpoint(route.endpoint, watch);
        watched.set(route.endpoint, endpoint);
        return { ...route, endpoint };
      },
    });
    this.#life = { work, clock, running, calls, waiting: new Set(), ended: undefined, engine };
    onOpen?.(this);
    watch.opening = undefined;
    opened();
  }

  #stuckCall(what: string): StatefunError {
    if (this.running.length > 0) return this.#stuck();
    const why = `${what} has got no answer for ${this.#patienceMs / 1000} seconds of the machine's time, and the clock stands still.`;
    return new StatefunError("TEST_STUCK", `${why} Move the clock with advance(…) before you await the answer.`);
  }

  #stuck(): StatefunError {
    const seconds = this.#patienceMs / 1000;
    const handlers = this.running.map(({ batch }) => `${batch.target} (${batch.invocations[0]?.argument.typename})`);
    const what =
      handlers.length === 0 ? "An egress consumer or the store" : `The handler of ${handlers.join(", and of ")}`;
    return new StatefunError(
      "TEST_STUCK",
      `${what} has waited for ${seconds} seconds of the machine's time. Let it end, or go on without it: leaveRunning: true.`,
    );
  }
}
