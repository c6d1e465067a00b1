// Checks of text: whether UTF-8 can carry it, and whether it is base64.

import { StatefunError } from "../errors.js";

/**
 * Whether a string holds no half of a surrogate pair. UTF-8 can't carry a half: it would come back as another
 * character.
 */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** The text with each half of a surrogate pair replaced by the character for what can't be shown. */
export function wellFormed(text: string): string {
  return (text as string & { toWellFormed(): string }).toWellFormed();
}

/** Whether a value can name an instance or a message: text that is not empty, and that UTF-8 can carry. */
export function isText(text: unknown): text is string {
  return typeof text === "string" && text !== "" && isWellFormed(text);
}

/** Whether text is base64, in either alphabet, with or without its padding. */
export function isBase64(text: string): boolean {
  return /^[\w+/-]*={0,2}$/.test(text) && text.replace(/=+$/, "").length % 4 !== 1;
}

/** Throws TOKEN_INVALID when a value can't be a cancellation token. */
export function assertToken(token: unknown): asserts token is string {
  if (isText(token)) return;
  throw new StatefunError(
    "TOKEN_INVALID",
    "A cancellation token must be a non-empty string, without half a surrogate pair.",
  );
}
