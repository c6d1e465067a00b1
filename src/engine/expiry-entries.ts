// The index of the states that expire, in the order of their times. It lets the sweeper find what has expired without
// reading all states.
//
// An entry's key holds a time and names a state of an address. The entry of a value never comes later than the value's
// deadline. It may come earlier: a call that puts the deadline off leaves the entry where it is, and the sweeper moves the
// entry when its time comes. The value holds the time under which it was put into the index first, and the entry repeats
// that time. So an entry whose value was deleted, or was deleted and set again, is known as stale when the sweeper meets it.

import type { Expiration } from "../model/expiration.js";
import { highest, kinds, ordered, parseOrdered } from "./keys.js";

/** When a value expires that was touched at this time. */
export const deadlineOf = (touchedAt: number, { afterMs }: Expiration): number =>
  Math.min(Math.ceil(touchedAt + afterMs), highest);

/** The key of the entry, at this time, of a state whose value has the key `stateKey`. */
export const expiringKey = (at: number, stateKey: string): string =>
  kinds.expiring + ordered(at) + stateKey.slice(kinds.state.length);

/** The key of the value whose entry has this key. */
export const stateKeyOf = (expiring: string): string =>
  kinds.state + expiring.slice(kinds.expiring.length + ordered(0).length);

/** Values that older versions have written do not say when they were put into the index. */
const noTime = "-";

/** Encodes the time under which a value was put into the index first. */
export const encodeIndexedAt = (indexedAt: number | undefined): Uint8Array =>
  Buffer.from(indexedAt === undefined ? noTime : ordered(indexedAt));

/** Reads what {@link encodeIndexedAt} wrote. */
export function decodeIndexedAt(bytes: Uint8Array): number | undefined {
  const text = Buffer.from(bytes).toString();
  return text === noTime ? undefined : parseOrdered(text);
}

/** What the keys of the states begin with whose values are still to be put into the index; see expiry-indexer.ts. */
export const unindexedPrefix = `${kinds.meta}unindexed\0`;

/**
 * The key of the entry that says that a state's values are still to be put into the index. The entry holds the key of the
 * first value that is not in it. `registered` is the key of the state's registration.
 */
export const unindexedKey = (registered: string): string =>
  unindexedPrefix + registered.slice(kinds.registration.length);

/** A function and the name of one of its states. */
export interface RegisteredState {
  /** The part of the keys that names the function. */
  readonly key: string;
  readonly state: string;
}

/** Splits a key of a registration, behind the letter of its kind, into the function and the state. */
export function parseRegistered(registered: string): RegisteredState {
  const end = registered.indexOf("\0", registered.indexOf("\0") + 1) + 1;
  return { key: registered.slice(0, end), state: registered.slice(end) };
}
