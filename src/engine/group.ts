// One group of transactions: the entries that are written together, and who waits for that.

import type { StatefunError } from "../errors.js";
import type { Write } from "../store/store.js";
import type { Encodable } from "./message.js";

/** Takes the outcome: nothing when all is durable, or why it is not. */
export type Outcome = (error?: StatefunError) => void;

type Value = Uint8Array | Encodable;

/** About how many bytes an entry takes beyond its value. */
const entryBytes = 64;

export class Group {
  /** The new value of each key; undefined deletes the key. */
  readonly #values = new Map<string, Value | undefined>();
  /** Called when the group is durable, or with the error of its first write that failed. */
  readonly #onOutcome: Outcome[] = [];
  /** Called when the group is durable, however many writes that takes, or with the reason why it never will be. */
  readonly #onDurable: Outcome[] = [];
  #bytes = 0;

  /** About how many bytes the group writes. An entry that was put several times counts once. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many entries the group writes. */
  get size(): number {
    return this.#values.size;
  }

  /** Whether somebody waits for the group. */
  get awaited(): boolean {
    return this.#onOutcome.length + this.#onDurable.length > 0;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): Uint8Array | undefined {
    const value = this.#values.get(key);
    return value instanceof Uint8Array ? value : value?.encode();
  }

  /** Sets the new value of a key; undefined deletes the key. */
  set(key: string, value: Value | undefined): void {
    const values = this.#values;
    const entries = values.size;
    const before = values.get(key);
    values.set(key, value);
    if (before !== undefined) this.#bytes -= sizeOf(before);
    if (value !== undefined) this.#bytes += sizeOf(value);
    if (values.size > entries) this.#bytes += entryBytes;
  }

  /** Takes the put of a key back, so that the key is never written. Returns false when the group has no such put. */
  takeBack(key: string): boolean {
    const value = this.#values.get(key);
    if (value === undefined) return false;
    this.#values.delete(key);
    this.#bytes -= sizeOf(value) + entryBytes;
    return true;
  }

  onOutcome(callback: Outcome): void {
    this.#onOutcome.push(callback);
  }

  onDurable(callback: Outcome): void {
    this.#onDurable.push(callback);
  }

  /** Says that a write has failed that will be tried again. */
  failed(error: StatefunError): void {
    for (const callback of this.#onOutcome.splice(0)) callback(error);
  }

  /** Says that the group is durable, or why it never will be. */
  settled(error?: StatefunError): void {
    for (const callback of this.#onOutcome.splice(0)) callback(error);
    for (const callback of this.#onDurable.splice(0)) callback(error);
  }

  /** Encodes the values, in place: the map is then what the store takes. Nothing may be set afterwards. */
  encoded(): Iterable<Write> {
    const values = this.#values;
    for (const [key, value] of values) {
      if (value !== undefined && !(value instanceof Uint8Array)) values.set(key, value.encode());
    }
    return values as Map<string, Uint8Array | undefined>;
  }
}

const sizeOf = (value: Value) => (value instanceof Uint8Array ? value.length : value.size);
