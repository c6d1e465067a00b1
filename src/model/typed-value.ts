// A value in its bytes, with the name of its type.

import type { WireWriter } from "../bytes/writer.js";
import { describeValue, otherCopy, StatefunError } from "../errors.js";
import { Metadata, type MetadataEntry, writeMetadata } from "./metadata.js";
import type { TypenameOf } from "./named.js";
import {
  decodeMessage,
  isProtobufCodec,
  type MessageClass,
  notAType,
  protobufTypename,
  type ReflectedType,
} from "./protobuf-class.js";
import { showTypeAndValue } from "./shown-value.js";
import { isWellFormed } from "./text.js";
import { namesType } from "./type-url.js";

const noBytes = new Uint8Array(0);

/**
 * A value that cannot change and is encoded late, straight into the buffer of the answer.
 * @internal
 */
export interface Unencoded {
  /** Whether the value takes no more memory than its bytes: a number does not, and text may be a part of larger text. */
  readonly isSmall: boolean;
  /** Writes the bytes, without their length. */
  write(writer: WireWriter): void;
  encode(): Uint8Array;
  toV2(): TypedValue;
}

/** The part of a Type that reads packed values. */
export interface ValueReader<T> {
  reads(typename: string): boolean;
  unpack(packed: TypedValue<unknown>): T;
}

/** The TypeScript type of a type's values: of a Type, a message class or a reflected type. */
export type ValueOf<L> =
  L extends ValueReader<infer T>
    ? T
    : L extends abstract new (
          ...args: any[]
        ) => infer T
      ? T
      : L extends ReflectedType
        ? any
        : never;

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
export class TypedValue<T = any, N extends string = TypenameOf<T>> {
  /** The name of the type that encoded the bytes (v3 `typename`, v2 `type_url`). */
  readonly typename: string;
  #bytes: Uint8Array | Unencoded;
  #start = 0;
  #end = -1;
  #v2: TypedValue | undefined;
  /** Undefined when there is none, as for most values. */
  #metadata: Metadata | undefined;
  /** For the compiler alone: the type of the decoded value. */
  declare protected readonly decoded?: T;
  /** For the compiler alone: the typename that the value's shape carries. */
  declare protected readonly named?: N;

  constructor(typename: string, value: Uint8Array = noBytes) {
    this.typename = typename;
    this.#bytes = value;
  }

  /**
   * Makes a value whose bytes are a part of larger bytes.
   * @internal
   */
  static slice(
    typename: string,
    bytes: Uint8Array,
    start: number,
    end: number,
    metadata?: readonly MetadataEntry[],
  ): TypedValue {
    const value = new TypedValue(typename, bytes);
    value.#start = start;
    value.#end = end;
    if (metadata !== undefined) value.#metadata = Metadata.wrap(metadata);
    return value;
  }

  /**
   * Makes a value that is encoded late.
   * @internal
   */
  static unencoded<T>(typename: string, value: Unencoded): TypedValue<T> {
    return new TypedValue(typename, value as unknown as Uint8Array);
  }

  /**
   * Makes a value that has another form on v2 engines.
   * @internal
   */
  static inBoth(typename: string, bytes: Uint8Array, v2: TypedValue): TypedValue {
    const value = new TypedValue(typename, bytes);
    value.#v2 = v2;
    return value;
  }

