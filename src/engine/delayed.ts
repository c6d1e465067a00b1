// Delayed messages. The store holds all of them, in the order of their times. Memory holds only the nearest messages.

import type { Address } from "../model/address.js";
import { type Entry, endsRange, type Range } from "../store/store.js";
import type { Backlog } from "./backlog.js";
import type { Clock, Timer } from "./clock.js";
import { pageBytes, type QueueStore } from "./durable-queue.js";
import { bytesOf } from "./group.js";
import { highest, idKey, kinds, ordered, parseOrdered, rangeEnd } from "./keys.js";
import { DelayedMessage, decodeDelayed } from "./message.js";
import type { Counters } from "./metrics.js";
import type { Order } from "./order.js";
import { SortedList } from "./sorted-list.js";
import { readsOf } from "./waiting-calls.js";

/** How many messages one read of the store loads. */
const loadedAtOnce = 2_000;
/** When fewer messages than this are loaded, the next messages are read, so that they are in memory before they are due. */
const fewLoaded = 1_000;
/** About how many bytes of memory a message takes beyond its size. */
const besideBytes = 400;
/** The entry that holds the number of delayed messages. */
const pendingKey = `${kinds.meta}delayed`;
/** How many messages are delivered before other work has its turn. */
const firedAtOnce = 500;

/**
 * The longest wait before the clock is looked at again. Timers do not see the clock jump: after the machine has slept, or
 * the time was corrected, a message that is due would wait for the rest of its old delay.
 */
const longestWaitMs = 60_000;
/** When a timer goes off later than this, it is not only late: the clock has jumped over its time. */
const longestLateMs = 1_000;

/** How long to wait before a store that failed is read again. */
const retryMs = 1_000;

/** The messages that came behind the horizon, and the messages that were withdrawn, while the store was read. */
interface Loading {
  readonly added: DelayedMessage[];
  readonly withdrawn: Set<string>;
}

export class DelayedMessages {
  readonly #shared: QueueStore;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #deliver: (message: DelayedMessage) => void;
  /** Undefined when messages of the same instant go in the order in which they were sent. */
  readonly #order: Order | undefined;
  /** Every message whose key is below the horizon, in order. */
  readonly #near = new SortedList<DelayedMessage>();
  /** Counts the messages in memory. */
  readonly #backlog: Backlog;
  #horizon = rangeEnd(kinds.delayed);
  #pending = 0;
  /** Goes off when the first loaded message is due. */
  #timer: Timer | undefined;
  /** Goes off when the store is read again after a failed read. */
  #reload: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  /** Undefined unless the store is being read. */
  #loading: Loading | undefined;
  #paused = false;

  constructor(
    shared: QueueStore,
    backlog: Backlog,
    clock: Clock,
    counters: Counters,
    deliver: (message: DelayedMessage) => void,
    order?: Order,
  ) {
    this.#shared = shared;
    this.#backlog = backlog;
    this.#clock = clock;
    this.#counters = counters;
    this.#deliver = deliver;
    this.#order = order;
  }

  /** How many messages are not due yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Loads the nearest messages from before the start. */
  async open(): Promise<void> {
    const stored = this.#shared.commit.get(pendingKey);
    this.#pending = stored === undefined ? 0 : Number(Buffer.from(stored).toString());
    this.#horizon = kinds.delayed;
    await this.#load();
  }

  /** Whether a message still waits under this token, sent by this sender or by another function with the same id. */
  hasToken(sender: Address | undefined, token: string): boolean {
    return this.#shared.commit.get(tokenKey(sender, token)) !== undefined;
  }

  /** Finds a message that has not been delivered or withdrawn, in the groups that are not durable too. */
  find(key: string): DelayedMessage | undefined {
    const found = this.#shared.commit.find(key);
    if (found === undefined || found instanceof DelayedMessage) return found;
    return decodeDelayed(key, dueAtOf(key), bytesOf(found));
  }

  /** Adds a message, as part of the open transaction. */
  add(message: DelayedMessage): void {
    this.#counters.delayedScheduled += 1;
    this.#put(message);
  }

  /** Delivers a message before it is due, as a transaction. Throws STORE_FULL and STORE_FAILED. */
  deliver(message: DelayedMessage): void {
    const { commit } = this.#shared;
    const change = () => {
      this.#remove(message);
      this.#counters.delayedFired += 1;
      this.#deliver(message);
    };
    commit.using(commit.readAhead(readsOf(message.target)), () => commit.transact(change));
  }

  /** Lets a message be due at another time, as part of the open transaction. Returns its key from now on. */
  postpone(message: DelayedMessage, dueAt: number): string {
    const { target, caller, value, token } = message;
    const postponed = new DelayedMessage(target, caller, value, dueAt, token);
    this.#remove(message);
    this.#put(postponed);
    return postponed.key;
  }

  /** Withdraws a message, as part of the open transaction. */
  withdraw(message: DelayedMessage): void {
    this.#remove(message);
    this.#counters.delayedCancelled += 1;
  }

  #put(message: DelayedMessage): void {
    const { commit, sequence } = this.#shared;
    message.key = kinds.delayed + ordered(Math.min(message.dueAt, highest)) + ordered(sequence.next());
    commit.put(message.key, message);
    if (message.token !== undefined) commit.put(tokenKey(message.caller, message.token), Buffer.from(message.key));
    this.#count(1);
    if (message.key >= this.#horizon) {
      this.#loading?.added.push(message);
      return;
    }
    this.#addNear(message);
    if (!this.#backlog.hasRoom(0)) this.#letGo();
    this.#arm();
  }

