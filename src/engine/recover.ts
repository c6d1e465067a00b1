// What older versions have written in another way is written anew when an engine opens their store.

import type { Store, Write } from "../store/store.js";
import { keysOf } from "./key-scans.js";
import { egressKey, kinds, parseEgressKey } from "./keys.js";

/** Older versions did not escape the name of an egress in keys. Such a name, with a control character, is escaped here. */
export async function escapeEgressNames(store: Store): Promise<void> {
  for await (const keys of keysOf(store, kinds.outbox)) {
    const writes: Write[] = [];
    for (const key of keys) {
      const { egress, rest } = parseEgressKey(key);
      const escaped = egressKey(egress) + rest;
      const value = escaped === key ? undefined : store.get(key);
      if (value !== undefined) writes.push([key, undefined], [escaped, value]);
    }
    if (writes.length > 0) await store.write(writes);
  }
}
