// A message as the body of a request.

import { StatefunError, twoCopies } from "../errors.js";
import { Metadata } from "../model/metadata.js";
import { isProtobufCodec } from "../model/protobuf-class.js";
import { assertTypename, looksPacked, TypedValue } from "../model/typed-value.js";
import { typeOf } from "../types/protobuf.js";
import { toJsonText } from "./json-text.js";

export const octetStream = "application/octet-stream";

/** A message as a request carries it. */
export interface Body {
  /** JSON text, or the value's own bytes. */
  readonly content: string | Uint8Array;
  /** The method that takes the message; undefined when the message names its type. */
  readonly method: string | undefined;
  /** The type of the message; undefined when the method says which type it has. */
  readonly typename: string | undefined;
  /** What came with a packed value. */
  readonly metadata: Metadata;
  /** Whether the caller asks for the bytes of the answer. */
  readonly asBytes: boolean;
}

/**
 * Makes the body of a message for a method. A packed value and a protobuf message say their type, so they are sent as
 * bytes of that type. Everything else is sent as JSON, which the runtime converts to the type that the method handles.
 * Throws VALUE_INVALID and TYPE_NAME_INVALID.
 */
export function bodyOf(message: unknown, method: string): Body {
  const packed = message instanceof TypedValue ? message : packMessage(message);
  if (packed !== undefined) assertTypename(packed);
  if (packed === undefined) {
    if (looksPacked(message)) {
      throw new StatefunError(
        "VALUE_INVALID",
        `The message for ${method} looks packed, but not by this copy of statefun-ts: ${twoCopies}.`,
      );
    }
    const content = toJsonText(message, method);
    return { content, method, typename: undefined, metadata: Metadata.none, asBytes: false };
  }
  const { value, typename, metadata } = packed;
  return { content: value, method: undefined, typename, metadata, asBytes: false };
}

/** The parameters of a query that say which type the message has. Ends in "&". */
export function queryOf({ method, typename }: Body): string {
  return typename === undefined
    ? `handler=${encodeURIComponent(method as string)}&`
    : `type=${encodeURIComponent(typename)}&`;
}

/** The header that says what the content is. */
export function contentHeaders({ content }: Body): Record<string, string> {
  return { "Content-Type": typeof content === "string" ? "application/json" : octetStream };
}

/** Packs a protobuf message; undefined for every other value. */
function packMessage(message: unknown): TypedValue | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const messageClass: unknown = message.constructor;
  return isProtobufCodec(messageClass) ? typeOf(messageClass).pack(message) : undefined;
}
