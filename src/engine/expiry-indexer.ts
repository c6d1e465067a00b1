// Puts values into the index of what expires that are not in it: those that an older version has written, and those of a
// state whose function has changed when they expire. That is done in the background, and goes on after a restart. Until it
// is done, such a value expires all the same when it is read, and is only not removed before.

import type { Expiration } from "../model/expiration.js";
import type { Store } from "../store/store.js";
import {
  deadlineOf,
  encodeIndexedAt,
  expiringKey,
  parseRegistered,
  unindexedKey,
  unindexedPrefix,
} from "./expiry-entries.js";
import type { FunctionTable } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import { keysOf } from "./key-scans.js";
import { kinds, parseAddressKey, rangeEnd } from "./keys.js";
import type { Pace } from "./pace.js";
import { decodeStateValue } from "./state-values.js";

/** The entry that says that all states of an older version's folder were found that expire. */
const foundKey = `${kinds.meta}indexing`;
/** How many keys are read at once. */
const readAtOnce = 500;

interface IndexerParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly functions: FunctionTable;
}

export class ExpiryIndexer {
  readonly #parts: IndexerParts;
  readonly #pace: Pace;
  #running: Promise<void> | undefined;

  constructor(parts: IndexerParts, pace: Pace) {
    this.#parts = parts;
    this.#pace = pace;
  }

  /** Puts all values into the index that are not in it; resolves when that is durable. Rejects when the store can't be read. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const { store, commit } = this.#parts;
    if (commit.get(foundKey) === undefined) await this.#findStates();
    for (let from = unindexedPrefix; !this.#pace.stopped; ) {
      const [unindexed] = await store.keys({ from, to: rangeEnd(unindexedPrefix), limit: 1 });
      if (unindexed === undefined) return;
      // A value may be in a group that is not written yet.
      await commit.flushed();
      await this.#indexState(unindexed);
      await commit.flushed();
      from = `${unindexed}\0`;
    }
  }

  /** Finds the states that expire in a folder of an older version, which had no index. */
  async #findStates(): Promise<void> {
    const { store, commit, functions } = this.#parts;
    let found = false;
    for await (const keys of keysOf(store, kinds.registration)) {
      for (const registered of keys) {
        const { key, state } = parseRegistered(registered.slice(kinds.registration.length));
        const unindexed = unindexedKey(registered);
        if (functions.expirationOfKey(key, state).mode !== "none" && commit.get(unindexed) === undefined) {
          commit.put(unindexed, new Uint8Array(0));
          found = true;
        }
        await this.#pace.after(0);
        if (this.#pace.stopped) return;
      }
    }
    commit.put(foundKey, new Uint8Array(0));
    if (found) await commit.flushed();
  }

  /** Puts the values of one state into the index. The entry `unindexed` says from which value on. */
  async #indexState(unindexed: string): Promise<void> {
    const { store, commit, functions } = this.#parts;
    const { key, state } = parseRegistered(unindexed.slice(unindexedPrefix.length));
    const to = rangeEnd(kinds.state + key);
    for (;;) {
      const from = this.#cursor(unindexed);
      if (from === undefined) return;
      const keys = await store.keys({ from: from || kinds.state + key, to, limit: readAtOnce });
      // The function may have changed the expiration meanwhile: then all values come again.
      for (let index = 0, at = from; this.#cursor(unindexed) === at; index += 1) {
        const stateKey = keys[index];
        if (this.#pace.stopped) return;
        if (stateKey === undefined) {
          if (keys.length < readAtOnce) commit.delete(unindexed);
          break;
        }
        const bytes =
          stateKey.endsWith(`\0${state}`) && parseAddressKey(stateKey).rest === state
            ? this.#indexValue(stateKey, functions.expirationOfKey(key, state))
            : 0;
        at = `${stateKey}\0`;
        commit.put(unindexed, Buffer.from(at));
        await this.#pace.after(bytes);
      }
    }
  }

  /** Returns how many bytes were read. */
  #indexValue(stateKey: string, expiration: Expiration): number {
    const { commit } = this.#parts;
    const stored = commit.get(stateKey);
    if (stored === undefined) return 0;
    const { touchedAt, indexedAt } = decodeStateValue(stored);
    const deadline = deadlineOf(touchedAt, expiration);
    const isThere =
      indexedAt !== undefined && indexedAt <= deadline && commit.get(expiringKey(indexedAt, stateKey)) !== undefined;
    if (!isThere) commit.put(expiringKey(deadline, stateKey), encodeIndexedAt(indexedAt));
    return stored.length;
  }

  #cursor(unindexed: string): string | undefined {
    const stored = this.#parts.commit.get(unindexed);
    return stored === undefined ? undefined : Buffer.from(stored).toString();
  }
}
