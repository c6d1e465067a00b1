// Shows values and messages as JSON, for people.

import { platform } from "../bytes/platform.js";
import type { ShownMessage, ShownValue } from "../model/dead-letter.js";
import { headBytes, wholeBytes } from "../model/large-value.js";
import type { TypedValue } from "../model/typed-value.js";
import { showMetadata } from "./metadata-json.js";
import type { TypeCatalog } from "./type-catalog.js";
import { jsonOf, typeIn } from "./value-json.js";

/** Finds types by their typenames. */
export type TypeFinder = Pick<TypeCatalog, "find">;

/** Shows a value: as JSON, or its bytes in base64 where its type is not known. */
export function showValue(types: TypeFinder, value: TypedValue): ShownValue {
  const { typename } = value;
  const json = jsonOf((name) => types.find(name), value);
  if (json !== undefined) return { typename, value: JSON.parse(json) };
  return { typename, base64: platform.encodeBase64(value.value) };
}

/** Shows a message: its value, and its metadata if it has any. */
export function showMessage(types: TypeFinder, message: TypedValue): ShownMessage {
  return withMetadataOf(message, showValue(types, message));
}

/** The head of a value that is too large to be shown whole. */
export interface ValueHead {
  readonly typename: string;
  /** How many packed bytes the value has. */
  readonly bytes: number;
  /** The beginning of the value: its text when it is JSON or a string, otherwise its packed bytes in base64. */
  readonly head: string;
  readonly headIs: "text" | "base64";
}

/** A value of which only the first of its packed bytes were read. */
interface ReadHead {
  readonly typename: string;
  readonly bytes: number;
  readonly head: Uint8Array;
}

/** Shows a value whole up to so many bytes. Of a larger one only the head is shown, and the value is not decoded. */
export function previewValue(
  types: TypeFinder,
  held: TypedValue | ReadHead,
  whole = wholeBytes,
): ShownValue | ValueHead {
  if ("head" in held) return showHead(types, held);
  if (held.byteLength <= whole) return showValue(types, held);
  const { typename, value } = held;
  return showHead(types, { typename, bytes: value.length, head: value });
}

function showHead(types: TypeFinder, { typename, bytes, head }: ReadHead): ValueHead {
  const content = typeIn((name) => types.find(name), typename)?.contentOf(head, bytes);
  if (content?.isText !== true) {
    return { typename, bytes, head: platform.encodeBase64(head.subarray(0, headBytes)), headIs: "base64" };
  }
  const { start } = content;
  const text = platform.decodeUtf8(head.subarray(start, characterAt(head, start + headBytes)));
  return { typename, bytes, head: text, headIs: "text" };
}

/** Shows a message as {@link previewValue} shows its value. */
export function previewMessage(
  types: TypeFinder,
  message: TypedValue,
  whole = wholeBytes,
): (ShownValue | ValueHead) & MetadataShown {
  return withMetadataOf(message, previewValue(types, message, whole));
}

type MetadataShown = Pick<ShownMessage, "metadata">;

function withMetadataOf<V extends object>(message: TypedValue, shown: V): V & MetadataShown {
  const metadata = showMetadata(message.metadata);
  return metadata === undefined ? shown : { ...shown, metadata };
}

/** Where the character of UTF-8 begins that the byte at this place belongs to. */
function characterAt(bytes: Uint8Array, place: number): number {
  let start = Math.min(place, bytes.length);
  while (((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return start;
}
