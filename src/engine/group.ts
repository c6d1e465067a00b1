// One group of transactions: the entries that are written together, and who waits for that.

import type { StatefunError } from "../errors.js";
import type { Write } from "../store/store.js";
import type { Encodable } from "./message.js";

/** Takes the outcome: nothing when all is durable, or why it is not. */
export type Outcome = (error?: StatefunError) => void;

/** A value as it was put: its bytes, or what is encoded when the group is written. */
export type Value = Uint8Array | Encodable;

/**
 * An entry whose key is put once in its life and then deleted, and is never read by its key. It needs no place in a map: most
 * entries of queues are put and taken back in the same group, and their keys are never made.
 */
export interface SingleEntry extends Encodable {
  readonly key: string;
  /** The number of the group that it was put into. */
  group: number;
  /** Its place among the entries of that group. */
  place: number;
}

/** The place of an entry that stands among the values, by its key. */
const keptByKey = -2;

/** About how many bytes an entry takes beyond its value. */
const entryBytes = 64;

export class Group {
  /** The new value of each key; null deletes the key. */
  readonly #values = new Map<string, Value | null>();
  readonly #entries: (SingleEntry | undefined)[] = [];
  /** The places of entries that were taken back. */
  readonly #freePlaces: number[] = [];
  /** The keys of entries of earlier groups that are deleted. */
  readonly #deleted: string[] = [];
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
    return this.#values.size + this.#entries.length - this.#freePlaces.length + this.#deleted.length;
  }

  /** Whether somebody waits for the group. */
  get awaited(): boolean {
    return this.#onOutcome.length + this.#onDurable.length > 0;
  }

  /** The new value of a key; null when the group deletes the key, and undefined when it does not change the key. */
  get(key: string): Value | null | undefined {
    return this.#values.get(key);
  }

  /** Sets the new value of a key; null deletes the key. */
  set(key: string, value: Value | null): void {
    const before = this.#values.get(key);
    this.#values.set(key, value);
    if (before === undefined) this.#bytes += entryBytes;
    else if (before !== null) this.#bytes -= sizeOf(before);
    if (value !== null) this.#bytes += sizeOf(value);
  }

  /** Takes the put of a key back, so that the key is never written. Returns false when the group has no such put. */
  takeBack(key: string): boolean {
    const value = this.#values.get(key);
    if (value === undefined || value === null) return false;
    this.#values.delete(key);
    this.#bytes -= sizeOf(value) + entryBytes;
    return true;
  }

  /** Puts an entry whose key is new. */
  add(entry: SingleEntry): void {
    entry.place = this.#freePlaces.pop() ?? this.#entries.length;
    this.#entries[entry.place] = entry;
    this.#bytes += entry.size + entryBytes;
  }

  /** Puts an entry that has the key of another one, which is not written any more if it was put into this group. */
  replace(before: SingleEntry, entry: SingleEntry): void {
    if (this.#entries[before.place] === before) {
      entry.place = before.place;
      this.#entries[entry.place] = entry;
      this.#bytes += entry.size - before.size;
    } else {
      // The store may hold the entry before: to take the put back would bring that one back.
      entry.place = keptByKey;
      this.set(before.key, entry);
    }
  }

  /** Deletes an entry, and writes nothing at all when the entry was put into this group. */
  remove(entry: SingleEntry): void {
    if (this.#entries[entry.place] !== entry) {
      if (entry.place === keptByKey) {
        this.set(entry.key, null);
        return;
      }
      this.#deleted.push(entry.key);
      this.#bytes += entryBytes;
      return;
    }
    this.#entries[entry.place] = undefined;
    this.#freePlaces.push(entry.place);
    this.#bytes -= entry.size + entryBytes;
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

  /** Encodes the values. Nothing may be changed afterwards. */
  encoded(): Write[] {
    const writes: Write[] = [];
    for (const [key, value] of this.#values) {
      writes.push([key, value === null ? undefined : bytesOf(value)]);
    }
    for (const entry of this.#entries) if (entry !== undefined) writes.push([entry.key, entry.encode()]);
    for (const key of this.#deleted) writes.push([key, undefined]);
    return writes;
  }
}

/** The bytes of a value. */
export const bytesOf = (value: Value): Uint8Array => (value instanceof Uint8Array ? value : value.encode());

const sizeOf = (value: Value) => (value instanceof Uint8Array ? value.length : value.size);
