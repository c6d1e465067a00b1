// A commit, as people read it.

import { kinds, parseAddressKey, parseOrdered } from "../../engine/keys.js";
import { decodeDelayed, decodeMessage } from "../../engine/message.js";
import type { Write } from "../../store/store.js";
import type { TypeFinder } from "../../types/show-value.js";
import { shown } from "./handler-run.js";
import { timeText } from "./history.js";
import type { ShownChange } from "./state-view.js";

/** What a commit has changed: states, messages that wait, and delayed messages. */
export function linesOf(
  writes: readonly Write[],
  changes: readonly ShownChange[],
  types: TypeFinder,
  now: number,
): string[] {
  const lines = changes
    .filter(({ before, after }) => before !== after)
    .map(({ address, state, before, after }) => `${address} ${state}: ${before} → ${after}`);
  let taken = 0;
  for (const [key, bytes] of writes) {
    if (key.startsWith(kinds.message)) {
      if (bytes === undefined) taken += 1;
      else
        lines.push(
          `waits for ${parseAddressKey(key).address}: ${shown(decodeMessage(key, bytes).value.unpack(), types)}`,
        );
    } else if (key.startsWith(kinds.delayed) && bytes !== undefined) {
      const { target, value, dueAt } = decodeDelayed(key, parseOrdered(key.slice(1)), bytes);
      lines.push(`in ${timeText(dueAt - now)} for ${target}: ${shown(value.unpack(), types)}`);
    }
  }
  if (lines.length === 0 && taken > 0) lines.push("the message is done");
  return lines;
}
