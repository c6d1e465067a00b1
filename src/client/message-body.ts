// A message as a request's body, and an answer's body as a value.

import { describe, StatefunError } from "../errors.js";
import { isProtobufCodec } from "../model/protobuf-class.js";
import { TypedValue } from "../model/typed-value.js";
import { typeOf } from "../types/protobuf.js";
import type { HttpAnswer } from "./http-call.js";
import { toJsonText } from "./json-text.js";

export const octetStream = "application/octet-stream";

/** A message as it is sent. */
export interface Body {
  readonly text: string | Uint8Array;
  /** Ends in "&" or is empty. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly accept?: string;
}

/**
 * Anything that says its type goes as bytes of that type, all else as JSON of the type that the method handles. Throws
 * VALUE_INVALID.
 */
export function bodyOf(message: unknown, method: string): Body {
  const value = message instanceof TypedValue ? message : packedMessage(message);
  if (value === undefined) {
    return {
      text: toJsonText(message, method),
      query: `handler=${encodeURIComponent(method)}&`,
      headers: { "Content-Type": "application/json" },
    };
  }
  return {
    text: value.value,
    query: `type=${encodeURIComponent(value.typename)}&`,
    headers: { "Content-Type": octetStream },
  };
}

function packedMessage(message: unknown): TypedValue | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const messageClass: unknown = message.constructor;
  return isProtobufCodec(messageClass) ? typeOf(messageClass).pack(message) : undefined;
}

/** What a call of a handler resolves to. Throws CLIENT_FAILED. */
export function plainAnswer({ headers, bytes }: HttpAnswer): unknown {
  // The runtime has no type of this name, so the caller needs one.
  if (headers.get("content-type")?.startsWith(octetStream)) return new TypedValue(typeOfAnswer(headers), bytes);
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StatefunError("CLIENT_FAILED", `The answer is not JSON: ${describe(error)}.`, { cause: error });
  }
}

/** Throws CLIENT_FAILED. */
export function typeOfAnswer(headers: Headers): string {
  const typename = headers.get("statefun-type");
  if (typename !== null) return decodeURIComponent(typename);
  throw new StatefunError("CLIENT_FAILED", "The answer lacks the header Statefun-Type; is this a statefun-ts runtime?");
}
