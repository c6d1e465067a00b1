// Answers a request with a typed value: JSON or bytes, and the header that names the type.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { TypedValue } from "../../model/typed-value.js";
import { encodeMetadataHeader, metadataHeader } from "../../types/metadata-header.js";
import { type FindType, jsonOf } from "../../types/value-json.js";
import { sendBody } from "./sending.js";

export const octetStream = "application/octet-stream";
/** The header that names the type of a value, in a request and in an answer. */
export const typeHeader = "statefun-type";

/** Answers with a value: as one line of JSON when its type is known in this process and the client does not ask for bytes. */
export function sendValue(find: FindType, request: IncomingMessage, response: ServerResponse, value: TypedValue): void {
  const headers = ["Statefun-Type", encodeHeader(value.typename)];
  const metadata = encodeMetadataHeader(value.metadata);
  if (metadata !== undefined) headers.push(metadataHeader, metadata);
  const json = request.headers.accept?.includes(octetStream) ? undefined : jsonOf(find, value);
  if (json === undefined) sendBody(response, 200, octetStream, value.value, headers);
  else sendBody(response, 200, "application/json", `${json}\n`, headers);
}

/** Percent-encodes a typename that holds characters which a header can't hold. */
export function encodeHeader(typename: string): string {
  return /^[\x21-\x24\x26-\x7e]*$/.test(typename) ? typename : encodeURIComponent(typename);
}

/** Reverses {@link encodeHeader}. Text that is not percent-encoded stays as it is. */
export function decodeHeader(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
