// Protobuf messages as protobufjs has them: its generated or decorated classes, and its reflected types. They are
// described by the members that are used: protobufjs's own types differ between its versions, and a user's version may
// be another.

import { describe, describeValue, otherCopy, StatefunError } from "../errors.js";
import { typeUrlPrefix } from "./type-url.js";

/** A message class that protobufjs generated (static-module) or decorated. */
export interface MessageClass<T = any> {
  new (...args: any[]): T;
  encode(message: any, ...rest: any[]): { finish(): Uint8Array };
  decode(bytes: any, ...rest: any[]): any;
}

/** A message type that protobufjs reflects from a .proto file at run time (`root.lookupType(…)`). */
export interface ReflectedType {
  readonly fullName: string;
  encode(message: any): { finish(): Uint8Array };
  decode(bytes: any): any;
  create(properties?: any): any;
}

/** A message class or a reflected type: both encode and decode messages. */
export type ProtobufCodec<T = any> = MessageClass<T> | ReflectedType;

/** Whether a value encodes and decodes as protobufjs's classes and reflected types do. */
export function isProtobufCodec(value: unknown): value is ProtobufCodec {
  if ((typeof value !== "function" && typeof value !== "object") || value === null) return false;
  const codec = value as Partial<ReflectedType>;
  return typeof codec.encode === "function" && typeof codec.decode === "function";
}

/**
 * The typename of a message class, `type.googleapis.com/<full name>`. Throws TYPE_UNKNOWN when the class lacks its full
 * name.
 */
export function protobufTypename(codec: ProtobufCodec): string {
  const { getTypeUrl, $type, fullName } = codec as {
    getTypeUrl?: () => unknown;
    $type?: ReflectedType;
    fullName?: unknown;
  };
  if (typeof getTypeUrl === "function") return String(getTypeUrl.call(codec));
  // A reflected full name starts with a dot: it is the path from the root.
  const name = $type?.fullName ?? fullName;
  if (typeof name === "string") return typeUrlPrefix + name.replace(/^\./, "");
  const shown = nameOf(codec);
  throw new StatefunError(
    "TYPE_UNKNOWN",
    `${shown} does not say its full name. Generate it without --no-typeurl, or name its type: protobuf(${shown}, "…").`,
  );
}

/** Encodes a message. Throws VALUE_INVALID, with the typename in its message. */
export function encodeMessage(codec: ProtobufCodec, typename: string, message: unknown): Uint8Array {
  if (typeof message !== "object" || message === null) {
    throw new StatefunError("VALUE_INVALID", `A ${typename} must be a message, not ${describeValue(message)}.`);
  }
  try {
    return codec.encode(message).finish();
  } catch (error) {
    const why = describe(error);
    throw new StatefunError("VALUE_INVALID", `A ${typename} can't be encoded: ${why}`, { cause: error });
  }
}

/** Decodes a message. Throws VALUE_UNREADABLE, with the typename in its message. */
export function decodeMessage(codec: ProtobufCodec, typename: string, bytes: Uint8Array): unknown {
  try {
    return codec.decode(bytes);
  } catch (error) {
    const why = describe(error);
    throw new StatefunError("VALUE_UNREADABLE", `A ${typename} can't be decoded: ${why}`, { cause: error });
  }
}

/** The error for a value that stands where a type is asked for, and is none. */
export function notAType(value: unknown): StatefunError {
  return new StatefunError(
    "TYPE_UNKNOWN",
    `${nameOf(value)} is not a type. Use one of Types (Types.int, …), a protobufjs message class, json(…) or custom(…). ${otherCopy}`,
  );
}

function nameOf(value: unknown): string {
  if (typeof value === "function") return value.name || "An anonymous function";
  if (value === undefined) return "undefined (an import cycle?)";
  return typeof value === "object" && value !== null ? "An object" : describe(value);
}
