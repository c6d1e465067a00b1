// Transactions are collected in the open group, and a group is written as one. Work inside the engine reads what is in a
// group and so runs ahead of the disk. Whatever leaves the machine waits until its group is durable.

import { errorOf, StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { type Backoff, backoffMs } from "../model/backoff.js";
import { runtimeChannel } from "../model/diagnostics.js";
import type { Store, Write } from "../store/store.js";
import type { Clock, Timer } from "./clock.js";
import { bytesOf, Group, type Outcome, type SingleEntry, type Value } from "./group.js";
import type { Encodable } from "./message.js";
import { type Counters, countDuration } from "./metrics.js";
import { type NextTurn, nodeTurn } from "./next-turn.js";

/** Each group that was written. */
const commits = runtimeChannel("statefun:commit");

/** When the open group holds this much, the disk is too far behind: work inside waits. */
const mostOpenBytes = 32 * 1024 * 1024;

/**
 * When nobody waits for the disk, a group stays open for this long or until it holds so much. A message that is sent and
 * handled meanwhile is never written.
 */
const lingerMs = 5;
const lingerBytes = 8 * 1024 * 1024;

const backoff: Backoff = { firstMs: 100, longestMs: 5_000 };

/** Entries that were read before a transaction begins; undefined where there is none. */
export type ReadAhead = ReadonlyMap<string, Uint8Array | undefined>;

const nothingRead: ReadAhead = new Map();

export class GroupCommit {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #nextTurn: NextTurn;
  #open = new Group();
  #writing: Group | undefined;
  #ahead = nothingRead;
  /** The number of the open group: what is put now goes into that group. */
  openGroup = 1;
  /** All groups up to this number are durable. */
  durableGroup = 0;
  #scheduled = false;
  #lingering: Timer | undefined;
  /** Ends the wait before a failed group is written again. */
  #endRetryWait = () => {};
  #trouble: StatefunError | undefined;
  #ended: StatefunError | undefined;
  #brokenOff = false;
  /** The write under way. */
  #work: Promise<void> = Promise.resolve();
  /**
   * Whether a value is encoded when it is put, and not when its group is written. That costs time, and shows which
   * transaction has put a value that can't be encoded: the transaction breaks off. Defaults to false.
   */
  encodesAtOnce = false;
  /** Called before each group is written. */
  onWrite = () => {};
  /** Called when trouble begins or ends, and after each group. */
  onChange = () => {};
  /** Called when a transaction broke off, with the address whose answer it was, if it was one. */
  onAbandoned = (_error: StatefunError, _address: Address | undefined) => {};

  constructor(store: Store, clock: Clock, counters: Counters, nextTurn: NextTurn = nodeTurn) {
    this.#store = store;
    this.#clock = clock;
    this.#counters = counters;
    this.#nextTurn = nextTurn;
  }

  /** Why nothing may be changed: the last write failed and is tried again, or a transaction broke off. */
  get trouble(): StatefunError | undefined {
    return this.#trouble;
  }

  /** Why nothing is written any more; undefined until the end. */
  get ended(): StatefunError | undefined {
    return this.#ended;
  }

  /** Whether a transaction broke off, so that everything has ended; see {@link abandon}. */
  get brokenOff(): boolean {
    return this.#brokenOff;
  }

  /** Whether work inside should wait, because the disk is too far behind. */
  get saturated(): boolean {
    return this.#trouble !== undefined || this.#open.bytes >= mostOpenBytes;
  }

  /** Whether the open group waits for nothing but more changes; see {@link lingerMs}. */
  get lingers(): boolean {
    return this.#lingering !== undefined;
  }

  get(key: string): Uint8Array | undefined {
    const value = this.find(key);
    return value === undefined ? undefined : bytesOf(value);
  }

  /** The value of a key as it was put, which may not be encoded yet, or its bytes in the store. */
  find(key: string): Value | undefined {
    const held = this.#held(key);
    if (held !== undefined) return held ?? undefined;
    return this.#ahead.has(key) ? this.#ahead.get(key) : this.#store.get(key);
  }

  put(key: string, value: Uint8Array | Encodable): void {
    this.#open.set(key, this.encodesAtOnce && !(value instanceof Uint8Array) ? value.encode() : value);
    this.#linger();
  }

  delete(key: string): void {
    this.#open.set(key, null);
    this.#linger();
  }

  /** Deletes a key that is put only once in its life. When the put is in the open group, neither is ever written. */
  consume(key: string): void {
    if (!this.#open.takeBack(key)) this.delete(key);
  }

  /** Puts an entry whose key is new. */
  add(entry: SingleEntry): void {
    entry.group = this.openGroup;
    if (this.encodesAtOnce) entry.encode();
    this.#open.add(entry);
    this.#linger();
  }

  /** Deletes an entry that was added, or that was read from the store. When it is in the open group, it is never written. */
  remove(entry: SingleEntry): void {
    this.#open.remove(entry);
    this.#linger();
  }

  /** Puts another entry into the place of one that was added, or that was read from the store. Both have the same key. */
  replace(before: SingleEntry, entry: SingleEntry): void {
    entry.group = before.group;
    if (this.encodesAtOnce) entry.encode();
    this.#open.replace(before, entry);
    this.#linger();
  }

  /** Reads the entries that a transaction needs, so that no read can fail in the middle of the transaction. */
  readAhead(keys: readonly string[]): ReadAhead {
    let ahead: Map<string, Uint8Array | undefined> | undefined;
    for (const key of keys) {
      // What is in a group needs no store.
      if (this.#held(key) === undefined && !ahead?.has(key)) ahead = (ahead ?? new Map()).set(key, this.get(key));
    }
    return ahead ?? nothingRead;
  }

  /** Runs something that finds these entries without the store. They must have been read in this turn. */
  using<A extends unknown[], T>(ahead: ReadAhead, run: (...args: A) => T, ...args: A): T {
    // One run may contain another: a message begins a call, and a function in this process may send at once.
    const outer = this.#ahead;
    this.#ahead = ahead;
    try {
      return run(...args);
    } finally {
      this.#ahead = outer;
    }
  }

  /**
   * Carries out one transaction: nothing in it waits, so one group holds all of it. It must read nothing from the store, and
   * its checks come before it. When it throws all the same, which is a bug, half of it must never be written: then this
   * throws ENGINE_RESTARTING and everything ends, see {@link abandon}. `address` is the one whose answer it carries out.
   */
  transact<T>(change: () => T, address?: Address): T {
    if (this.#ended !== undefined) throw this.#ended;
    try {
      return change();
    } catch (thrown) {
      const error = brokenOff(thrown);
      this.abandon(error, address);
      throw error;
    }
  }

  /** Calls back when all that was put so far is durable, or with the error of a failed write; never synchronously. */
  onOutcome(callback: Outcome): void {
    this.#wait((group) => group.onOutcome(callback), callback);
  }

  /**
   * Calls back when all that was put so far is durable, however many writes that takes, or with the reason why it never
   * will be; never synchronously.
   */
  onDurable(callback: Outcome): void {
    this.#wait((group) => group.onDurable(callback), callback);
  }

  /** Resolves when all that was put so far is durable. Rejects with STORE_FULL or STORE_FAILED when a write fails. */
  durable(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onOutcome((error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  /** Resolves when all that was put so far is durable, however many writes that takes. Rejects when everything ends. */
  flushed(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onDurable((error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  /** Resolves when all that was put so far is durable, or when a write of it has failed. */
  async attempted(): Promise<void> {
    if (this.#trouble !== undefined || this.#ended !== undefined) return;
    await new Promise<void>((resolve) => this.onOutcome(() => resolve()));
  }

  /**
   * Makes all that was put so far durable, and writes nothing more. A group that waits for its next try is tried once more
   * at once, because the disk may have room again. When that fails, {@link trouble} says why, and what was put since the
   * last success is lost at the next start, as is whatever is put later. Callers that still wait, and callers that ask
   * later, get the error.
   */
  async close(error: StatefunError): Promise<void> {
    this.#endRetryWait();
    if (this.#ended === undefined) await new Promise<void>((resolve) => this.onOutcome(() => resolve()));
    this.#end(error);
    await this.stopped();
  }

  /**
   * Ends all writing because a transaction broke off in the middle: the open group must never be written. The group that
   * is being written is whole and may still become durable.
   */
  abandon(error: StatefunError, address?: Address): void {
    if (this.#ended !== undefined) return;
    this.#brokenOff = true;
    this.#end(error);
    this.#open = new Group();
    this.#setTrouble(error);
    this.onAbandoned(error, address);
  }

  /** Resolves when nothing is being written; after the end nothing will be. */
  stopped(): Promise<void> {
    return this.#work;
  }

  /** What the groups that are not durable say of a key: its value, null when it is deleted, and undefined for nothing. */
  #held(key: string): Value | null | undefined {
    const value = this.#open.get(key);
    return value === undefined ? this.#writing?.get(key) : value;
  }

  #wait(add: (group: Group) => void, callback: Outcome): void {
    const ended = this.#ended;
    if (ended !== undefined) {
      this.#nextTurn(() => callback(ended));
      return;
    }
    // The callback belongs to the group that holds the last put.
    add(this.#open.size === 0 && this.#writing !== undefined ? this.#writing : this.#open);
    this.#schedule();
  }

  #end(error: StatefunError): void {
    this.#ended ??= error;
    this.#lingering?.cancel();
    this.#endRetryWait();
    this.#open.settled(this.#ended);
  }

  #linger(): void {
    if (this.#scheduled || this.#ended !== undefined || this.#writing !== undefined) return;
    if (this.#open.bytes >= lingerBytes) this.#schedule();
    else {
      this.#lingering ??= this.#clock.after(lingerMs, () => {
        this.#lingering = undefined;
        this.#schedule();
      });
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#ended !== undefined || this.#writing !== undefined) return;
    this.#scheduled = true;
    this.#lingering?.cancel();
    this.#lingering = undefined;
    // The write begins in the next turn, so that everything that is ready in this turn of the event loop shares the group.
    this.#nextTurn(() => {
      this.#scheduled = false;
      if (this.#ended === undefined) this.#work = this.#write();
    });
  }

  async #write(): Promise<void> {
    const group = this.#open;
    this.onWrite();
    const number = this.openGroup;
    this.#open = new Group();
    this.openGroup += 1;
    this.#writing = group;
    if (group.bytes >= mostOpenBytes) this.onChange();
    const error = group.size > 0 ? await this.#writeUntilDone(group) : undefined;
    this.#writing = undefined;
    if (error === undefined) this.durableGroup = number;
    group.settled(error);
    if (this.#open.awaited) this.#schedule();
    else if (this.#open.size > 0) this.#linger();
    this.onChange();
  }

  /** Writes the group until that succeeds. Returns an error when it never will, because everything has ended. */
  async #writeUntilDone(group: Group): Promise<StatefunError | undefined> {
    let writes: Iterable<Write>;
    try {
      writes = group.encoded();
    } catch (thrown) {
      // The store is well, and the same value would fail at every try. So the engine goes on from what is durable.
      const error = brokenOff(thrown);
      this.abandon(error);
      return error;
    }
    for (let attempt = 1; ; attempt++) {
      const begun = performance.now();
      try {
        await this.#store.write(writes);
        this.#count(group, (performance.now() - begun) / 1000);
        if (this.#ended === undefined) this.#setTrouble(undefined);
        return undefined;
      } catch (thrown) {
        const error = thrown instanceof StatefunError ? thrown : new StatefunError("STORE_FAILED", String(thrown));
        if (this.#ended !== undefined) return error;
        this.#setTrouble(error);
        // The open group's callbacks too: nobody knows when its turn comes.
        group.failed(error);
        this.#open.failed(error);
        await this.#retryWait(backoffMs(backoff, attempt));
        if (this.#ended !== undefined) return this.#ended;
      }
    }
  }

  #retryWait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(ms, resolve);
      this.#endRetryWait = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #count(group: Group, seconds: number): void {
    const counters = this.#counters;
    counters.commits += 1;
    counters.commitWrites += group.size;
    counters.commitBytes += group.bytes;
    counters.commitSeconds += seconds;
    countDuration(counters.commitBuckets, seconds);
    if (!commits.hasSubscribers) return;
    commits.publish({ writes: group.size, bytes: group.bytes, duration: seconds * 1000 });
  }

  #setTrouble(error: StatefunError | undefined): void {
    const changed = (this.#trouble === undefined) !== (error === undefined);
    this.#trouble = error;
    if (changed) this.onChange();
  }
}

/** The error for callers whose change broke off. The reason may hold secrets, so it is only in the log. */
function brokenOff(thrown: unknown): StatefunError {
  return new StatefunError(
    "ENGINE_RESTARTING",
    "A change broke off, so the runtime opens its store again. Send again in a moment, with the same idempotency key; the log has the reason.",
    { cause: errorOf(thrown) },
  );
}
