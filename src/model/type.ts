// A type (how a value becomes bytes, under which name) and a value packed by one.

import type { WireWriter } from "../bytes/writer.js";
import { describe, describeValue, otherCopy, StatefunError } from "../errors.js";
import { notedType, noteType } from "./known-types.js";
import { protobufFromJson, protobufToJson } from "./protobuf-json.js";
import { parseTypeName } from "./type-name.js";

/**
 * Turns values into bytes and back, under a name both sides know. Make one with `custom`, or extend this class.
 */
export abstract class Type<T> {
  /** The name that travels with every value, for example "io.statefun.types/int". */
  readonly typename: string;
  /**
   * Whether a decoded value may keep a view of the bytes it came from, and change them when it is changed.
   * @internal
   */
  get sharesBytes(): boolean {
    return true;
  }

  /** Throws TYPE_NAME_INVALID when the typename is not of the form "namespace/name". */
  constructor(typename: string) {
    parseTypeName(typename);
    this.typename = typename;
    noteType(this);
  }

  /**
   * The same values as a v2 engine's SDKs write them: it has no primitive types, so they are google.protobuf wrappers.
   * @internal
   */
  get v2(): Type<T> | undefined {
    return undefined;
  }

  /**
   * Decodes a packed value of this typename.
   * @internal
   */
  read(packed: TypedValue<unknown>): T {
    return this.deserialize(packed.value);
  }

  /**
   * The value as JSON has it; undefined when this type does not say how.
   * @internal
   */
  toJson(_value: T): unknown {
    return undefined;
  }

  /**
   * Makes a value of JSON; undefined when this type does not say how. Throws VALUE_INVALID when it does not fit.
   * @internal
   */
  fromJson(_json: unknown): T | undefined {
    return undefined;
  }

  /** Encodes a value. Throws VALUE_INVALID when the value does not fit. */
  abstract serialize(value: T): Uint8Array;

  /** Decodes bytes. Throws VALUE_UNREADABLE when they are not of this type. */
  abstract deserialize(bytes: Uint8Array): T;

  /** Packs a value with its type's name, ready to be sent or stored. Throws VALUE_INVALID. */
  pack(value: T): TypedValue<T> {
    return new TypedValue<T>(this.typename, this.serialize(value));
  }

  /** Whether a value of this typename is read by this type, in either of its two forms. */
  reads(typename: string): boolean {
    return this.isNamed(typename) || this.v2?.isNamed(typename) === true;
  }

  /**
   * Whether this is a name of this form of the type. What stands before the last slash of a protobuf message's type URL
   * says where the type might be looked up, not which it is.
   * @internal
   */
  isNamed(typename: string): boolean {
    if (typename === this.typename) return true;
    return this.typename.startsWith(typeUrlPrefix) && protobufName(typename) === this.typename;
  }

  /** Decodes a packed value in either of the two forms. Throws VALUE_UNREADABLE. */
  unpack(packed: TypedValue<unknown>): T {
    if (this.isNamed(packed.typename)) return this.read(packed);
    if (this.v2?.isNamed(packed.typename)) return this.v2.read(packed);
    throw new StatefunError(
      "VALUE_UNREADABLE",
      `A value of type ${packed.typename} can't be read as ${this.typename}. Check it with is(…) first.`,
    );
  }
}

const typeUrlPrefix = "type.googleapis.com/";

/** The usual type URL of the protobuf message that a type URL with any prefix names. */
export function protobufName(typeUrl: string): string {
  return typeUrlPrefix + typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
}

const empty = new Uint8Array(0);

/**
 * A value whose bytes are made only when they are asked for: it can't change until then.
 * @internal
 */
export interface Unencoded {
  /** Writes the bytes, without their length. */
  write(writer: WireWriter): void;
  encode(): Uint8Array;
  toV2(): TypedValue;
}

/**
 * A value in its bytes, with the name of its type: the untyped message a catch-all receives, and a packed value to
 * send (proto message TypedValue on v3, google.protobuf.Any on v2).
 *
 * @example
 * ```ts
 * const packed = Types.int.pack(5);
 *
 * if (packed.is(Types.int)) console.log(packed.as(Types.int) + 1); // 6
 * ```
 */
export class TypedValue<T = any> {
  /** Which type the bytes are of (v3 `typename`, v2 `type_url`). */
  readonly typename: string;
  #bytes: Uint8Array | Unencoded;
  #start = 0;
  #end = -1;
  #v2: TypedValue | undefined;
  /** Only for the compiler: what the bytes decode to. */
  declare protected readonly decoded?: T;

  constructor(typename: string, value: Uint8Array = empty) {
    this.typename = typename;
    this.#bytes = value;
  }

  /** @internal */
  static slice(typename: string, bytes: Uint8Array, start: number, end: number): TypedValue {
    const value = new TypedValue(typename, bytes);
    value.#start = start;
    value.#end = end;
    return value;
  }

  /** @internal */
  static unencoded<T>(typename: string, value: Unencoded): TypedValue<T> {
    return new TypedValue(typename, value as unknown as Uint8Array);
  }

  /**
   * A value that is told apart by its name alone in the two generations.
   * @internal
   */
  static inBoth(typename: string, bytes: Uint8Array, v2: TypedValue): TypedValue {
    const value = new TypedValue(typename, bytes);
    value.#v2 = v2;
    return value;
  }

