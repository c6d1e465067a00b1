// What older versions have written in another way is written anew when an engine opens their store.

import type { Store, Write } from "../store/store.js";
import type { GroupCommit } from "./group-commit.js";
import { keysOf } from "./key-scans.js";
import { egressKey, kinds, parseEgressKey } from "./keys.js";

/** The entry that says that all names of egresses in keys are escaped. */
const escapedKey = `${kinds.meta}escaped-egresses`;

/**
 * Older versions did not escape the name of an egress in keys. Such a name, with a control character, is escaped here, once in
 * the life of a folder: there may be very many records.
 */
export async function escapeEgressNames(store: Store, commit: GroupCommit): Promise<void> {
  if (commit.get(escapedKey) !== undefined) return;
  let found = false;
  for await (const keys of keysOf(store, kinds.outbox)) {
    found = true;
    const writes: Write[] = [];
    for (const key of keys) {
      const { egress, rest } = parseEgressKey(key);
      const escaped = egressKey(egress) + rest;
      const value = escaped === key ? undefined : store.get(key);
      if (value !== undefined) writes.push([key, undefined], [escaped, value]);
    }
    if (writes.length > 0) await store.write(writes);
  }
  // A folder without records needs no entry: to look through them takes no time.
  if (found) commit.put(escapedKey, new Uint8Array(0));
}
