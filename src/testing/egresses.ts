// The egresses of a test: they keep every record, and may hand it to a handler of the test.

import type { EgressRecord } from "../engine/engine-api.js";
import { type FindType, plainOf } from "./plain.js";
import type { TestEngine } from "./test-engine.js";

/** Takes the records of an egress in a test, as plain values. A record whose handler throws or rejects comes again. */
export type FakeEgressHandler = (value: any) => Promise<void> | void;

export class Egresses {
  readonly #find: FindType;
  /** The egresses that functions may send to; undefined stands for every egress. */
  readonly #allowed: ReadonlySet<string> | undefined;
  readonly #handlers = new Map<string, FakeEgressHandler>();
  /** The records of each egress, by their ids: a record that comes again is the same record. */
  readonly #records = new Map<string, Map<string, EgressRecord>>();
  /** The egresses that the engine of this life knows. */
  #open = new Set<string>();

  constructor(find: FindType, allowed: readonly string[] | undefined) {
    this.#find = find;
    this.#allowed = allowed && new Set(allowed);
  }

  /** Opens the egresses that the functions may send to, in a new life of the engine, and those that hold records from before. */
  reopen(engine: TestEngine): void {
    this.#open = new Set();
    for (const egress of new Set([...(this.#allowed ?? []), ...this.#records.keys()])) this.open(egress, engine);
  }

  /** Opens an egress to which a function sends a record, unless the functions must not send there. */
  open(egress: string, engine: TestEngine): void {
    if (this.#open.has(egress) || this.#allowed?.has(egress) === false) return;
    this.#open.add(egress);
    if (!this.#records.has(egress)) this.#records.set(egress, new Map());
    engine.attach(egress, (record) => this.#take(record));
  }

  /** Hands the records of an egress to a handler from now on. */
  fake(egress: string, handler: FakeEgressHandler): void {
    this.#handlers.set(egress, handler);
  }

  /** The records of an egress as plain values, in their order. */
  values(egress: string): unknown[] {
    return [...(this.#records.get(egress)?.values() ?? [])].map(({ value }) => plainOf(value, this.#find));
  }

  async #take(record: EgressRecord): Promise<void> {
    this.#records.get(record.egress)?.set(record.id, record);
    await this.#handlers.get(record.egress)?.(plainOf(record.value, this.#find));
  }
}
