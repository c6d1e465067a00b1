// Values of the admin API as text that people read and edit.

import type { ShownValue } from "../../src/runtime/admin/api/values.js";
import { base64Of, bytesOfBase64, bytesOfHex, hexText } from "./bytes.js";

/** How a value is edited: as JSON, or as its bytes. */
export type Editing = "json" | "hex";

/** The typename of bytes that are a value by themselves. In JSON they are base64, which nobody reads. */
const bytesTypename = "type.googleapis.com/google.protobuf.BytesValue";

/** A value, and how the admin server reads it back. */
export interface ValueText {
  readonly text: string;
  readonly editing: Editing;
}

/** Writes a value as text; undefined for a value of which only the head is known. */
export function textOf(shown: ShownValue): ValueText | undefined {
  if ("base64" in shown) return { text: hexText(bytesOfBase64(shown.base64)), editing: "hex" };
  if (!("value" in shown)) return undefined;
  const { typename, value } = shown;
  if (typename === bytesTypename) return { text: hexText(bytesOfBase64(value as string)), editing: "hex" };
  return { text: jsonText(value), editing: "json" };
}

/** JSON with two spaces for each level. */
export const jsonText = (value: unknown): string => JSON.stringify(value, null, 2) ?? "null";

/** A body for the admin server, which reads it as a value of a type. */
export interface ValueBody {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly headers: { readonly "Content-Type": string };
}

/** Makes a body of edited text. Throws a SyntaxError that says what is wrong with the text. */
export function bodyOf({ text, editing }: ValueText, typename: string): ValueBody {
  if (editing === "json") {
    JSON.parse(text); // the text itself is sent: a large number in it would lose digits
    return { body: text, headers: { "Content-Type": "application/json" } };
  }
  const bytes = bytesOfHex(text);
  if (typename === bytesTypename) {
    return { body: JSON.stringify(base64Of(bytes)), headers: { "Content-Type": "application/json" } };
  }
  return { body: bytes, headers: { "Content-Type": "application/octet-stream" } };
}

/** Says what is wrong with edited text; undefined when nothing is. */
export function faultIn(value: ValueText, typename: string): string | undefined {
  try {
    bodyOf(value, typename);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
