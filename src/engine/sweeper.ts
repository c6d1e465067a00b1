// Removes what nobody will read again: expired states of addresses that are not called any more, and requests whose
// idempotency key has expired. It finds both in the order of their times, so it reads only what is due.

import { endsRange, type Store } from "../store/store.js";
import type { Clock, Timer } from "./clock.js";
import { pageBytes } from "./durable-queue.js";
import { deadlineOf, decodeIndexedAt, expiringKey, stateKeyOf } from "./expiry-entries.js";
import { ExpiryIndexer } from "./expiry-indexer.js";
import type { FunctionTable } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import type { IdempotencyKeys } from "./idempotency-keys.js";
import type { Instances } from "./instances.js";
import { kinds, ordered, parseAddressKey } from "./keys.js";
import { Pace } from "./pace.js";
import { decodeExpiry } from "./remembered-request.js";
import { hasHead, headKey } from "./state-heads.js";
import { decodeStateValue, type ExpiringSpec, type StateValue } from "./state-values.js";

/** The time from the end of one round to the begin of the next. */
const restMs = 60_000;
/** How many entries are read at once. */
const readAtOnce = 500;

interface SweeperParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly functions: FunctionTable;
  readonly instances: Instances;
  readonly keys: IdempotencyKeys;
}

export class Sweeper {
  readonly #parts: SweeperParts;
  readonly #pace: Pace;
  readonly #indexPace: Pace;
  readonly #indexer: ExpiryIndexer;
  #timer: Timer | undefined;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
    this.#pace = new Pace(parts);
    this.#indexPace = new Pace(parts);
    this.#indexer = new ExpiryIndexer(parts, this.#indexPace);
  }

  /** Begins a round every minute, and beside it the indexing of what is not in the index. */
  start(): void {
    if (this.#pace.stopped) return;
    this.#timer = this.#parts.clock.after(restMs, () => {
      // What fails is not logged: the store has logged its failed read. It is done again after a minute.
      this.#indexer.run().catch(() => {});
      this.round().then(
        () => this.start(),
        () => this.start(),
      );
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#pace.stop();
    this.#indexPace.stop();
  }

  /** Removes all that has expired, also what is not in the index yet. */
  async sweep(): Promise<void> {
    await this.#indexer.run();
    await this.round();
  }

  /** Removes what has expired, as far as it is in the index. */
  async round(): Promise<void> {
    await this.#expireRequests();
    await this.#expireStates();
  }

  async #expireRequests(): Promise<void> {
    const { store, commit, clock, keys } = this.#parts;
    const to = kinds.expiry + ordered(clock.now());
    for (let from: string = kinds.expiry; ; ) {
      const range = { from, to, limit: readAtOnce, bytes: pageBytes };
      const entries = await store.entries(range);
      for (const [key, bytes] of entries) {
        const { endsAt, listed } = decodeExpiry(key, bytes);
        for (const idempotencyKey of listed) {
          if (this.#pace.stopped) return;
          await this.#pace.after(keys.expire(idempotencyKey, endsAt));
        }
        commit.delete(key);
      }
      if (endsRange(entries, range)) return;
      from = `${entries[entries.length - 1]?.[0]}\0`;
    }
  }

  async #expireStates(): Promise<void> {
    const { store, clock } = this.#parts;
    const to = kinds.expiring + ordered(clock.now() + 1);
    for (let from: string = kinds.expiring; ; ) {
      const range = { from, to, limit: readAtOnce, bytes: pageBytes };
      const entries = await store.entries(range);
      for (const [key] of entries) {
        if (this.#pace.stopped) return;
        await this.#pace.after(this.#sweepState(key));
      }
      if (endsRange(entries, range)) return;
      from = `${entries[entries.length - 1]?.[0]}\0`;
    }
  }

  /** Deletes the value that an entry of the index names, or moves the entry. Returns how many bytes were read. */
  #sweepState(key: string): number {
    const { commit, functions, clock } = this.#parts;
    // The entry may have been removed or moved already, in a group that is not written yet.
    const entry = commit.get(key);
    if (entry === undefined) return 0;
    const stateKey = stateKeyOf(key);
    const { address, rest: name } = parseAddressKey(stateKey);
    const stored = commit.get(stateKey);
    const value = stored && decodeStateValue(stored);
    const expiration = functions.expirationOf(address, name);
    if (value === undefined || value.indexedAt !== decodeIndexedAt(entry) || expiration.mode === "none") {
      commit.delete(key);
      return stored?.length ?? 0;
    }
    const deadline = deadlineOf(value.touchedAt, expiration);
    if (deadline > clock.now()) {
      commit.delete(key);
      commit.put(expiringKey(deadline, stateKey), entry);
    } else if (this.#deleteValue(stateKey, value, { name, expiration })) commit.delete(key);
    return stored?.length ?? 0;
  }

  /** Deletes an expired value. Returns false when it stays, because a call in flight may write it anew. */
  #deleteValue(stateKey: string, { packed }: StateValue, spec: ExpiringSpec): boolean {
    const { commit, clock, instances } = this.#parts;
    const awake = instances.peek(parseAddressKey(stateKey).address);
    if (awake === undefined) {
      commit.delete(stateKey);
      if (hasHead(packed.size)) commit.delete(headKey(stateKey));
    } else if (awake.call !== undefined) return false;
    // Reading an expired value deletes it.
    else awake.states.forCall([spec], clock.now());
    return true;
  }
}
