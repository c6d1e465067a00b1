// One life of an engine in a run: from its opening until it is closed or killed.

import type { Clock, Timer } from "../../src/engine/clock.js";
import { Engine } from "../../src/engine/engine.js";
import type { EgressRecord } from "../../src/engine/engine-api.js";
import { StatefunError } from "../../src/errors.js";
import type { Store } from "../../src/store/store.js";
import { egresses, functionNames } from "../engine/app.js";
import { type Batch, endpointOf, textOf } from "../engine/functions.js";
import { WatchedStore } from "../engine/watched-store.js";
import { Gate } from "../support/gate.js";
import type { ManualClock } from "../support/manual-clock.js";
import type { FaultPlan } from "./fault-plan.js";
import type { Ledger } from "./ledger.js";
import { allStates } from "./logged-function.js";

/** After so many failures in a row an address is parked. */
export const attempts = 3;

/** What outlives an engine. */
interface Surroundings {
  readonly clock: ManualClock;
  readonly plan: FaultPlan;
  readonly ledger: Ledger;
  note(line: string): void;
  handle(batch: Batch, life: Life): Promise<void>;
}

const killed = () => new StatefunError("SHUTTING_DOWN", "The test has killed the engine.");

export class Life {
  engine: Engine | undefined;
  /** What is really stored. */
  readonly disk: Store;
  readonly #world: Surroundings;
  readonly #store: WatchedStore;
  readonly #end = new Gate();
  dead = false;
  /** The records that the consumers are taking. */
  readonly #receiving = new Set<Promise<void>>();
  /** How many looks at the disk are under way. */
  #looks = 0;

  constructor(disk: Store, world: Surroundings) {
    this.disk = disk;
    this.#world = world;
    this.#store = new WatchedStore(disk);
    this.#store.faultOf = (operation) => {
      if (this.dead) return { code: "STORE_FAILED", done: false };
      const fault = world.plan.faultOf(operation, world.clock.now());
      if (fault !== undefined)
        world.note(`  ${operation} ${world.plan.operations.length - 1} fails with ${fault.code}`);
      return fault;
    };
  }

  /** Whether the engine is open. */
  get open(): boolean {
    return this.engine !== undefined && !this.dead;
  }

  /** Resolves when the engine has been closed or killed. */
  get ended(): Promise<void> {
    return this.#end.promise;
  }

  /** What a clock moved by hand waits for. */
  get watched(): { readonly busy: boolean; readonly done: number } {
    const { metrics } = this.engine ?? {};
    const { batches = 0, messagesIn = 0, egressAcknowledged = 0, delayedFired = 0 } = metrics ?? {};
    const done = this.#store.done + batches + messagesIn + egressAcknowledged + delayedFired;
    return { busy: this.#store.busy || this.#looks > 0, done };
  }

  async start(): Promise<void> {
    const world = this.#world;
    const handle = (batch: Batch) => world.handle(batch, this);
    const named = Object.fromEntries(
      functionNames.map((name) => [
        name,
        { states: allStates, handle, generation: name === "old" ? ("v2" as const) : ("v3" as const) },
      ]),
    );
    // Its messages become dead letters; those of the other functions park their addresses.
    const mailed = { states: allStates, handle, policy: { onFailure: "deadLetter" } as const };
    const functions = { ...named, mailed };
    const log = (line: string) => world.note(`  log: ${line}`);
    this.engine = await Engine.open({
      store: this.#store,
      egresses,
      clock: this.#clock,
      policy: { retry: { attempts } },
      logger: { warn: log, error: log },
      findRoute: endpointOf(functions),
    });
    for (const egress of egresses) {
      this.engine.attach(egress, { window: 2, receive: (record) => this.#take(record) });
    }
  }

  /** Resolves as the promise does, or rejects when the engine is killed before. */
  whileAlive<T>(promise: Promise<T>): Promise<T> {
    const end = this.ended.then(() => {
      throw killed();
    });
    end.catch(() => {});
    return Promise.race([promise, end]);
  }

  async close(graceMs: number): Promise<void> {
    const { engine } = this;
    await engine?.close(graceMs);
    // As in a runtime, nothing is acknowledged any more when the last changes are written.
    await Promise.allSettled(this.#receiving);
    await engine?.settle();
    if (this.#store.lastWriteFailed) this.#world.ledger.crashed();
    this.kill();
  }

  kill(): void {
    this.dead = true;
    this.#end.open();
  }

  /** The clock of all lives; the timers of a dead engine never go off. */
  get #clock(): Clock {
    const { clock } = this.#world;
    return {
      now: () => clock.now(),
      after: (ms, run): Timer => clock.after(ms, () => !this.dead && run()),
    };
  }

  #take(record: EgressRecord): Promise<void> {
    const received = this.#receive(record);
    this.#receiving.add(received);
    const settled = () => this.#receiving.delete(received);
    received.then(settled, settled);
    return received;
  }

  async #receive({ id, egress, value }: EgressRecord): Promise<void> {
    if (this.dead) await new Promise(() => {});
    const { ledger } = this.#world;
    const { text } = JSON.parse(textOf(value) as string) as { text: string };
    if (!(await this.#stores(egress, text))) ledger.faults.push(`the record ${text} left before it was on the disk`);
    // The engine may have ended during the look at the disk: then it hears of no acknowledgement.
    if (this.dead) await new Promise(() => {});
    if (!ledger.takes(egress, id, text)) throw new Error("not now");
  }

  /** Whether the disk holds a record with this text. */
  async #stores(egress: string, text: string): Promise<boolean> {
    this.#looks += 1;
    const entries = await this.disk.entries({ from: "o", to: "p", limit: 1_000 });
    this.#looks -= 1;
    const wanted = JSON.stringify({ text }).slice(1, -1);
    return entries.some(([key, bytes]) => key.includes(egress) && Buffer.from(bytes).includes(wanted));
  }
}
