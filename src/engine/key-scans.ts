// Scans of the store's keys: all of a kind, or only the first of each function or egress.

import type { Store } from "../store/store.js";
import { rangeEnd } from "./keys.js";

/** How many parts of a key stand for a function: its namespace and its name. */
export const functionParts = 2;

/**
 * The first key of a kind under each beginning of so many parts, in order. Each read jumps over the other keys that begin
 * as the key before.
 */
export async function* firstKeys(store: Store, kind: string, parts: number, after = kind): AsyncIterable<string> {
  const to = rangeEnd(kind);
  for (let from = after; ; ) {
    const [key] = await store.keys({ from, to, limit: 1 });
    if (key === undefined) return;
    yield key;
    let end = 0;
    for (let part = 0; part < parts; part++) end = key.indexOf("\0", end) + 1;
    from = rangeEnd(key.slice(0, end));
  }
}

const readAtOnce = 10_000;

/** Reads all keys with a prefix, a page at a time. */
export async function* keysOf(store: Store, prefix: string): AsyncIterable<string[]> {
  const to = rangeEnd(prefix);
  for (let from = prefix; ; ) {
    const keys = await store.keys({ from, to, limit: readAtOnce });
    if (keys.length > 0) yield keys;
    if (keys.length < readAtOnce) return;
    from = `${keys[keys.length - 1]}\0`;
  }
}
