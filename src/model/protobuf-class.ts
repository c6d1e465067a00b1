// Protobuf messages as protobufjs has them: its generated or decorated classes, and its reflected types. They are
// described by the members that are used: protobufjs's own types differ between its versions, and a user's version may
// be another.

import { describe, describeValue, otherCopy, StatefunError } from "../errors.js";
import { checkedWriterClass, UnfitValue } from "./checked-writer.js";
import { typeUrlPrefix } from "./type-url.js";

/** A message class that protobufjs generated (static-module) or decorated. */
export interface MessageClass<T = any> {
  /** Makes a message. */
  new (...args: any[]): T;
  /** Encodes a message. */
  encode(message: any, ...rest: any[]): { finish(): Uint8Array };
  /** Decodes a message. */
  decode(bytes: any, ...rest: any[]): any;
}

/** A message type that protobufjs reflects from a .proto file at run time (`root.lookupType(…)`). */
export interface ReflectedType {
  /** The full name in the .proto file, after a dot. */
  readonly fullName: string;
  /** Encodes a message. */
  encode(message: any, ...rest: any[]): { finish(): Uint8Array };
  /** Decodes a message. */
  decode(bytes: any): any;
  /** Makes a message. */
  create(properties?: any): any;
}

/** A message class or a reflected type: both encode and decode messages. */
export type ProtobufCodec<T = any> = MessageClass<T> | ReflectedType;

/** Whether a value is a schema of zod, valibot, arktype or another library of Standard Schemas. */
export function isStandardSchema(value: unknown): boolean {
  return ((typeof value === "object" && value !== null) || typeof value === "function") && "~standard" in value;
}

/** Whether a value encodes and decodes as protobufjs's classes and reflected types do. A schema of zod only seems to. */
export function isProtobufCodec(value: unknown): value is ProtobufCodec {
  if ((typeof value !== "function" && typeof value !== "object") || value === null || isStandardSchema(value)) {
    return false;
  }
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

/** Encodes the messages of one class. */
export class MessageEncoder {
  readonly #codec: ProtobufCodec;
  readonly #typename: string;
  /** Undefined before the first message, which shows the writer of the codec's copy of protobufjs. */
  #makeWriter: (() => object | undefined) | undefined;

  constructor(codec: ProtobufCodec, typename: string) {
    this.#codec = codec;
    this.#typename = typename;
  }

  /**
   * Encodes a message. Throws VALUE_INVALID, with the typename in its message, also for a value that would be read as
   * another one.
   */
  encode(message: unknown): Uint8Array {
    if (typeof message !== "object" || message === null) {
      throw new StatefunError("VALUE_INVALID", `A ${this.#typename} must be a message, not ${describeValue(message)}.`);
    }
    try {
      this.#makeWriter ??= this.#writerMaker(message);
      return this.#codec.encode(message, this.#makeWriter()).finish();
    } catch (error) {
      const why =
        error instanceof UnfitValue ? `${pathTo(error.value, message)} is ${error.message}.` : describe(error);
      throw new StatefunError("VALUE_INVALID", `A ${this.#typename} can't be encoded: ${why}`, { cause: error });
    }
  }

  #writerMaker(message: object): () => object | undefined {
    const CheckedWriter = checkedWriterClass(this.#codec.encode(message));
    return CheckedWriter === undefined ? () => undefined : () => new CheckedWriter();
  }
}

/** The path to the field that has this value; "a field" when none or several have it. */
function pathTo(value: unknown, message: object): string {
  const paths = pathsTo(value, message, 0);
  return paths.length === 1 ? (paths[0] as string).replace(/^\./, "") : "a field";
}

function pathsTo(value: unknown, within: object, depth: number): string[] {
  if (depth > 100) return [];
  return Object.entries(within).flatMap(([key, inner]) => {
    const step = Array.isArray(within) ? `[${key}]` : `.${key}`;
    if (Object.is(inner, value)) return [step];
    if (key === value) return ["'s key"];
    const isNested = typeof inner === "object" && inner !== null && !ArrayBuffer.isView(inner);
    return isNested ? pathsTo(value, inner, depth + 1).map((path) => step + path) : [];
  });
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
  if (isStandardSchema(value)) {
    return new StatefunError(
      "TYPE_UNKNOWN",
      'A schema is not a type, because values travel under a typename. Make a type of the schema: json("namespace/name", schema).',
    );
  }
  return new StatefunError(
    "TYPE_UNKNOWN",
    `${nameOf(value)} is not a type. Use one of Types (Types.int, …), a protobufjs message class, json(…) or custom(…). ${otherCopy}`,
  );
}

function nameOf(value: unknown): string {
  if (typeof value === "function") return value.name || "An anonymous function";
  if (value === undefined) return "undefined (a misspelt name, or an import cycle?)";
  return typeof value === "object" && value !== null ? "An object" : describe(value);
}
