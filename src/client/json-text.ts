// A message as JSON text, as the runtime reads it.

import { assertPlainJson } from "../model/plain-json.js";
import { isProtobufCodec } from "../model/protobuf-class.js";

/**
 * 64-bit numbers become text, bytes base64, and the numbers that JSON lacks their names: of a protobuf message's fields,
 * that is how JSON has them. Throws VALUE_INVALID for what no type would get back as it was.
 */
export function toJsonText(message: unknown, method: string): string {
  if (message === undefined) return "{}";
  assertPlainJson(message, `message for ${method}`, hasJson);
  return JSON.stringify(message, replace);
}

function hasJson(value: unknown): boolean {
  if (typeof value === "object") return value instanceof Uint8Array || isProtobufCodec(value?.constructor);
  return typeof value === "number" || typeof value === "bigint";
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
