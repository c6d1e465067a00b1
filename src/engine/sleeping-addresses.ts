// Addresses that have messages in the store and are not in memory: all of them at the start, and those for which there was
// no room later. A cursor for each function goes through their messages, and wakes them as room comes free.

import { type Entry, endsRange, type Store } from "../store/store.js";
import type { Clock } from "./clock.js";
import { pageBytes, queueBytes } from "./durable-queue.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instance } from "./instance.js";
import type { Instances } from "./instances.js";
import { firstKeys, functionParts } from "./key-scans.js";
import { addressKey, kinds, parseAddressKey, rangeEnd } from "./keys.js";
import type { ParkedAddresses } from "./parked-addresses.js";

/** How many messages are read at once. */
const pageEntries = 1_000;
/** How long to wait before a store that failed is read again. */
const retryMs = 100;

interface SleepingParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly functions: FunctionTable;
  readonly instances: Instances;
  readonly parked: ParkedAddresses;
  /** Called with each address that wakes. */
  readonly ready: (instance: Instance) => void;
  /** Called when others may read. */
  readonly roomFreed: () => void;
}

interface Cursor {
  /** The key from which on addresses are looked for. */
  from: string;
  /** How many messages were put for addresses that were not awake: in all, and when the cursor was at the start. */
  missed: number;
  missedAtStart: number;
  reading: boolean;
}

export class SleepingAddresses {
  readonly #parts: SleepingParts;
  readonly #cursors = new Map<KnownFunction, Cursor>();
  #stopped = false;

  constructor(parts: SleepingParts) {
    this.#parts = parts;
  }

  /** Finds the functions that have messages from before the start. Messages of a function that nothing serves stay asleep. */
  async open(): Promise<void> {
    const { store, functions } = this.#parts;
    for await (const key of firstKeys(store, kinds.message, functionParts)) {
      const { namespace, name } = parseAddressKey(key).address;
      const known = functions.find(namespace, name);
      if (known !== undefined) this.missed(known);
    }
    // Functions that only have parked addresses are shown to people, too.
    for await (const key of firstKeys(store, kinds.parked, functionParts)) {
      const { namespace, name } = parseAddressKey(key).address;
      functions.find(namespace, name);
    }
  }

  /** Says that a message was put for an address that is not awake. */
  missed(known: KnownFunction): void {
    const cursor = this.#cursors.get(known);
    if (cursor !== undefined) {
      cursor.missed += 1;
      return;
    }
    known.sleeping = true;
    this.#cursors.set(known, { from: kinds.message + known.key, missed: 0, missedAtStart: 0, reading: false });
  }

  /** Wakes addresses, as far as there is room. */
  pump(): void {
    if (this.#stopped || this.#cursors.size === 0) return;
    for (const [known, cursor] of this.#cursors) {
      const { backlog } = known;
      if (!cursor.reading && backlog.hasRoom(pageBytes) && backlog.hasRoomBeside(pageBytes))
        this.#advance(known, cursor);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #advance(known: KnownFunction, cursor: Cursor): void {
    cursor.reading = true;
    known.backlog.load(pageBytes);
    this.#read(known, cursor).then(
      () => {
        cursor.reading = false;
        this.#parts.roomFreed();
      },
      () => {
        // The store has logged the failed read.
        if (this.#stopped) return;
        this.#parts.clock.after(retryMs, () => {
          cursor.reading = false;
          this.#parts.roomFreed();
        });
      },
    );
  }

  async #read(known: KnownFunction, cursor: Cursor): Promise<void> {
    const { store, commit, instances } = this.#parts;
    const { generation } = instances;
    const { from, missed } = cursor;
    const range = { from, to: rangeEnd(kinds.message + known.key), limit: pageEntries, bytes: pageBytes };
    let entries: Entry[];
    try {
      // A message may be in a group that is not written yet, and so may the end of another one.
      await commit.flushed();
      entries = await store.entries(range);
    } finally {
      known.backlog.load(-pageBytes);
    }
    // What came meanwhile may be missing here. What an address consumed that was awake, and is forgotten, may still be here.
    const exact = instances.generation === generation && cursor.missed === missed;
    this.#wake(known, cursor, entries, { exact, ends: endsRange(entries, range) });
  }

  #wake(
    known: KnownFunction,
    cursor: Cursor,
    entries: readonly Entry[],
    { exact, ends }: { exact: boolean; ends: boolean },
  ): void {
    const { instances, parked } = this.#parts;
    for (let index = 0; index < entries.length; ) {
      const { address } = parseAddressKey((entries[index] as Entry)[0]);
      const key = addressKey(address.namespace, address.name, address.id);
      const prefix = kinds.message + key;
      let end = index + 1;
      while (end < entries.length && (entries[end] as Entry)[0].startsWith(prefix)) end += 1;
      const own = entries.slice(index, end);
      index = end;
      if (instances.peek(address) === undefined && !parked.includes(key)) {
        if (!known.backlog.hasRoomBeside(queueBytes)) {
          cursor.from = prefix;
          return;
        }
        const instance = instances.wake(address);
        if (exact && known.backlog.hasRoom(pageBytes)) {
          instance.mailbox.restore(
            own.map(([messageKey, bytes]) => known.decodeMessage(messageKey, bytes)),
            ends || end < entries.length,
          );
        }
        this.#parts.ready(instance);
      }
      cursor.from = rangeEnd(prefix);
    }
    if (!ends && entries.length > 0) return;
    if (cursor.missed > cursor.missedAtStart) {
      cursor.missedAtStart = cursor.missed;
      cursor.from = kinds.message + known.key;
      return;
    }
    this.#cursors.delete(known);
    known.sleeping = false;
  }
}
