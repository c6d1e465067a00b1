// Text as UTF-8 can hold it.

/** Whether a string holds no half of a surrogate pair: UTF-8 has no place for one, it would come back as another character. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** Whether something can name an instance or a message, and stay itself on the way. */
export function isText(text: unknown): text is string {
  return typeof text === "string" && text !== "" && isWellFormed(text);
}
