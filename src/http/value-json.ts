// A typed value as JSON or bytes, and the header that names its type.

import type { IncomingMessage, ServerResponse } from "node:http";
import { StatefunError } from "../errors.js";
import type { Type, TypedValue } from "../model/type.js";
import { Types } from "../types/primitives.js";
import { sendBody } from "./server.js";

export const octetStream = "application/octet-stream";
/** What names the type of a value, both in a request and in an answer. */
export const typeHeader = "statefun-type";

/** StateFun's own types, which a function elsewhere has as well. */
export const primitives = new Map<string, Type<any>>(Object.values(Types).map((type) => [type.typename, type]));

/** Finds the type of a typename, when this process has it. */
export type FindType = (typename: string) => Type<any> | undefined;

/** Answers with a value: as JSON when its type is known here and the client does not ask for bytes. */
export function sendValue(find: FindType, request: IncomingMessage, response: ServerResponse, value: TypedValue): void {
  const headers = ["Statefun-Type", encodeHeader(value.typename)];
  const json = request.headers.accept?.includes(octetStream) ? undefined : jsonOf(find, value);
  if (json === undefined) sendBody(response, 200, octetStream, value.value, headers);
  else sendBody(response, 200, "application/json", json, headers);
}

/** A value as JSON text; undefined when nothing here knows how, or when the bytes are not of their type. */
export function jsonOf(find: FindType, value: TypedValue): string | undefined {
  const type = find(value.typename) ?? primitives.get(value.typename);
  if (type === undefined) return undefined;
  try {
    return JSON.stringify(type.toJson(type.unpack(value)));
  } catch (error) {
    if (error instanceof StatefunError) return undefined;
    throw error;
  }
}

/** A header can't hold every character that a typename can. */
export function encodeHeader(typename: string): string {
  return /^[\x21-\x24\x26-\x7e]*$/.test(typename) ? typename : encodeURIComponent(typename);
}

/** Reads what {@link encodeHeader} wrote; text that it did not write stays as it is. */
export function decodeHeader(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
