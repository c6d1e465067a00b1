// Transactions are collected in the open group, and a group is written as one. Work inside the engine reads what is in a
// group and so runs ahead of the disk. Whatever leaves the machine waits until its group is durable.

import { StatefunError } from "../errors.js";
import { type Backoff, backoffMs } from "../model/backoff.js";
import type { Store, Write } from "../store/store.js";
import type { Clock, Timer } from "./clock.js";
import type { Encodable } from "./message.js";
import { type Counters, countDuration } from "./metrics.js";

type Value = Uint8Array | Encodable | undefined;

interface Group {
  readonly values: Map<string, Value>;
  bytes: number;
  /** Called when the group is durable, or with the error of its first write that failed. */
  readonly onOutcome: ((error?: StatefunError) => void)[];
  /** Called when the group is durable, however many writes that takes. */
  readonly onDurable: (() => void)[];
}

const newGroup = (): Group => ({ values: new Map(), bytes: 0, onOutcome: [], onDurable: [] });

/** About how many bytes an entry takes beyond its value. */
const entryBytes = 64;

/** When the open group holds this much, the disk is too far behind: work inside waits. */
const mostOpenBytes = 32 * 1024 * 1024;

/**
 * When nobody waits for the disk, a group stays open for this long or until it holds so much. A message that is sent and
 * handled meanwhile is never written.
 */
const lingerMs = 5;
const lingerBytes = 8 * 1024 * 1024;

const backoff: Backoff = { firstMs: 100, longestMs: 5_000 };

export class GroupCommit {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #counters: Counters;
  #open = newGroup();
  #writing: Group | undefined;
  /** The number of the open group: what is put now goes into that group. */
  openGroup = 1;
  /** All groups up to this number are durable. */
  durableGroup = 0;
  #scheduled = false;
  #lingering: Timer | undefined;
  #trouble: StatefunError | undefined;
  #closed = false;
  /** Called when trouble begins or ends, and after each group. */
  onChange = () => {};

  constructor(store: Store, clock: Clock, counters: Counters) {
    this.#store = store;
    this.#clock = clock;
    this.#counters = counters;
  }

  /** Why the last write failed. The same group is written again until that succeeds. */
  get trouble(): StatefunError | undefined {
    return this.#trouble;
  }

  /** Whether work inside should wait, because the disk is too far behind. */
  get saturated(): boolean {
    return this.#trouble !== undefined || this.#open.bytes >= mostOpenBytes;
  }