  /**
   * Withdraws the message that was sent with this token, by this sender or by another function with the same id, as part
   * of the open transaction. Returns whether there was one.
   */
  cancel(sender: Address | undefined, token: string): boolean {
    const { commit } = this.#shared;
    const key = commit.get(tokenKey(sender, token));
    if (key === undefined) return false;
    commit.delete(tokenKey(sender, token));
    this.#forget(Buffer.from(key).toString());
    this.#counters.delayedCancelled += 1;
    return true;
  }

  #remove({ key, caller, token }: DelayedMessage): void {
    // `consume` would be wrong for the token. A token can be put more than once, so its deletion must be written even when a put
    // of the token is in the open group.
    if (token !== undefined) this.#shared.commit.delete(tokenKey(caller, token));
    this.#forget(key);
  }

  #forget(key: string): void {
    this.#shared.commit.consume(key);
    const near = this.#near.delete(key);
    if (near !== undefined) this.#backlog.load(-memoryOf(near));
    this.#loading?.withdrawn.add(key);
    this.#count(-1);
  }

  /** Delivers nothing while paused. */
  set paused(paused: boolean) {
    this.#paused = paused;
    if (paused) this.stop();
    else this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.#reload?.cancel();
    this.#reload = undefined;
  }

  /** The count is in the store, because counting a million messages at the start takes a second. */
  #count(change: 1 | -1): void {
    this.#pending += change;
    this.#shared.commit.put(pendingKey, Buffer.from(String(this.#pending)));
  }

  #fire(): void {
    const now = this.#clock.now();
    for (let count = 0; count < firedAtOnce; count++) {
      const first = this.#near.first;
      if (first === undefined || first.dueAt > now) break;
      const message = this.#order === undefined ? first : this.#near.at(this.#order.delayed(this.#countDueWith(first)));
      if (!this.#deliverDue(message)) {
        this.#armIn(retryMs);
        return;
      }
    }
    this.#arm();
  }

  /** How many messages in memory are due at the instant of the first one. */
  #countDueWith({ dueAt }: DelayedMessage): number {
    let count = 1;
    while (count < this.#near.length && this.#near.at(count).dueAt === dueAt) count++;
    return count;
  }

  /** Delivers a message that is due. Returns false when the message stays, because the store can't be read. */
  #deliverDue(message: DelayedMessage): boolean {
    try {
      this.deliver(message);
      return true;
    } catch {
      return false; // the store has logged the failed read, or the engine that it gives up
    }
  }

  #arm(): void {
    if (this.#paused) return;
    const next = this.#near.first;
    const rest = this.#horizon < rangeEnd(kinds.delayed);
    const mayLoad = this.#loading === undefined && this.#reload === undefined;
    const few = this.#near.length < fewLoaded && this.#backlog.hasRoom(pageBytes);
    if (rest && few && mayLoad) this.#loadLater();
    if (next === undefined) return;
    const now = this.#clock.now();
    if (next.dueAt >= this.#timerAt && now <= this.#timerAt + longestLateMs) return;
    this.#timer?.cancel();
    this.#armIn(Math.min(Math.max(0, next.dueAt - now), longestWaitMs));
  }

  #armIn(waitMs: number): void {
    if (this.#paused) return;
    this.#timerAt = this.#clock.now() + waitMs;
    this.#timer = this.#clock.after(waitMs, () => {
      this.#timer = undefined;
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#fire();
    });
  }

  #addNear(message: DelayedMessage): void {
    if (this.#near.add(message)) this.#backlog.load(memoryOf(message));
  }

  /** Drops the furthest half from memory, and the half of the rest until there is room. The nearest message stays. */
  #letGo(): void {
    while (this.#near.length > 1 && !this.#backlog.hasRoom(0)) {
      for (const message of this.#near.truncate(Math.ceil(this.#near.length / 2))) {
        this.#backlog.load(-memoryOf(message));
      }
    }
    this.#horizon = `${this.#near.last?.key}\0`;
  }

  #loadLater(): void {
    this.#load().catch(() => {
      if (this.#paused) return;
      this.#reload = this.#clock.after(retryMs, () => {
        this.#reload = undefined;
        this.#arm();
      });
    });
  }

  /** Reads the next messages from the store, and moves the horizon behind them. */
  async #load(): Promise<void> {
    const { store, commit } = this.#shared;
    const loading: Loading = { added: [], withdrawn: new Set() };
    this.#loading = loading;
    try {
      const from = this.#horizon;
      // A message may be in a group that is not written yet.
      await commit.flushed();
      const range = { from, to: rangeEnd(kinds.delayed), limit: loadedAtOnce, bytes: pageBytes };
      const entries = await store.entries(range);
      // When many messages came meanwhile, some were dropped from memory and the horizon moved back. The dropped messages are
      // nearer than the messages that were read here, so they must be read first.
      if (this.#horizon === from) this.#append(entries, range, loading);
    } finally {
      this.#loading = undefined;
    }
    this.#arm();
  }

  #append(entries: readonly Entry[], range: Range, { added, withdrawn }: Loading): void {
    const read = entries.map(([key, bytes]) => decodeDelayed(key, dueAtOf(key), bytes));
    this.#horizon = endsRange(entries, range) ? range.to : `${read[read.length - 1]?.key}\0`;
    for (const message of [...read, ...added]) {
      if (message.key < this.#horizon && !withdrawn.has(message.key)) this.#addNear(message);
    }
  }
}

/** A token belongs to the id of its sender, whatever the sender's function is, as in Flink. Senders outside share an id. */
export function tokenKey(sender: Address | undefined, token: string): string {
  return kinds.token + idKey(sender?.id ?? "") + token;
}

/** When the message of this key is due, in milliseconds since 1970. */
export const dueAtOf = (key: string): number => parseOrdered(key.slice(kinds.delayed.length));

const memoryOf = ({ size }: DelayedMessage) => size + besideBytes;
