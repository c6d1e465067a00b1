// Delayed messages. All are in the store, in the order in which they are due; the next ones are in memory too. How many
// wait is no matter: only the nearest are ever loaded.

import type { Address } from "../model/address.js";
import type { Entry } from "../store/store.js";
import type { Clock, Timer } from "./clock.js";
import type { QueueStore } from "./durable-queue.js";
import type { EngineMetrics } from "./engine-api.js";
import { highest, idKey, kinds, ordered, parseOrdered, rangeEnd } from "./keys.js";
import { type DelayedMessage, decodeDelayed } from "./message.js";
import { SortedList } from "./sorted-list.js";

/** How many are loaded at once, and how many are kept before the furthest are let go. */
const loadedAtOnce = 2_000;
/** Below this many the next ones are read, so that they are there when they are due. */
const fewLoaded = 1_000;
const mostLoaded = 20_000;
const pendingKey = `${kinds.meta}delayed`;
/** How many are delivered before other work has its turn. */
const firedAtOnce = 500;

/**
 * The longest wait before the clock is looked at again. Timers do not see it jump: when the machine slept or the time was
 * corrected, what is due by then would wait for the rest of its old delay.
 */
const longestWaitMs = 60_000;
/** A timer that is later than this is not late: the clock has jumped over its time. */
const longestLateMs = 1_000;

/** How long to wait before a store that failed is read again. */
const retryMs = 1_000;

/** While the store is read: what came behind the horizon since, and what was withdrawn. */
interface Loading {
  readonly added: DelayedMessage[];
  readonly withdrawn: Set<string>;
}

export class DelayedMessages {
  readonly #shared: QueueStore;
  readonly #clock: Clock;
  readonly #metrics: EngineMetrics;
  readonly #deliver: (message: DelayedMessage) => void;
  /** Every message whose key is below the horizon, in order. */
  readonly #near = new SortedList<DelayedMessage>();
  #horizon = rangeEnd(kinds.delayed);
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  /** Undefined unless the store is being read. */
  #loading: Loading | undefined;
  #paused = false;

  constructor(shared: QueueStore, clock: Clock, metrics: EngineMetrics, deliver: (message: DelayedMessage) => void) {
    this.#shared = shared;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#deliver = deliver;
  }

  /** Loads the nearest messages from before the start. */
  async open(): Promise<void> {
    const stored = this.#shared.commit.get(pendingKey);
    this.#metrics.delayedPending = stored === undefined ? 0 : Number(Buffer.from(stored).toString());
    this.#horizon = kinds.delayed;
    await this.#load();
  }

  /** Whether a message still waits under this token, of this sender or of another function with its id. */
  hasToken(sender: Address | undefined, token: string): boolean {
    return this.#shared.commit.get(tokenKey(sender, token)) !== undefined;
  }

  add(message: DelayedMessage): void {
    const { commit, sequence } = this.#shared;
    message.key = kinds.delayed + ordered(Math.min(message.dueAt, highest)) + ordered(sequence.next());
    commit.put(message.key, message);
    if (message.token !== undefined) commit.put(tokenKey(message.caller, message.token), Buffer.from(message.key));
    this.#metrics.delayedScheduled += 1;
    this.#count(1);
    if (message.key >= this.#horizon) {
      this.#loading?.added.push(message);
      return;
    }
    this.#near.add(message);
    if (this.#near.length > mostLoaded) {
      this.#near.truncate(mostLoaded / 2);
      this.#horizon = `${this.#near.last?.key}\0`;
    }
    this.#arm();
  }

  /** Withdraws the message that was sent with this token, by this sender or by another function with its id. */
  cancel(sender: Address | undefined, token: string): boolean {
    const { commit } = this.#shared;
    const key = commit.get(tokenKey(sender, token));
    if (key === undefined) return false;
    const messageKey = Buffer.from(key).toString();
    commit.delete(tokenKey(sender, token));
    commit.consume(messageKey);
    this.#near.delete(messageKey);
    this.#loading?.withdrawn.add(messageKey);
    this.#metrics.delayedCancelled += 1;
    this.#count(-1);
    return true;
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
  }

  /** Keeps the count in the store: to count a million when it is opened takes a second. */
  #count(change: 1 | -1): void {
    this.#metrics.delayedPending += change;
    this.#shared.commit.put(pendingKey, Buffer.from(String(this.#metrics.delayedPending)));
  }

  #fire(): void {
    const now = this.#clock.now();
    const { commit } = this.#shared;
    for (let count = 0; count < firedAtOnce; count++) {
      const message = this.#near.first;
      if (message === undefined || message.dueAt > now) break;
      this.#near.removeFirst();
      commit.consume(message.key);
      // A token can be put more than once, so this has to be written even when it was put in the open group.
      if (message.token !== undefined) commit.delete(tokenKey(message.caller, message.token));
      this.#metrics.delayedFired += 1;
      this.#count(-1);
      this.#deliver(message);
    }
    this.#arm();
  }

  #arm(): void {
    if (this.#paused) return;
    const next = this.#near.first;
    const rest = this.#horizon < rangeEnd(kinds.delayed);
    if (rest && this.#near.length < fewLoaded && this.#loading === undefined) this.#loadLater();
    if (next === undefined) return;
    const now = this.#clock.now();
    if (next.dueAt >= this.#timerAt && now <= this.#timerAt + longestLateMs) return;
    this.#timer?.cancel();
    const waitMs = Math.min(Math.max(0, next.dueAt - now), longestWaitMs);
    this.#timerAt = now + waitMs;
    this.#timer = this.#clock.after(waitMs, () => {
      this.#timer = undefined;
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#fire();
    });
  }

  #loadLater(): void {
    this.#load().catch(() => {
      this.#timer = this.#clock.after(retryMs, () => {
        this.#timer = undefined;
        this.#arm();
      });
    });
  }

  /** Moves the horizon on, behind the next messages in the store. */
  async #load(): Promise<void> {
    const { store, commit } = this.#shared;
    const loading: Loading = { added: [], withdrawn: new Set() };
    this.#loading = loading;
    try {
      const from = this.#horizon;
      // A message may be in a group that is not written yet.
      await commit.flushed();
      const entries = await store.entries({ from, to: rangeEnd(kinds.delayed), limit: loadedAtOnce });
      // Unless so many came meanwhile that some were let go: those are read before these, when their turn comes.
      if (this.#horizon === from) this.#take(entries, loading);
    } finally {
      this.#loading = undefined;
    }
    this.#arm();
  }

  #take(entries: readonly Entry[], { added, withdrawn }: Loading): void {
    const read = entries.map(([key, bytes]) =>
      decodeDelayed(key, parseOrdered(key.slice(kinds.delayed.length)), bytes),
    );
    this.#horizon = read.length < loadedAtOnce ? rangeEnd(kinds.delayed) : `${read[read.length - 1]?.key}\0`;
    for (const message of [...read, ...added]) {
      if (message.key < this.#horizon && !withdrawn.has(message.key)) this.#near.add(message);
    }
  }
}

/**
 * A token belongs to its sender's id, whichever function that is of, as in Flink; those from outside share one.
 */
function tokenKey(sender: Address | undefined, token: string): string {
  return kinds.token + idKey(sender?.id ?? "") + token;
}
