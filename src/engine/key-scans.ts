// Scans of the store's keys: all of a kind, or only the first of each function or egress.

import type { Store } from "../store/store.js";
import { rangeEnd } from "./keys.js";

/** How many parts of a key stand for a function: its namespace and its name. */
export const functionParts = 2;

/** How many keys are read at once, at most, where the first key of each function is looked for. */
const mostAhead = 100;

/**
 * The first key of a kind under each beginning of so many parts, in order. Each read jumps over the other keys that begin
 * as the last key before. As long as every key that is read begins in another way, more and more keys are read at once.
 */
export async function* firstKeys(store: Store, kind: string, parts: number, after = kind): AsyncIterable<string> {
  const to = rangeEnd(kind);
  let limit = 1;
  for (let from = after; ; ) {
    const keys = await store.keys({ from, to, limit });
    let beginning: string | undefined;
    let found = 0;
    for (const key of keys) {
      if (beginning !== undefined && key.startsWith(beginning)) continue;
      yield key;
      found += 1;
      let end = 0;
      for (let part = 0; part < parts; part++) end = key.indexOf("\0", end) + 1;
      beginning = key.slice(0, end);
    }
    if (beginning === undefined || keys.length < limit) return;
    from = rangeEnd(beginning);
    limit = found === keys.length ? Math.min(2 * limit, mostAhead) : 1;
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
