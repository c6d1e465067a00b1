// The keys of the store. The first letter says what kind an entry is. Each part behind it ends in "\0", so that no address
// is the prefix of another one, and all entries of one address stand together.

import { Address } from "../model/address.js";

/** The kinds of entries. Data folders hold these letters, so they must not change. */
export const kinds = {
  /** A state of an address. */
  state: "s",
  /** The head of a state whose value is large. */
  head: "h",
  /** A message that waits in a mailbox. */
  message: "m",
  /** A delayed message, by when it is due. */
  delayed: "d",
  /** A cancellation token; its value is the key of the delayed message. */
  token: "t",
  /** A record of an egress that is not acknowledged. */
  outbox: "o",
  /** A parked address. */
  parked: "p",
  /** A drop of all messages of an address that has begun: the rest of the key is that of the last message. */
  drop: "r",
  /** A dead letter, in the order in which letters were set aside. */
  letter: "l",
  /** A state that expires, by when it is to be looked at. */
  expiring: "x",
  /** The registration of a state. */
  registration: "f",
  /** A request with an idempotency key, and its answer. */
  request: "i",
  /** An idempotency key, by the time when its request is forgotten. */
  expiry: "e",
  /** Values of the store itself. */
  meta: "!",
} as const;

/** "\0" ends a part and "\u0001" begins an escape, so each of them is written as two characters inside a part. */
const part = (text: string) =>
  text.includes("\0") || text.includes("\u0001")
    ? text.replaceAll("\u0001", "\u0001\u0002").replaceAll("\0", "\u0001\u0001")
    : text;

const unpart = (text: string) =>
  text.includes("\u0001") ? text.replaceAll("\u0001\u0001", "\0").replaceAll("\u0001\u0002", "\u0001") : text;

/** The part of a key that names a function. */
export const functionKey = (namespace: string, name: string) => `${part(namespace)}\0${part(name)}\0`;

/** What the keys of an egress's records begin with. */
export const egressKey = (egress: string) => `${kinds.outbox}${part(egress)}\0`;

/** Splits the key of an egress's record into the name of the egress, and the rest behind {@link egressKey}. */
export function parseEgressKey(key: string): { egress: string; rest: string } {
  // The rest holds no "\0". Folders of older versions hold names that are not escaped, which may have one.
  const end = key.lastIndexOf("\0");
  return { egress: unpart(key.slice(1, end)), rest: key.slice(end + 1) };
}

/** The part of a key that names an id alone. */
export const idKey = (id: string) => `${part(id)}\0`;

/** What the part of a key that names an id begins with, when the id begins with this text. */
export const idBeginning = (text: string) => part(text);

/** The part of a key that names an address. Maps use it as well. */
export const addressKey = (namespace: string, name: string, id: string) => functionKey(namespace, name) + idKey(id);

/** Splits a key into the address behind the letter of its kind, and the rest. */
export function parseAddressKey(key: string): { address: Address; rest: string } {
  const [namespace = "", name = "", id = ""] = key.slice(1).split("\0", 3).map(unpart);
  const length = 1 + addressKey(namespace, name, id).length;
  return { address: new Address(namespace, name, id), rest: key.slice(length) };
}

/** The end of the range of all keys with this prefix. The prefix must end in an ASCII character. */
export const rangeEnd = (prefix: string) =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);

const lastCharacter = 0x10ffff;
/** The first character of surrogate pairs' halves, and the first one behind them. A key holds no half of a pair. */
const firstHalf = 0xd800;
const behindHalves = 0xe000;

/** The same as {@link rangeEnd} for a prefix that ends in any character. */
export function textRangeEnd(prefix: string): string {
  const characters = Array.from(prefix, (character) => character.codePointAt(0) as number);
  while (characters.at(-1) === lastCharacter) characters.pop();
  const next = (characters.pop() as number) + 1;
  return String.fromCodePoint(...characters, next === firstHalf ? behindHalves : next);
}

const digits = 9;
/** The latest time and the highest sequence number that a key can hold: the year 5188. */
export const highest = 36 ** digits - 1;

const lowDigits = 2;
const lowCount = 36 ** lowDigits;
const lowTexts = Array.from({ length: lowCount }, (_, low) => low.toString(36).padStart(lowDigits, "0"));
let lastHigh = -1;
let lastHighText = "";

/** A time or a sequence number as a text. The texts sort as the numbers do. */
export function ordered(value: number): string {
  // Most numbers are near the one before, and share all digits but the last two with it.
  const high = Math.floor(value / lowCount);
  if (high !== lastHigh) {
    lastHigh = high;
    lastHighText = high.toString(36).padStart(digits - lowDigits, "0");
  }
  return lastHighText + lowTexts[value - high * lowCount];
}

/** Reads the number that {@link ordered} wrote at the start of a text. */
export const parseOrdered = (text: string) => Number.parseInt(text.slice(0, digits), 36);
