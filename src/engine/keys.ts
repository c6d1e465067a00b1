// The keys of the store. One letter says what an entry is; the parts that follow end in "\0", so that no two addresses
// share a prefix and everything of one address stands together.

import { Address } from "../model/address.js";

/** What an entry is. */
export const kinds = {
  /** A state of an address. */
  state: "s",
  /** A message that waits in a mailbox. */
  message: "m",
  /** A delayed message, by when it is due. */
  delayed: "d",
  /** The cancellation token of a delayed message → its key. */
  token: "t",
  /** A record on its way out. */
  outbox: "o",
  /** A parked address. */
  parked: "p",
  /** A state as it was registered. */
  registered: "f",
  /** A request with an idempotency key, and its answer. */
  request: "i",
  /** When a request with an idempotency key is forgotten. */
  forget: "e",
  /** Values of the store itself. */
  meta: "!",
} as const;

/** "\0" ends a part and "\u0001" escapes, so inside a part each is written as two characters. */
const part = (text: string) =>
  text.includes("\0") || text.includes("\u0001")
    ? text.replaceAll("\u0001", "\u0001\u0002").replaceAll("\0", "\u0001\u0001")
    : text;

const unpart = (text: string) =>
  text.includes("\u0001") ? text.replaceAll("\u0001\u0001", "\0").replaceAll("\u0001\u0002", "\u0001") : text;

/** What stands for a function in keys. */
export const functionKey = (namespace: string, name: string) => `${part(namespace)}\0${part(name)}\0`;

/** What stands for an id alone in keys. */
export const idKey = (id: string) => `${part(id)}\0`;

/** What stands for an address in keys and maps. */
export const addressKey = (namespace: string, name: string, id: string) => functionKey(namespace, name) + idKey(id);

/** The address of a key: what {@link addressKey} made, behind the letter of its kind; and what follows. */
export function parseAddressKey(key: string): { address: Address; rest: string } {
  const [namespace = "", name = "", id = ""] = key.slice(1).split("\0", 3).map(unpart);
  const length = 1 + addressKey(namespace, name, id).length;
  return { address: new Address(namespace, name, id), rest: key.slice(length) };
}

/** The end of the range of all keys with this prefix, which ends in an ASCII character. */
export const rangeEnd = (prefix: string) =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);

const digits = 9;
/** The latest time and the highest sequence number that a key can hold: the year 5188. */
export const highest = 36 ** digits - 1;

/** A time or a sequence number whose texts sort as the numbers do. */
export const ordered = (value: number) => value.toString(36).padStart(digits, "0");

export const parseOrdered = (text: string) => Number.parseInt(text.slice(0, digits), 36);
