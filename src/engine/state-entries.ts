// Reads the entries of states in their order, a few at a time. What is read at once is bounded in its entries and in bytes. In the
// place of a large value stands its head: to copy the value would hold the event loop.

import { compareKeys } from "../store/sorted-keys.js";
import { type Entry, endsRange, type Store } from "../store/store.js";
import { decodeHead, headKey, keyOfHead, type StateHead } from "./state-heads.js";

/** How many entries are read at once. Their values are copied in one turn of the event loop, which others wait for. */
const readAtOnce = 200;
/** The entry that reaches this number of bytes is the last one that is read at once. */
const bytesAtOnce = 256 * 1024;
/** How many heads are read at once. */
const headsAtOnce = 50;

/** The key of a state, and its entry or the head of its value. */
export type StateEntry = readonly [key: string, found: Uint8Array | StateHead];

/** Reads the entries of the states from `begin`, inclusive, to `to`, exclusive. */
export async function* stateEntries(store: Store, begin: string, to: string): AsyncGenerator<readonly StateEntry[]> {
  const heads = headsOf(store, begin, to);
  try {
    for (let from = begin; ; ) {
      const { value: large } = await heads.next();
      for (;;) {
        const range = { from, to: large?.[0] ?? to, limit: readAtOnce, bytes: bytesAtOnce };
        const entries = compareKeys(from, range.to) < 0 ? await store.entries(range) : [];
        if (entries.length > 0) yield entries;
        if (endsRange(entries, range)) break;
        from = behind(entries);
      }
      if (large === undefined) return;
      yield [large];
      from = `${large[0]}\0`;
    }
  } finally {
    await heads.return(undefined);
  }
}

/** The keys of the large states in a range, and their heads. */
async function* headsOf(
  store: Store,
  begin: string,
  to: string,
): AsyncGenerator<readonly [string, StateHead], undefined> {
  for (let from = headKey(begin); ; ) {
    const range = { from, to: headKey(to), limit: headsAtOnce };
    const entries = await store.entries(range);
    for (const [key, bytes] of entries) yield [keyOfHead(key), decodeHead(bytes)];
    if (endsRange(entries, range)) return undefined;
    from = behind(entries);
  }
}

const behind = (entries: readonly Entry[]) => `${entries[entries.length - 1]?.[0]}\0`;
