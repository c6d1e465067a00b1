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

/** Shows a value whole up to so many bytes. Of a larger one only the head is shown, and the value is not decoded. */
export function previewValue(types: TypeFinder, value: TypedValue, whole = wholeBytes): ShownValue | ValueHead {
  if (value.byteLength <= whole) return showValue(types, value);
  const { typename, value: bytes } = value;
  const content = typeIn((name) => types.find(name), typename)?.contentOf(bytes);
  if (content?.isText !== true) {
    const head = platform.encodeBase64(bytes.subarray(0, headBytes));
    return { typename, bytes: bytes.length, head, headIs: "base64" };
  }
  const { start } = content;
  const head = platform.decodeUtf8(bytes.subarray(start, characterAt(bytes, start + headBytes)));
  return { typename, bytes: bytes.length, head, headIs: "text" };
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
