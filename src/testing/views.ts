// What functions have sent, as a test sees it: plain objects, which assertions compare and print well.

import { kinds, parseOrdered, rangeEnd } from "../engine/keys.js";
import { decodeDelayed } from "../engine/message.js";
import type { ParkedInfo } from "../engine/parked-api.js";
import type { DeadLetter } from "../model/dead-letter.js";
import type { TypedValue } from "../model/typed-value.js";
import type { Store } from "../store/store.js";
import { wakeTypename } from "../workflows/journal/names.js";
import { type FindType, plainOf, textsOf } from "./plain.js";

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

/** A parked address. */
export interface ParkedView {
  /** The address, "namespace/name/id". */
  readonly address: string;
  /** The code of the last failure; ADDRESS_PARKED when somebody parked the address. */
  readonly code: string;
  /** The message of the last failure. */
  readonly reason: string;
  /** How often the first message has failed. */
  readonly attempts: number;
}

/** A message that was set aside because it failed for good. */
export interface DeadLetterView {
  /** The address that the message was sent to, "namespace/name/id". */
  readonly address: string;
  /** The message as a plain value. */
  readonly message: unknown;
  /** The code of the last failure. */
  readonly code: string;
  /** The message of the last failure. */
  readonly reason: string;
  /** How often the message was tried. */
  readonly attempts: number;
  /** What a TerminalError tells besides; missing when it tells nothing. */
  readonly details?: unknown;
}

/** Shows a parked address. */
export function parkedView({ address, code, reason, attempts }: ParkedInfo): ParkedView {
  return { address: String(address), code, reason, attempts };
}

/** Shows a dead letter. */
export function deadLetterView({ address, value, error, attempts }: DeadLetter, find: FindType): DeadLetterView {
  const { code, message: reason, details } = error;
  const shown = { address: String(address), message: plainOf(value, find), code, reason, attempts };
  return details === undefined ? shown : { ...shown, details };
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

/** Reads the delayed messages of a store, the next one first. The timers of workflows' runs are not among them. */
export async function delayedIn(store: Store, now: number, find: FindType): Promise<DelayedView[]> {
  const { delayed } = kinds;
  const entries = await store.entries({ from: delayed, to: rangeEnd(delayed), limit: Number.POSITIVE_INFINITY });
  return entries.flatMap(([key, bytes]) => {
    const { target, value, dueAt, token } = decodeDelayed(key, parseOrdered(key.slice(delayed.length)), bytes);
    const message = value.unpack();
    if (message.typename === wakeTypename) return [];
    return [delayedView(sentView(String(target), message, find), Math.max(0, dueAt - now), token)];
  });
}
