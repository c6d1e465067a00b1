// Addresses that have messages in the store and are not in memory: all of them at the start, and those for which there was
// no room later. A cursor for each function goes through their messages, and wakes them as room comes free.

import { type Entry, endsRange, type Store, sizeOfEntry } from "../store/store.js";
import type { Clock } from "./clock.js";
import { besideBytes, pageBytes, queueBytes } from "./durable-queue.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instance } from "./instance.js";
import type { Instances } from "./instances.js";
import { firstKeys, functionParts } from "./key-scans.js";
import { kinds, parseAddressKey, rangeEnd } from "./keys.js";
import type { ParkedAddresses } from "./parked-addresses.js";

/** How many messages are read at once: as many as there is room for, within these bounds. */
const fewestEntries = 100;
const mostEntries = 1_000;
/** So many addresses that changed during a read are remembered. */
const mostChanged = 10_000;
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
  /**
   * The keys of the addresses for which the page that is being read may be out of date: a message was put for them, or they
   * were awake and are forgotten. Undefined when they are too many.
   */
  changed: Set<string> | undefined;
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
      if (known !== undefined) this.#begin(known);
    }
    // Functions that only have parked addresses are shown to people, too.
    for await (const key of firstKeys(store, kinds.parked, functionParts)) {
      const { namespace, name } = parseAddressKey(key).address;
      functions.find(namespace, name);
    }
  }

  /** Says that a message was put for an address that is not awake. */
  missed(known: KnownFunction, key: string): void {
    const cursor = this.#cursors.get(known);
    if (cursor === undefined) this.#begin(known);
    else {
      cursor.missed += 1;
      this.#changed(cursor, key);
    }
  }

  /** Says that an address was awake and is forgotten. */
  forgotten(known: KnownFunction, key: string): void {
    const cursor = this.#cursors.get(known);
    if (cursor !== undefined) this.#changed(cursor, key);
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

  #begin(known: KnownFunction): void {
    known.sleeping = true;
    const from = kinds.message + known.key;
    this.#cursors.set(known, { from, missed: 0, missedAtStart: 0, reading: false, changed: undefined });
  }

  #changed(cursor: Cursor, key: string): void {
    if (!cursor.reading || cursor.changed === undefined) return;
    if (cursor.changed.size < mostChanged) cursor.changed.add(key);
    else cursor.changed = undefined;
  }

  #advance(known: KnownFunction, cursor: Cursor): void {
    cursor.reading = true;
    cursor.changed = new Set();
    const fitting = Math.floor(known.backlog.room / (queueBytes + besideBytes));
    const limit = Math.min(Math.max(fitting, fewestEntries), mostEntries);
    known.backlog.load(pageBytes);
    this.#read(known, cursor, limit).then(
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

  async #read(known: KnownFunction, cursor: Cursor, limit: number): Promise<void> {
    const { store, commit } = this.#parts;
    const range = { from: cursor.from, to: rangeEnd(kinds.message + known.key), limit, bytes: pageBytes };
    let entries: Entry[];
    try {
      // A message may be in a group that is not written yet, and so may the end of another one.
      await commit.flushed();
      entries = await store.entries(range);
    } finally {
      known.backlog.load(-pageBytes);
    }
    this.#wake(known, cursor, entries, endsRange(entries, range));
  }

  #wake(known: KnownFunction, cursor: Cursor, entries: readonly Entry[], ends: boolean): void {
    const { instances, parked } = this.#parts;
    const { changed } = cursor;
    cursor.changed = undefined;
    for (let index = 0; index < entries.length; ) {
      const [firstKey] = entries[index] as Entry;
      // The id ends at the first "\0" behind the part of the key that names the function.
      const prefix = firstKey.slice(0, firstKey.indexOf("\0", kinds.message.length + known.key.length) + 1);
      const key = prefix.slice(kinds.message.length);
      let end = index + 1;
      while (end < entries.length && (entries[end] as Entry)[0].startsWith(prefix)) end += 1;
      const own = entries.slice(index, end);
      index = end;
      if (!instances.isAwake(key) && !parked.includes(key)) {
        if (!known.backlog.hasRoomBeside(queueBytes)) {
          cursor.from = prefix;
          return;
        }
        const instance = instances.wake(parseAddressKey(firstKey).address);
        const bytes = own.reduce((sum, entry) => sum + sizeOfEntry(entry) + besideBytes, 0);
        if (changed !== undefined && !changed.has(key) && known.backlog.hasRoom(bytes)) {
          instance.mailbox.restore(
            own.map(([messageKey, message]) => known.decodeMessage(messageKey, message)),
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
    // All that was found may belong to addresses that are parked.
    if (known.awake === 0) this.#parts.functions.rest(known);
  }
}
