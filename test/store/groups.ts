// Numbered groups of writes, of which a reader can tell whether they are whole.

import assert from "node:assert/strict";
import type { Store, Write } from "../../src/store/store.js";
import { bytes, everything, text } from "./contract.js";

/** How many writes a group has that are its own. */
const size = 20;

/** Each group adds keys, and moves one on that all have. Its values are of the length given or, by turns, up to 10 kB. */
export function groupOf(number: number, valueBytes = ((number * 7919) % 100) * 10): Write[] {
  const own = Array.from(
    { length: size },
    (_, index): Write => [`group/${String(number).padStart(8, "0")}/${index}`, Buffer.alloc(valueBytes, `${number} `)],
  );
  return [["last", bytes(`${number}`)], ...own];
}

/** The number of the last group. */
export function lastOf(store: Store): number {
  return Number(text(store.get("last")) ?? 0);
}

/** Asserts that the groups from 1 to the last are there, whole, and nothing else; returns the last one's number. */
export async function assertWholeGroups(store: Store, valueBytes?: number): Promise<number> {
  const last = lastOf(store);
  const entries = await store.entries({ ...everything, to: "last" });
  const expected = Array.from({ length: last }, (_, index) => groupOf(index + 1, valueBytes).slice(1)).flat();
  const found = new Map(entries);
  assert.equal(entries.length, expected.length);
  for (const [key, value] of expected) assert.ok(Buffer.from(value as Uint8Array).equals(found.get(key) as Uint8Array));
  return last;
}
