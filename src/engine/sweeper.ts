// Removes what nobody will read again: expired states of addresses that are not called any more, and requests whose
// idempotency key has expired. It removes a little at a time, so that other work goes on.

import type { Address } from "../model/address.js";
import type { Expiration } from "../model/expiration.js";
import type { ValueSpec } from "../model/invocation.js";
import { endsRange, type Store } from "../store/store.js";
import type { Clock, Timer } from "./clock.js";
import { pageBytes } from "./durable-queue.js";
import type { GroupCommit } from "./group-commit.js";
import type { IdempotencyKeys } from "./idempotency-keys.js";
import type { Instances } from "./instances.js";
import { keysOf } from "./key-scans.js";
import { kinds, ordered, parseAddressKey, rangeEnd } from "./keys.js";
import { decodeStateValue, isExpired } from "./state-values.js";

/** The time from the end of one round to the begin of the next. */
const restMs = 60_000;
/** How many entries are read at once, and how long the pause after them is. */
const readAtOnce = 500;
const pauseMs = 100;

interface SweeperParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly instances: Instances;
  readonly keys: IdempotencyKeys;
}

export class Sweeper {
  readonly #parts: SweeperParts;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  /** Begins a round every minute. */
  start(): void {
    this.#after(restMs, () => {
      // A round that fails is not logged: the store has logged its failed read. The next round goes on.
      this.round().then(
        () => this.start(),
        () => this.start(),
      );
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Looks at everything once. */
  async round(): Promise<void> {
    await this.#expireRequests();
    for await (const keys of keysOf(this.#parts.store, kinds.registration)) {
      for (const key of keys) {
        const stored = this.#parts.commit.get(key);
        if (stored === undefined) continue;
        const { mode, afterMs } = JSON.parse(Buffer.from(stored).toString()) as Expiration;
        if (mode !== "none") await this.#expireStates(key.slice(1), { mode, afterMs });
      }
    }
  }

  async #expireRequests(): Promise<void> {
    const { store, commit, clock, keys } = this.#parts;
    const to = kinds.expiry + ordered(clock.now());
    for (;;) {
      const expiries = await store.keys({ from: kinds.expiry, to, limit: readAtOnce });
      for (const expiry of expiries) keys.expire(expiry);
      if (expiries.length < readAtOnce || this.#stopped) return;
      await commit.flushed();
    }
  }

  /** Deletes the expired values of one state, which a key of its registration names. */
  async #expireStates(registered: string, expiration: Expiration): Promise<void> {
    const { store, clock } = this.#parts;
    const end = registered.indexOf("\0", registered.indexOf("\0") + 1) + 1;
    const state = registered.slice(end);
    const prefix = kinds.state + registered.slice(0, end);
    let from = prefix;
    while (!this.#stopped) {
      const range = { from, to: rangeEnd(prefix), limit: readAtOnce, bytes: pageBytes };
      const entries = await store.entries(range);
      for (const [key, bytes] of entries) {
        if (!key.endsWith(`\0${state}`)) continue;
        const { address, rest } = parseAddressKey(key);
        if (rest !== state) continue;
        if (!isExpired(decodeStateValue(bytes), { expiration }, clock.now())) continue;
        this.#expireState(address, key, { name: state, typename: "", expiration });
      }
      if (endsRange(entries, range)) return;
      from = `${entries[entries.length - 1]?.[0]}\0`;
      await this.#pause();
    }
  }

  #expireState(address: Address, key: string, spec: ValueSpec): void {
    const { commit, clock, instances } = this.#parts;
    const now = clock.now();
    const awake = instances.peek(address);
    if (awake !== undefined) {
      // Reading an expired value deletes it. A call in flight has read the values, and the next call reads them again.
      if (awake.call === undefined) awake.states.forCall([spec], now);
      return;
    }
    const stored = commit.get(key);
    if (stored !== undefined && isExpired(decodeStateValue(stored), spec, now)) commit.delete(key);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#after(pauseMs, resolve));
  }

  #after(ms: number, run: () => void): void {
    if (!this.#stopped) this.#timer = this.#parts.clock.after(ms, run);
  }
}
