// A message as a ref's method takes it: packed, or JSON that the runtime converts.

import { StatefunError, twoCopies } from "../errors.js";
import { Metadata } from "../model/metadata.js";
import { isProtobufCodec } from "../model/protobuf-class.js";
import { assertTypename, looksPacked, TypedValue } from "../model/typed-value.js";
import { typeOf } from "../types/protobuf.js";
import { toJsonText } from "./json-text.js";

/** A message of a ref. */
export interface RefMessage {
  /** JSON text, or the value's own bytes. */
  readonly content: string | Uint8Array;
  /** The method that takes the message; undefined when the message names its type. */
  readonly method: string | undefined;
  /** The type of the message; undefined when the method says which type it has. */
  readonly typename: string | undefined;
  /** What came with a packed value. */
  readonly metadata: Metadata;
}

/**
 * Reads a message for a method. A packed value and a protobuf message say their type, so they are bytes of that type.
 * Everything else is JSON, which the runtime converts to the type that the method handles. Throws VALUE_INVALID and
 * TYPE_NAME_INVALID.
 */
export function messageOf(message: unknown, method: string): RefMessage {
  const packed = message instanceof TypedValue ? message : packMessage(message);
  if (packed !== undefined) {
    assertTypename(packed);
    const { value, typename, metadata } = packed;
    return { content: value, method: undefined, typename, metadata };
  }
  if (looksPacked(message)) {
    throw new StatefunError(
      "VALUE_INVALID",
      `The message for ${method} looks packed, but not by this copy of statefun-ts: ${twoCopies}.`,
    );
  }
  return { content: toJsonText(message, method), method, typename: undefined, metadata: Metadata.none };
}

/** Packs a protobuf message; undefined for every other value. */
function packMessage(message: unknown): TypedValue | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const messageClass: unknown = message.constructor;
  return isProtobufCodec(messageClass) ? typeOf(messageClass).pack(message) : undefined;
}
