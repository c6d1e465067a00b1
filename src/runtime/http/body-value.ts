// Reads the body of a request as a typed value.

import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { describe, StatefunError } from "../../errors.js";
import { notedTypenames } from "../../model/known-types.js";
import { assertShallowJson, parseJson } from "../../model/plain-json.js";
import { suggestion } from "../../model/suggest.js";
import type { Type } from "../../model/type.js";
import { parseTypeName } from "../../model/type-name.js";
import { TypedValue } from "../../model/typed-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { primitives } from "../../types/value-json.js";
import { cancelTypename, wakeTypename } from "../../workflows/journal/names.js";
import { decodeHeader, octetStream, typeHeader } from "./value-answer.js";

/** Turns the body of a request into a value. */
export type BodyReader = (body: Buffer) => TypedValue;

/** Turns a value's own bytes into the value. */
export type BytesReader = (bytes: Uint8Array) => TypedValue;

/** What a request says of the type of its value. It may name one of the two, or neither. */
export interface NamedType {
  /** The typename of the value. */
  readonly typename: string | undefined;
  /** The method of the function's class that takes the value. */
  readonly method: string | undefined;
}

/**
 * Chooses the reader of a body before the body is read. The content type says whether the body is JSON or bytes. Throws
 * MEDIA_TYPE_UNSUPPORTED, and what {@link readerOfBytes} and {@link typeOfJson} throw; the reader throws REQUEST_EMPTY,
 * VALUE_INVALID and VALUE_UNREADABLE.
 */
export function bodyReader(
  catalog: TypeCatalog,
  typeName: string,
  { headers }: IncomingMessage,
  query: ReadonlyMap<string, string>,
): BodyReader {
  const bytes = isBytes(headers["content-type"]);
  const header = headers[typeHeader] as string | undefined;
  const typename = query.get("type") ?? (header === undefined ? undefined : decodeHeader(header));
  const named = { typename, method: query.get("handler") };
  if (bytes) return readerOfBytes(catalog, typeName, named);
  const type = typeOfJson(catalog, typeName, named);
  return (body) => fromBody(type, body);
}

/**
 * Chooses the reader of a value's own bytes. Throws OPTION_INVALID, TYPE_NAME_INVALID, VALUE_UNTYPED and VALUE_INVALID; the
 * reader throws VALUE_UNREADABLE.
 */
export function readerOfBytes(catalog: TypeCatalog, typeName: string, named: NamedType): BytesReader {
  const { typename } = named;
  if (typename === undefined || named.method !== undefined) {
    const type = typeOfJson(catalog, typeName, named);
    return (body) => readable(type, type.typename, body);
  }
  parseTypeName(typename);
  return bytesReader(catalog, typeName, typename);
}

/**
 * Finds the type of a value in JSON: the type that the request names, otherwise the only type that the function takes. A
 * function of this process gets no value that it has no handler for: such a message would park its address. Throws
 * OPTION_INVALID, TYPE_NAME_INVALID, VALUE_UNTYPED and VALUE_INVALID.
 */
export function typeOfJson(catalog: TypeCatalog, typeName: string, { typename, method }: NamedType): Type<any> {
  if (typename === undefined) {
    return method === undefined ? onlyType(catalog, typeName) : typeOfHandler(catalog, typeName, method);
  }
  if (method === undefined) return typeNamed(catalog, typeName, typename);
  throw new StatefunError("OPTION_INVALID", "The request names both a handler and a type. Name one of them.");
}

/**
 * Chooses the reader of a body that is the value's own bytes. Throws VALUE_INVALID; the reader throws VALUE_UNREADABLE.
 */
export function bytesReader(catalog: TypeCatalog, typeName: string, typename: string): BytesReader {
  const type = catalog.handled(typeName).find((handled) => takes(handled, typename));
  if (type !== undefined) return (body) => readable(type, typename, body);
  assertNotHidden(typename);
  assertTaken(catalog, typeName, typename);
  return (body) => new TypedValue(typename, body);
}

/** Whether the handler of a type takes this typename: the type's own name, or the name of its wrapper in StateFun 2. */
function takes(type: Type<any>, typename: string): boolean {
  return type.typename === typename || type.v2?.typename === typename;
}

/** Throws VALUE_INVALID when a function of this process has neither a handler for the typename nor a catch-all. */
export function assertTaken(catalog: TypeCatalog, typeName: string, typename: string): void {
  if (catalog.takesAll?.(typeName) !== false) return;
  if (catalog.handled(typeName).some((type) => takes(type, typename))) return;
  throw new StatefunError(
    "VALUE_INVALID",
    `${typeName} has no handler for ${typename}. It takes ${typesText(catalog.handled(typeName))}.`,
  );
}

/**
 * Throws VALUE_INVALID for the messages by which workflows go on. From outside they steer nothing that has no path of its own, and
 * at a function without workflows they would park the address.
 */
function assertNotHidden(typename: string): void {
  if (typename !== wakeTypename && typename !== cancelTypename) return;
  throw new StatefunError(
    "VALUE_INVALID",
    `${typename} is a message of the runtime's own. To cancel a run, use POST /runs/<namespace>/<name>/<id>/cancel, cancelRun of the client or of the runtime, or statefun cancel-run.`,
  );
}

