// The egresses of a run: they keep every record, and are down when the run wants it.

import type { Engine } from "../../engine/engine.js";
import type { EgressRecord } from "../../engine/engine-api.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { Setting } from "./setting.js";

interface EgressParts {
  readonly setting: Setting;
  readonly now: () => number;
  /** Counts a record that is handed out; returns whether the egress goes down over it. */
  readonly goesDown: (egress: string) => boolean;
  /** Takes a record that an egress has taken. */
  readonly onTaken: (egress: string, id: string, value: TypedValue) => void;
}

export class SimulatedEgresses {
  readonly #parts: EgressParts;
  /** For how many milliseconds an egress is down. */
  readonly #downMs: number;
  #engine: Engine | undefined;
  /** The egresses that were sent to in any life of the engine, and those that the engine of this life knows. */
  readonly #known: Set<string>;
  #attached = new Set<string>();
  readonly #downUntil = new Map<string, number>();
  /** The records that were refused and not taken since. */
  readonly #refused = new Set<string>();

  constructor(parts: EgressParts, downMs: number) {
    this.#parts = parts;
    this.#downMs = downMs;
    this.#known = new Set(parts.setting.egresses);
  }

  /** Whether a record is handed out again. */
  get refuses(): boolean {
    return this.#refused.size > 0;
  }

  /** Takes the records of a new life of the engine. */
  connect(engine: Engine): void {
    this.#engine = engine;
    this.#attached = new Set();
    this.#refused.clear();
    for (const egress of this.#known) this.attach(egress);
  }

  /** Attaches an egress, unless the functions may not send to it. */
  attach(egress: string): void {
    const engine = this.#engine;
    if (engine === undefined || this.#attached.has(egress) || !this.#parts.setting.allows(egress)) return;
    this.#attached.add(egress);
    this.#known.add(egress);
    engine.attach(egress, { window: 1, receive: (record) => this.#take(engine, record) });
  }

  async #take(engine: Engine, { egress, id, value }: EgressRecord): Promise<void> {
    // A process that has died takes nothing any more.
    if (engine !== this.#engine) return new Promise(() => {});
    const { now, goesDown, onTaken } = this.#parts;
    if (goesDown(egress)) this.#downUntil.set(egress, now() + this.#downMs);
    if (now() < (this.#downUntil.get(egress) ?? 0)) {
      this.#refused.add(id);
      throw new Error("The egress is down, as the simulation wants it.");
    }
    this.#refused.delete(id);
    onTaken(egress, id, value);
  }
}
