// A message as the body of a request, and the body of an answer as a value.

import { describe, StatefunError, twoCopies } from "../errors.js";
import { Metadata } from "../model/metadata.js";
import { isProtobufCodec } from "../model/protobuf-class.js";
import { assertTypename, looksPacked, TypedValue } from "../model/typed-value.js";
import { decodeMetadataHeader, metadataHeader } from "../types/metadata-header.js";
import { typeOf } from "../types/protobuf.js";
import type { HttpAnswer } from "./http-call.js";
import { toJsonText } from "./json-text.js";

/** The status of an answer without a value. */
const noContent = 204;

export const octetStream = "application/octet-stream";

/** A message as a request carries it. */
export interface Body {
  readonly content: string | Uint8Array;
  /** The parameters that say which type the message has. Ends in "&". */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What came with a packed value. */
  readonly metadata: Metadata;
  readonly accept?: string;
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
    return {
      content: toJsonText(message, method),
      query: `handler=${encodeURIComponent(method)}&`,
      headers: { "Content-Type": "application/json" },
      metadata: Metadata.none,
    };
  }
  return {
    content: packed.value,
    query: `type=${encodeURIComponent(packed.typename)}&`,
    headers: { "Content-Type": octetStream },
    metadata: packed.metadata,
  };
}

/** Packs a protobuf message; undefined for every other value. */
function packMessage(message: unknown): TypedValue | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const messageClass: unknown = message.constructor;
  return isProtobufCodec(messageClass) ? typeOf(messageClass).pack(message) : undefined;
}

/** Reads the answer to a call as a packed value, with its metadata. Throws CLIENT_FAILED and METADATA_INVALID. */
export function packedAnswer({ status, headers, bytes }: HttpAnswer): TypedValue | undefined {
  if (status === noContent) return undefined;
  const metadata = headers.get(metadataHeader);
  const packed = new TypedValue(typeOfAnswer(headers), bytes);
  return metadata === null ? packed : packed.withMetadata(decodeMetadataHeader(metadata));
}

/** Reads the answer to a call of a method. Throws CLIENT_FAILED and METADATA_INVALID. */
export function plainAnswer(answer: HttpAnswer): unknown {
  if (answer.status === noContent) return undefined;
  // The runtime sends bytes when it does not know the type of the answer. The caller may know the type.
  if (answer.headers.get("content-type")?.startsWith(octetStream)) return packedAnswer(answer);
  try {
    return JSON.parse(new TextDecoder().decode(answer.bytes));
  } catch (error) {
    throw notFromRuntime(`is not JSON: ${describe(error)}`, error);
  }
}

/** Reads the typename of an answer. Throws CLIENT_FAILED. */
function typeOfAnswer(headers: Headers): string {
  const typename = headers.get("statefun-type");
  if (typename === null) throw notFromRuntime("lacks the header Statefun-Type");
  return decodeURIComponent(typename);
}

function notFromRuntime(what: string, cause?: unknown): StatefunError {
  return new StatefunError(
    "CLIENT_FAILED",
    `The answer ${what}. Check that the URL is that of the ingress of a statefun-ts runtime.`,
    { cause },
  );
}
