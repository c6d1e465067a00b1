// The cause of a failure: what it has in common with others. Failures with the same function, code and reason have one cause, whatever
// ids and numbers are in their messages.

import { hash } from "node:crypto";
import type { Address } from "../model/address.js";

/** Of a failure's first line, so many characters are looked at. */
const longestLine = 1_000;
/**
 * A reason has so many characters. It is shorter than the part that is looked at: an id that was replaced moves the end of that part,
 * and the end would then tell failures of one cause apart.
 */
const longestReason = 500;
/** So many characters of a hash tell causes apart. Queries and links carry them. */
const fingerprintLength = 16;

/** Texts that name one thing among many: UUIDs and other hexadecimal numbers, and long words with a digit. */
const names =
  /\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[a-f]*\d)[0-9a-f]{8,}|(?=[A-Za-z_-]*\d)[\w-]{20,})\b/gi;
const numbers = /\d+(?:\.\d+)?/g;
const special = /[.*+?^${}()|[\]\\]/g;

/** The cause of a failure. */
export interface Cause {
  /** Names the cause. It stays the same over restarts. */
  readonly fingerprint: string;
  /** The first line of the message, with `<address>`, `<id>` and `<n>` in the place of ids and numbers. */
  readonly reason: string;
}

/** Finds the cause of a failure of an address: its code and its message. */
export function causeOf(address: Address, code: string, message: string): Cause {
  const reason = reasonOf(address, message);
  const text = JSON.stringify([address.typeName, code, reason]);
  return { fingerprint: hash("sha256", text, "base64url").slice(0, fingerprintLength), reason };
}

/** The first line of a failure's message. */
export const firstLineOf = (message: string): string => (message.split("\n", 1)[0] as string).slice(0, longestLine);

function reasonOf(address: Address, message: string): string {
  const { id } = address;
  const line = firstLineOf(message).replaceAll(String(address), "<address>");
  const withoutId = id === "" ? line : line.replaceAll(wholeWord(id), "<id>");
  return withoutId.replaceAll(names, "<id>").replaceAll(numbers, "<n>").slice(0, longestReason);
}

/** A text where no letter or digit stands beside it: a short id may be a part of other words. */
const wholeWord = (text: string) => new RegExp(`(?<!\\w)${text.replaceAll(special, "\\$&")}(?!\\w)`, "g");