  get(key: string): Uint8Array | undefined {
    for (const group of [this.#open, this.#writing]) {
      if (group?.values.has(key)) {
        const value = group.values.get(key);
        return value instanceof Uint8Array ? value : value?.encode();
      }
    }
    return this.#store.get(key);
  }

  put(key: string, value: Uint8Array | Encodable): void {
    this.#open.bytes += sizeOf(value) + entryBytes;
    this.#open.values.set(key, value);
    this.#linger();
  }

  delete(key: string): void {
    this.#open.bytes += entryBytes;
    this.#open.values.set(key, undefined);
    this.#linger();
  }

  /** Deletes a key that is put only once in its life. When the put is in the open group, neither is ever written. */
  consume(key: string): void {
    const value = this.#open.values.get(key);
    if (value === undefined) {
      this.delete(key);
      return;
    }
    this.#open.values.delete(key);
    this.#open.bytes -= sizeOf(value) + entryBytes;
  }

  /** Calls back when all that was put so far is durable, or with the error of a failed write; never synchronously. */
  onOutcome(callback: (error?: StatefunError) => void): void {
    this.#lastGroup().onOutcome.push(callback);
    this.#schedule();
  }

  /** Calls back when all that was put so far is durable, however many writes that takes; never synchronously. */
  onDurable(callback: () => void): void {
    this.#lastGroup().onDurable.push(callback);
    this.#schedule();
  }

  /** Resolves when all that was put so far is durable. Rejects with STORE_FULL or STORE_FAILED when a write fails. */
  durable(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onOutcome((error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  /** Resolves when all that was put so far is durable, however many writes that takes. */
  flushed(): Promise<void> {
    return new Promise((resolve) => this.onDurable(resolve));
  }

  /** Resolves when all that was put so far is durable, or when a write of it has failed. */
  async attempted(): Promise<void> {
    if (this.#trouble !== undefined || this.#closed) return;
    await new Promise<void>((resolve) => this.onOutcome(() => resolve()));
  }

  /** Makes all that was put so far durable, and writes nothing more: what is put later is undone by the next start. */
  async close(): Promise<void> {
    await this.attempted();
    this.#closed = true;
    this.#lingering?.cancel();
  }

  /**
   * Ends all writing because a transaction broke off in the middle: the open group must never be written. What is durable
   * is whole, and the next start goes on from there.
   */
  abandon(error: StatefunError): void {
    for (const callback of this.#open.onOutcome) callback(error);
    this.#open = newGroup();
    this.#closed = true;
    this.#lingering?.cancel();
    this.#setTrouble(error);
  }

  /** The group that holds the last put. */
  #lastGroup(): Group {
    return this.#open.values.size === 0 && this.#writing !== undefined ? this.#writing : this.#open;
  }

  #linger(): void {
    if (this.#scheduled || this.#closed || this.#writing !== undefined) return;
    if (this.#open.bytes >= lingerBytes) this.#schedule();
    else {
      this.#lingering ??= this.#clock.after(lingerMs, () => {
        this.#lingering = undefined;
        this.#schedule();
      });
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed || this.#writing !== undefined) return;
    this.#scheduled = true;
    this.#lingering?.cancel();
    this.#lingering = undefined;
    // Not at once: whatever else is ready in this turn of the event loop shares the group.
    setImmediate(() => {
      this.#scheduled = false;
      void this.#write();
    });
  }

  async #write(): Promise<void> {
    if (this.#closed) return;
    const group = this.#open;
    const number = this.openGroup;
    this.#open = newGroup();
    this.openGroup += 1;
    this.#writing = group;
    if (group.bytes >= mostOpenBytes) this.onChange();
    if (group.values.size > 0) await this.#writeUntilDone(group);
    this.#writing = undefined;
    this.durableGroup = number;
    for (const callback of group.onOutcome) callback();
    for (const callback of group.onDurable) callback();
    const { values, onOutcome, onDurable } = this.#open;
    if (onOutcome.length + onDurable.length > 0) this.#schedule();
    else if (values.size > 0) this.#linger();
    this.onChange();
  }

  async #writeUntilDone(group: Group): Promise<void> {
    const counters = this.#counters;
    for (let attempt = 1; ; attempt++) {
      const begun = performance.now();
      try {
        await this.#store.write(encoded(group.values));
        const seconds = (performance.now() - begun) / 1000;
        counters.commits += 1;
        counters.commitWrites += group.values.size;
        counters.commitBytes += group.bytes;
        counters.commitSeconds += seconds;
        countDuration(counters.commitBuckets, seconds);
        if (!this.#closed) this.#setTrouble(undefined);
        return;
      } catch (thrown) {
        const error = thrown instanceof StatefunError ? thrown : new StatefunError("STORE_FAILED", String(thrown));
        this.#setTrouble(error);
        // The open group's callbacks too: nobody knows when its turn comes.
        for (const callback of [...group.onOutcome.splice(0), ...this.#open.onOutcome.splice(0)]) callback(error);
        if (this.#closed) return;
        await new Promise<void>((resolve) => this.#clock.after(backoffMs(backoff, attempt), resolve));
      }
    }
  }

  #setTrouble(error: StatefunError | undefined): void {
    const changed = (this.#trouble === undefined) !== (error === undefined);
    this.#trouble = error;
    if (changed) this.onChange();
  }
}

const sizeOf = (value: Uint8Array | Encodable) => (value instanceof Uint8Array ? value.length : value.size);

/** Encodes the values of a group that is about to be written, in place: the map is then what the store takes. */
function encoded(values: Map<string, Value>): Iterable<Write> {
  for (const [key, value] of values) {
    if (value !== undefined && !(value instanceof Uint8Array)) values.set(key, value.encode());
  }
  return values as Map<string, Uint8Array | undefined>;
}
