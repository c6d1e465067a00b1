// How many messages wait from before the start: by function, as far as functions have numbers of their own, and for all.

import type { Store } from "../store/store.js";
import type { Backlog } from "./backlog.js";
import type { FunctionTable } from "./function-table.js";
import { kinds, rangeEnd } from "./keys.js";

/**
 * Counts the messages into the backlogs. It is called before anything is delivered, when the functions that have messages are
 * known. Rejects with STORE_FULL and STORE_FAILED.
 */
export async function countEarlierMessages(store: Store, functions: FunctionTable, mailboxes: Backlog): Promise<void> {
  const count = (from: string) => store.count({ from, to: rangeEnd(from) });
  const all = count(kinds.message);
  const own = functions.all().map(async ({ typeName, key, sleeping, backlog }) => {
    if (!sleeping || !functions.counters.has(typeName)) return 0;
    const entries = await count(kinds.message + key);
    backlog.found(entries); // this counts for all functions too
    return entries;
  });
  const [total, ...counted] = await Promise.all([all, ...own]);
  mailboxes.found(total - counted.reduce((sum, entries) => sum + entries, 0));
}