  /** The serialized value. */
  get value(): Uint8Array {
    if (!(this.#bytes instanceof Uint8Array)) this.#bytes = this.#bytes.encode();
    else if (this.#end >= 0) this.#bytes = this.#bytes.subarray(this.#start, this.#end);
    this.#end = -1;
    return this.#bytes;
  }

  /**
   * Reads the bytes where they are, without a view of them: making one costs more than reading a primitive.
   * @internal
   */
  readWith<R>(read: (bytes: Uint8Array, start: number, end: number) => R): R {
    if (this.#end < 0 || !(this.#bytes instanceof Uint8Array)) {
      const { value } = this;
      return read(value, 0, value.length);
    }
    return read(this.#bytes, this.#start, this.#end);
  }

  /**
   * Writes the bytes as a field, or nothing when there are none.
   * @internal
   */
  writeTo(writer: WireWriter, tag: number): void {
    if (this.#bytes instanceof Uint8Array) {
      const { value } = this;
      if (value.length > 0) writer.bytes(tag, value);
      return;
    }
    const start = writer.begin(tag);
    this.#bytes.write(writer);
    writer.endUnlessEmpty(start);
  }

  /** Whether the value is of this type. Throws TYPE_UNKNOWN when `type` is neither a Type nor a message class. */
  is(type: TypeLike): boolean {
    return typeOf(type).reads(this.typename);
  }

  /** Decodes the value as this type. Throws VALUE_UNREADABLE when it is of another type. */
  as<L extends TypeLike>(type: L): ValueOf<L> {
    return typeOf(type).unpack(this) as ValueOf<L>;
  }

  /** The same value as a v2 engine's functions expect it. */
  toV2(): TypedValue {
    if (this.#v2 === undefined) this.#v2 = this.#bytes instanceof Uint8Array ? this : this.#bytes.toV2();
    return this.#v2;
  }
}

/** Throws VALUE_UNTYPED. */
export function assertPacked(value: unknown): asserts value is TypedValue {
  if (value instanceof TypedValue) return;
  throw new StatefunError("VALUE_UNTYPED", `${describeValue(value)} is not packed. Pack it: Types.string.pack("…").`);
}

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

/** What stands for a type wherever one is asked for. */
export type TypeLike = Type<any> | MessageClass | ReflectedType;

/** What values of a {@link TypeLike} are in TypeScript. */
export type ValueOf<L> =
  L extends Type<infer T>
    ? T
    : L extends abstract new (
          ...args: any[]
        ) => infer T
      ? T
      : L extends ReflectedType
        ? any
        : never;

const protobufTypes = new WeakMap<object, ProtobufType<any>>();

/** The type of a protobuf message class; its typename is `type.googleapis.com/<full name>` unless another is given. */
export class ProtobufType<T> extends Type<T> {
  readonly #codec: MessageClass<T> | ReflectedType;

  constructor(codec: MessageClass<T> | ReflectedType, typename = protobufTypename(codec)) {
    super(typename);
    this.#codec = codec;
  }

  override toJson(value: T): unknown {
    return protobufToJson(this.#codec, value as object);
  }

  override fromJson(json: unknown): T | undefined {
    return protobufFromJson(this.#codec, this.typename, json) as T | undefined;
  }

  serialize(value: T): Uint8Array {
    if (typeof value !== "object" || value === null) {
      throw new StatefunError("VALUE_INVALID", `A ${this.typename} must be a message, not ${describeValue(value)}.`);
    }
    try {
      return this.#codec.encode(value).finish();
    } catch (error) {
      const why = describe(error);
      throw new StatefunError("VALUE_INVALID", `A ${this.typename} can't be encoded: ${why}`, { cause: error });
    }
  }

  deserialize(bytes: Uint8Array): T {
    try {
      return this.#codec.decode(bytes) as T;
    } catch (error) {
      const why = describe(error);
      throw new StatefunError("VALUE_UNREADABLE", `A ${this.typename} can't be decoded: ${why}`, { cause: error });
    }
  }
}

/**
 * Finds the type of this name that was made last, here or by a first message of its class.
 * @internal
 */
export function typeNamed(typename: string): Type<any> | undefined {
  return notedType(typename) as Type<any> | undefined;
}

/** Finds the Type behind a Type, a protobufjs message class or a reflected type. Throws TYPE_UNKNOWN. */
export function typeOf(like: TypeLike): Type<any> {
  if (like instanceof Type) return like;
  if (isProtobufCodec(like)) {
    let type = protobufTypes.get(like);
    if (type === undefined) {
      type = new ProtobufType(like);
      protobufTypes.set(like, type);
    }
    return type;
  }
  throw new StatefunError(
    "TYPE_UNKNOWN",
    `${nameOf(like)} is not a type. Give one of Types (Types.int, …), a protobufjs message class, json(…) or custom(…). ${otherCopy}`,
  );
}

/** Whether something encodes and decodes as protobufjs's classes and reflected types do. */
export function isProtobufCodec(like: unknown): like is MessageClass | ReflectedType {
  if ((typeof like !== "function" && typeof like !== "object") || like === null) return false;
  const codec = like as Partial<ReflectedType>;
  return typeof codec.encode === "function" && typeof codec.decode === "function";
}

function protobufTypename(codec: MessageClass | ReflectedType): string {
  const { getTypeUrl, $type, fullName } = codec as {
    getTypeUrl?: () => unknown;
    $type?: ReflectedType;
    fullName?: unknown;
  };
  if (typeof getTypeUrl === "function") return String(getTypeUrl.call(codec));
  // A reflected full name starts with a dot: the path from the root.
  const name = $type?.fullName ?? fullName;
  if (typeof name === "string") return typeUrlPrefix + name.replace(/^\./, "");
  throw new StatefunError(
    "TYPE_UNKNOWN",
    `${nameOf(codec)} does not say its full name. Generate it without --no-typeurl, or give a typename: protobuf(${nameOf(codec)}, "…").`,
  );
}

function nameOf(like: unknown): string {
  if (typeof like === "function") return like.name || "An anonymous function";
  if (like === undefined) return "undefined (an import cycle?)";
  return typeof like === "object" && like !== null ? "An object" : describe(like);
}
