// One transaction after the other goes into the open group; a group is written as one. Work inside the engine reads what
// is in a group and runs ahead of the disk; what leaves the machine waits until its group is on it.

import { StatefunError } from "../errors.js";
import { type Backoff, backoffMs } from "../model/backoff.js";
import type { Store, Write } from "../store/store.js";
import type { Clock, Timer } from "./clock.js";
import { bucketBounds, type EngineMetrics } from "./engine-api.js";
import type { Encodable } from "./message.js";

type Value = Uint8Array | Encodable | undefined;

interface Group {
  readonly values: Map<string, Value>;
  bytes: number;
  /** Called when the group is durable, or with what was wrong at the first try that failed. */
  readonly waiters: ((error?: StatefunError) => void)[];
  /** Called when the group is durable, however long that takes. */
  readonly after: (() => void)[];
}

const newGroup = (): Group => ({ values: new Map(), bytes: 0, waiters: [], after: [] });

/** What an entry costs beyond its value, about. */
const entryBytes = 64;

/** The open group may grow to this before work inside waits for the disk. */
const mostOpenBytes = 32 * 1024 * 1024;

/**
 * When nobody waits for the disk, a group stays open for this long or until it holds so much: what is sent and handled
 * meanwhile is never written.
 */
const lingerMs = 5;
const lingerBytes = 8 * 1024 * 1024;

const backoff: Backoff = { firstMs: 100, longestMs: 5_000 };

export class GroupCommit {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #metrics: EngineMetrics;
  #open = newGroup();
  #writing: Group | undefined;
  /** Counts the groups: what is put now goes into this one. */
  openGroup = 1;
  /** All groups up to this one are on disk. */
  durableGroup = 0;
  #scheduled = false;
  #lingering: Timer | undefined;
  #trouble: StatefunError | undefined;
  #closed = false;
  /** Called when trouble begins or ends, and when a full group has been taken. */
  onChange = () => {};

  constructor(store: Store, clock: Clock, metrics: EngineMetrics) {
    this.#store = store;
    this.#clock = clock;
    this.#metrics = metrics;
  }

  /** Why the last group can't be written; it is tried again until it can. */
  get trouble(): StatefunError | undefined {
    return this.#trouble;
  }

  /** Whether work inside should wait: the disk is too far behind. */
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

  /** Deletes a key that is put only once in its life: if that is still to be written, neither is. */
  consume(key: string): void {
    const value = this.#open.values.get(key);
    if (value === undefined) {
      this.delete(key);
      return;
    }
    this.#open.values.delete(key);
    this.#open.bytes -= sizeOf(value) + entryBytes;
  }

  /** Calls back when all that was put so far is durable, or when the disk refuses it; never at once. */
  whenDurable(waiter: (error?: StatefunError) => void): void {
    this.#last().waiters.push(waiter);
    this.#schedule();
  }

  /** Calls back when all that was put so far is durable, however long that takes; never at once. */
  afterDurable(run: () => void): void {
    this.#last().after.push(run);
    this.#schedule();
  }

  /** Resolves when all that was put so far is durable, however long that takes. */
  flushed(): Promise<void> {
    return new Promise((resolve) => this.afterDurable(resolve));
  }

  /** Resolves when all that was put so far is durable, or can't be made so for now. */
  async tried(): Promise<void> {
    if (this.#trouble !== undefined || this.#closed) return;
    await new Promise<void>((resolve) => this.whenDurable(() => resolve()));
  }

  /** Makes all that was put so far durable, and takes nothing more. Whoever put something later finds it undone. */
  async close(): Promise<void> {
    await this.tried();
    this.#closed = true;
    this.#lingering?.cancel();
  }

  /**
   * Takes nothing more, and writes nothing more: a transaction broke off in the middle, so the open group must never be
   * written. What is on disk is whole; the next start goes on from there.
   */
  abandon(error: StatefunError): void {
    for (const waiter of this.#open.waiters) waiter(error);
    this.#open = newGroup();
    this.#closed = true;
    this.#lingering?.cancel();
    this.#setTrouble(error);
  }

  /** The group that the last write went into. */
  #last(): Group {
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
    // Not at once: whatever is ready in this turn of the loop shares the group.
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
    for (const waiter of group.waiters) waiter();
    for (const run of group.after) run();
    const { values, waiters, after } = this.#open;
    if (waiters.length + after.length > 0) this.#schedule();
    else if (values.size > 0) this.#linger();
    this.onChange();
  }

  async #writeUntilDone(group: Group): Promise<void> {
    const metrics = this.#metrics;
    for (let attempt = 1; ; attempt++) {
      const begun = performance.now();
      try {
        await this.#store.write(encoded(group.values));
        const seconds = (performance.now() - begun) / 1000;
        metrics.commits += 1;
        metrics.commitWrites += group.values.size;
        metrics.commitBytes += group.bytes;
        metrics.commitSeconds += seconds;
        count(metrics.commitBuckets, seconds);
        if (!this.#closed) this.#setTrouble(undefined);
        return;
      } catch (thrown) {
        const error = thrown instanceof StatefunError ? thrown : new StatefunError("STORE_FAILED", String(thrown));
        this.#setTrouble(error);
        // Those of the next group, too: who knows when its turn comes.
        for (const waiter of [...group.waiters.splice(0), ...this.#open.waiters.splice(0)]) waiter(error);
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

/** Counts a duration into its bucket. */
export function count(buckets: number[], seconds: number): void {
  let index = 0;
  while (index < bucketBounds.length && seconds > (bucketBounds[index] as number)) index++;
  buckets[index] = (buckets[index] as number) + 1;
}