  /** The serialized value. */
  get value(): Uint8Array {
    // The value stays as it is: its bytes don't show its form on v2.
    if (!(this.#bytes instanceof Uint8Array)) return this.#bytes.encode();
    if (this.#end >= 0) this.#bytes = this.#bytes.subarray(this.#start, this.#end);
    this.#end = -1;
    return this.#bytes;
  }

  /** The metadata of the message that brought the value. It has no pairs when the value came with no message. */
  get metadata(): Metadata {
    return this.#metadata ?? Metadata.none;
  }

  /**
   * Whether the value has metadata.
   * @internal
   */
  get hasMetadata(): boolean {
    return this.#metadata !== undefined;
  }

  /**
   * The same value with this metadata, or without any.
   * @internal
   */
  withMetadata(metadata: Metadata | undefined): TypedValue<T, N> {
    if (metadata === this.#metadata) return this;
    const value = new TypedValue<T, N>(this.typename);
    value.#bytes = this.#bytes;
    value.#start = this.#start;
    value.#end = this.#end;
    value.#v2 = this.#v2;
    value.#metadata = metadata;
    return value;
  }

  /**
   * The same value with the metadata of another one.
   * @internal
   */
  withMetadataOf(other: TypedValue): TypedValue<T, N> {
    return this.withMetadata(other.#metadata);
  }

  /**
   * Writes the metadata as fields of the message around the value.
   * @internal
   */
  writeMetadata(writer: WireWriter): void {
    if (this.#metadata !== undefined) writeMetadata(writer, this.#metadata);
  }

  /**
   * Reads the bytes where they lie. A view of them, which {@link value} makes, costs more than reading a primitive.
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
   * How many bytes the serialized value has.
   * @internal
   */
  get byteLength(): number {
    return this.readWith(lengthOf);
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

  /**
   * The value that is encoded late; undefined when there are bytes.
   * @internal
   */
  get unencoded(): Unencoded | undefined {
    return this.#bytes instanceof Uint8Array ? undefined : this.#bytes;
  }

  /**
   * The same value with bytes that nobody who has this value can change; `copy` copies bytes. A value that is encoded late
   * and takes no more memory than its bytes stays as it is.
   * @internal
   */
  own(copy: (bytes: Uint8Array) => Uint8Array): TypedValue {
    const { unencoded } = this;
    if (unencoded?.isSmall) return this;
    const own: TypedValue = new TypedValue(
      this.typename,
      unencoded === undefined ? copy(this.value) : unencoded.encode(),
    );
    own.#metadata = this.#metadata;
    return own;
  }

  /** Whether the value is of this type. Throws TYPE_UNKNOWN when `type` is neither a Type nor a message class. */
  is(type: ValueReader<any> | MessageClass | ReflectedType): boolean {
    if (isReader(type)) return type.reads(this.typename);
    if (isProtobufCodec(type)) return namesType(protobufTypename(type), this.typename);
    throw notAType(type);
  }

  /** Decodes the value as this type. Throws VALUE_UNREADABLE when it is of another type, and TYPE_UNKNOWN. */
  as<L extends ValueReader<any> | MessageClass | ReflectedType>(type: L): ValueOf<L> {
    if (isReader(type)) return type.unpack(this) as ValueOf<L>;
    if (!isProtobufCodec(type)) throw notAType(type);
    const typename = protobufTypename(type);
    if (namesType(typename, this.typename)) return decodeMessage(type, typename, this.value) as ValueOf<L>;
    throw unreadableAs(typename, this);
  }

  /** The same value in the form that functions of a v2 engine expect. */
  toV2(): TypedValue {
    if (this.#v2 === undefined) this.#v2 = this.#bytes instanceof Uint8Array ? this : this.#bytes.toV2();
    return this.#metadata === undefined ? this.#v2 : this.#v2.withMetadata(this.#metadata);
  }
}

const lengthOf = (_bytes: Uint8Array, start: number, end: number) => end - start;

showTypeAndValue(TypedValue.prototype);

/** Throws VALUE_UNTYPED when a value is not packed, and TYPE_NAME_INVALID when UTF-8 can't carry its typename. */
export function assertPacked(value: unknown): asserts value is TypedValue {
  if (value instanceof TypedValue) return assertTypename(value);
  throw new StatefunError(
    "VALUE_UNTYPED",
    `The value is ${describeValue(value)}, which is not packed. Pack it with its type: Types.string.pack("…"). ${otherCopy}`,
  );
}

/** Throws TYPE_NAME_INVALID when UTF-8 can't carry the typename of a packed value, which its user may have written. */
export function assertTypename({ typename }: TypedValue): void {
  if (isWellFormed(typename)) return;
  throw new StatefunError(
    "TYPE_NAME_INVALID",
    `The typename ${describeValue(typename)} of a packed value holds half of a surrogate pair.`,
  );
}

/** Whether a value has the properties of a packed value, as one of another copy of this package has. */
export function looksPacked(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { typename, value: bytes } = value as { typename?: unknown; value?: unknown };
  return typeof typename === "string" && bytes instanceof Uint8Array;
}

/** The error for a packed value of another type than `typename`. */
export function unreadableAs(typename: string, packed: TypedValue<unknown>): StatefunError {
  return new StatefunError(
    "VALUE_UNREADABLE",
    `A value of type ${packed.typename} can't be read as ${typename}. Check its type first, with is(…).`,
  );
}

function isReader(type: unknown): type is ValueReader<unknown> {
  if (typeof type !== "object" || type === null) return false;
  const { reads, unpack } = type as Partial<ValueReader<unknown>>;
  return typeof reads === "function" && typeof unpack === "function";
}
