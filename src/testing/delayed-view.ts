// The delayed messages as a test sees them.

import { kinds, parseOrdered, rangeEnd } from "../engine/keys.js";
import { decodeDelayed } from "../engine/message.js";
import type { Store } from "../store/store.js";
import { type FindType, plainOf } from "./plain.js";

/** A message that waits for its time. */
export interface DelayedView {
  /** The address that will get the message, "namespace/name/id". */
  readonly to: string;
  /** The message as a plain value. */
  readonly message: unknown;
  /** In how many milliseconds the message is delivered. */
  readonly delay: number;
  /** The token that withdraws the message; missing when there is none. */
  readonly cancellationToken?: string;
}

/** Reads the delayed messages of a store, the next one first. */
export async function delayedIn(store: Store, now: number, find: FindType): Promise<DelayedView[]> {
  const { delayed } = kinds;
  const entries = await store.entries({ from: delayed, to: rangeEnd(delayed), limit: Number.POSITIVE_INFINITY });
  return entries.map(([key, bytes]) => {
    const { target, value, dueAt, token } = decodeDelayed(key, parseOrdered(key.slice(delayed.length)), bytes);
    return {
      to: String(target),
      message: plainOf(value.unpack(), find),
      delay: Math.max(0, dueAt - now),
      ...(token === undefined ? {} : { cancellationToken: token }),
    };
  });
}
