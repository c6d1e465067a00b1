// Text as UTF-8 can hold it.

import { StatefunError } from "../errors.js";

/** Whether a string holds no half of a surrogate pair: UTF-8 has no place for one, it would come back as another character. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** Whether something can name an instance or a message, and stay itself on the way. */
export function isText(text: unknown): text is string {
  return typeof text === "string" && text !== "" && isWellFormed(text);
}

/** A cancellation token. Throws TOKEN_INVALID. */
export function assertToken(token: unknown): asserts token is string {
  if (isText(token)) return;
  throw new StatefunError(
    "TOKEN_INVALID",
    "A cancellation token must be a non-empty string, without half a surrogate pair.",
  );
}
