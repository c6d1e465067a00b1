// A message as JSON text, in the form that the runtime reads.

import { assertPlainJson } from "../model/plain-json.js";
import { isProtobufCodec } from "../model/protobuf-class.js";
import { bytesJson } from "../types/scalar-json.js";

/**
 * Writes a message for a method as JSON. A bigint, NaN and the infinities become text, and bytes become base64: protobuf's
 * JSON has the fields of a message in this form. Throws VALUE_INVALID for a value that JSON would drop or change.
 */
export function toJsonText(message: unknown, method: string): string {
  if (message === undefined) return "{}";
  assertPlainJson(message, `message for ${method}`, hasJsonForm);
  return JSON.stringify(message, replace);
}

/** Whether a value that is not plain JSON has a form of its own in JSON. */
function hasJsonForm(value: unknown): boolean {
  if (typeof value === "object") return value instanceof Uint8Array || isProtobufCodec(value?.constructor);
  return typeof value === "number" || typeof value === "bigint";
}

/** Looks at the property itself, since JSON.stringify has already called the toJSON of a Buffer. */
function replace(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const original = this[key];
  if (original instanceof Uint8Array) return bytesJson.toJson(original);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value;
}
