// What functions have sent, as a test sees it: plain objects, which assertions compare and print well.

import { kinds, parseOrdered, rangeEnd } from "../engine/keys.js";
import { decodeDelayed } from "../engine/message.js";
import type { Metadata } from "../model/metadata.js";
import type { TypedValue } from "../model/typed-value.js";
import type { Store } from "../store/store.js";
import { type FindType, plainOf } from "./plain.js";

/** A message to a function, or a record to an egress. */
export interface SentView {
  /** The address of the function instance, "namespace/name/id", or the name of the egress, "namespace/name". */
  readonly to: string;
  /** The message as a plain value. */
  readonly message: unknown;
  /** The metadata of the message as texts; missing when there is none. */
  readonly metadata?: Readonly<Record<string, string | null>>;
}

/** A message that waits for its time. */
export interface DelayedView extends SentView {
  /** In how many milliseconds the message is delivered. */
  readonly delay: number;
  /** The token that withdraws the message; missing when there is none. */
  readonly cancellationToken?: string;
}

/** Shows a message, or a record. */
export function sentView(to: string, value: TypedValue, find: FindType): SentView {
  const message = plainOf(value, find);
  return value.metadata.size === 0 ? { to, message } : { to, message, metadata: textsOf(value.metadata) };
}

/** Shows a delayed message. */
export function delayedView(sent: SentView, delay: number, cancellationToken: string | undefined): DelayedView {
  return cancellationToken === undefined ? { ...sent, delay } : { ...sent, delay, cancellationToken };
}

/** Reads the delayed messages of a store, the next one first. */
export async function delayedIn(store: Store, now: number, find: FindType): Promise<DelayedView[]> {
  const { delayed } = kinds;
  const entries = await store.entries({ from: delayed, to: rangeEnd(delayed), limit: Number.POSITIVE_INFINITY });
  return entries.map(([key, bytes]) => {
    const { target, value, dueAt, token } = decodeDelayed(key, parseOrdered(key.slice(delayed.length)), bytes);
    return delayedView(sentView(String(target), value.unpack(), find), Math.max(0, dueAt - now), token);
  });
}

function textsOf(metadata: Metadata): Record<string, string | null> {
  return Object.fromEntries(Array.from(metadata, ([name]) => [name, metadata.getText(name) ?? null]));
}
