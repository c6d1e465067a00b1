// A message as JSON text, as the runtime reads it.

/** 64-bit numbers become text, bytes base64, and the numbers that JSON lacks their names. */
export function toJsonText(message: unknown): string {
  return JSON.stringify(message === undefined ? {} : message, replace);
}

/** Gets the object the value stands in: what a Buffer turns itself into is not wanted. */
function replace(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Uint8Array) return base64(original);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value;
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