/** Checks that the type can read the bytes: with others the function would fail again and again. Throws VALUE_UNREADABLE. */
function readable(type: Type<any>, typename: string, body: Uint8Array): TypedValue {
  const value = new TypedValue(typename, body);
  try {
    type.unpack(value);
  } catch (error) {
    if (error instanceof StatefunError) throw error;
    throw new StatefunError("VALUE_UNREADABLE", `A ${typename} can't be decoded: ${describe(error)}`, { cause: error });
  }
  return value;
}

/** Whether the body is the value's own bytes; otherwise it is JSON. Throws MEDIA_TYPE_UNSUPPORTED. */
function isBytes(contentType: string | undefined): boolean {
  switch (contentType) {
    case undefined:
    case "application/json":
      return false;
    case octetStream:
      return true;
  }
  switch (contentType.split(";", 1)[0]?.trim().toLowerCase()) {
    case "application/json":
    case "application/x-www-form-urlencoded": // curl -d sends this type with any body
      return false;
    case octetStream:
      return true;
    default:
      throw new StatefunError(
        "MEDIA_TYPE_UNSUPPORTED",
        `The content type is ${contentType}; it must be application/json, or ${octetStream} for a value's bytes.`,
      );
  }
}

function typeNamed(catalog: TypeCatalog, typeName: string, typename: string): Type<any> {
  const handled = catalog.handled(typeName).find((type) => type.reads(typename));
  if (handled !== undefined) return handled;
  parseTypeName(typename);
  assertNotHidden(typename);
  assertTaken(catalog, typeName, typename);
  const type = catalog.find(typename) ?? primitives.get(typename);
  if (type !== undefined) return type;
  throw new StatefunError(
    "VALUE_UNTYPED",
    `The type ${typename} is not known in this process, so JSON can't be read as it.${suggestion(typename, notedTypenames())} Send the value's bytes as ${octetStream}.`,
  );
}

function typeOfHandler(catalog: TypeCatalog, typeName: string, method: string): Type<any> {
  const type = catalog.handler(typeName, method);
  if (type !== undefined) return type;
  const why = isElsewhere(catalog, typeName)
    ? `${elsewhere(catalog, typeName)} So the type that "${method}" takes must be named: with statefun-ts/client, send a message object or a packed value; over HTTP, name the type with ?type=… and send the value's bytes as ${octetStream}.`
    : `${typeName} has no method "${method}" that takes exactly one type. Name the type with ?type=… instead (--type of the command), or send a packed value with statefun-ts/client. ${takenText(catalog, typeName)}`;
  throw new StatefunError("OPTION_INVALID", why);
}

function onlyType(catalog: TypeCatalog, typeName: string): Type<any> {
  const handled = catalog.handled(typeName);
  if (handled.length === 1) return handled[0] as Type<any>;
  const why = isElsewhere(catalog, typeName)
    ? `${elsewhere(catalog, typeName)} Send the value's bytes as ${octetStream}, or JSON of one of StateFun's own types.`
    : `Or name the method with ?handler=…. ${takenText(catalog, typeName)}`;
  throw new StatefunError(
    "VALUE_UNTYPED",
    `The type of the value is missing. Name the type with ?type=…, in the header Statefun-Type or, in a line of POST /calls, in "type". ${why}`,
  );
}

const isElsewhere = (catalog: TypeCatalog, typeName: string) =>
  catalog.handled(typeName).length === 0 && catalog.takesAll?.(typeName) === undefined;

function elsewhere(catalog: TypeCatalog, typeName: string): string {
  const why = catalog.whyUnknown?.(typeName)?.replace(/\.$/, "");
  return `${typeName} runs in another process, and its types are not known here${why === undefined ? "" : `: ${why}`}. The option types (--types of the command) can name them.`;
}

/** Says what a function takes. What only its runs receive is known to their code alone. */
function takenText(catalog: TypeCatalog, typeName: string): string {
  const handled = catalog.handled(typeName);
  const more = handled.length > 0 && catalog.takesAll?.(typeName) === true;
  return `${typeName} takes ${typesText(handled)}${more ? ", and other types: by a catch-all, or by flow.receive of a workflow" : ""}.`;
}

function typesText(types: readonly Type<any>[]): string {
  return types.length === 0 ? "every type" : types.map(({ typename }) => typename).join(", ");
}

function fromBody(type: Type<any>, body: Buffer): TypedValue {
  if (body.length === 0) {
    throw new StatefunError("REQUEST_EMPTY", `The request has no body. Send a ${type.typename} as JSON.`);
  }
  return fromJson(type, jsonOfBytes("The body", body));
}

/** Parses JSON in UTF-8; `what` begins the message of an error. Throws VALUE_INVALID. */
export function jsonOfBytes(what: string, bytes: Buffer): unknown {
  try {
    if (!isUtf8(bytes)) throw new Error("it is not UTF-8");
    assertShallowJson(bytes);
    return parseJson(bytes.toString());
  } catch (error) {
    throw new StatefunError("VALUE_INVALID", `${what} is not JSON: ${describe(error)}.`, { cause: error });
  }
}

/** Packs a value that came as JSON. Throws VALUE_INVALID, and MEDIA_TYPE_UNSUPPORTED for a type without a JSON form. */
export function fromJson(type: Type<any>, json: unknown): TypedValue {
  const value: unknown = type.fromJson(json);
  if (value !== undefined) return type.pack(value);
  throw new StatefunError(
    "MEDIA_TYPE_UNSUPPORTED",
    `The type ${type.typename} has no JSON form. Send the value's bytes as ${octetStream}.`,
  );
}
