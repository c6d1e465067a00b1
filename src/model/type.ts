// A type: how values become bytes and come back, under a name that both sides know.

import { notedType, noteType } from "./known-types.js";
import { parseTypeName } from "./type-name.js";
import { namesType } from "./type-url.js";
import { TypedValue, unreadableAs, type ValueReader } from "./typed-value.js";

/**
 * A value that may change deep inside, as it was when it was taken last. To take it costs less than to encode it.
 * @internal
 */
export interface Followed<T> {
  /**
   * Takes the value as it is. Returns whether its bytes differ from those of the value that was kept. Throws VALUE_INVALID.
   */
  take(value: T): boolean;
  /** Keeps what was taken last. A take that was not kept must not be followed by another one. */
  keep(): void;
  /** Packs the value that was taken last, which nobody may have changed since. */
  packTaken(): TypedValue<T>;
  /** Packs what was kept last, and forgets what was only taken. Throws when the value has grown too large to be packed. */
  packKept(): TypedValue<T>;
}

/** How the values of a type are written: as JSON, as protobuf messages, as StateFun's own types, or in a way of the user's own. */
export type TypeForm = "json" | "protobuf" | "primitive" | "unknown";

/**
 * The text or the bytes that a value is: they reach to the end of its packed bytes.
 * @internal
 */
export interface Content {
  /** Where the content begins. */
  readonly start: number;
  /** Whether the content is text in UTF-8: a string, or JSON. */
  readonly isText: boolean;
}

/**
 * Turns values into bytes and back, under a name that both sides know. `json`, `custom` and `protobuf` make types; a
 * subclass is one too.
 */
export abstract class Type<T> implements ValueReader<T> {
  /** The name that travels with every value, for example "io.statefun.types/int". */
  readonly typename: string;

  /** Throws TYPE_NAME_INVALID when the typename is not of the form "namespace/name". */
  constructor(typename: string) {
    parseTypeName(typename);
    this.typename = typename;
    noteType(this);
  }

  /**
   * Whether a decoded value may keep a view of the bytes it came from, so that a change of the value changes the bytes.
   * @internal
   */
  get sharesBytes(): boolean {
    return true;
  }

  /**
   * The type of the same values on a v2 engine, which has google.protobuf's wrappers instead of primitive types.
   * @internal
   */
  get v2(): Type<T> | undefined {
    return undefined;
  }

  /**
   * Begins to follow a value that may change deep inside; undefined when this type can only compare the bytes of values.
   * @internal
   */
  follow(): Followed<T> | undefined {
    return undefined;
  }

  /**
   * How values are written, for people.
   * @internal
   */
  get form(): TypeForm {
    return "unknown";
  }

  /**
   * Decodes a packed value of this typename.
   * @internal
   */
  read(packed: TypedValue<unknown>): T {
    return this.deserialize(packed.value);
  }

  /**
   * The value as JSON; undefined when this type has no JSON form.
   * @internal
   */
  toJson(_value: T): unknown {
    return undefined;
  }

  /**
   * Makes a value of JSON; undefined when this type has no JSON form. Throws VALUE_INVALID when the JSON does not fit.
   * @internal
   */
  fromJson(_json: unknown): T | undefined {
    return undefined;
  }

  /**
   * Finds the text or the bytes that a value is, inside its packed bytes; undefined when they have a form of their own. The bytes
   * may be the first ones of `length` bytes.
   * @internal
   */
  contentOf(_bytes: Uint8Array, _length?: number): Content | undefined {
    return undefined;
  }

  /**
   * The JSON Schema of the values; undefined when this type knows none.
   * @internal
   */
  jsonSchema(): unknown {
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

  /**
   * Checks a value that never changes, and so may be packed later. Returns false, and checks nothing, when the value has to be
   * packed at once. Throws VALUE_INVALID.
   * @internal
   */
  packsLater(_value: T): boolean {
    return false;
  }

  /** Whether this type reads values of this typename: its own, or that of its v2 form. */
  reads(typename: string): boolean {
    return this.isNamed(typename) || this.v2?.isNamed(typename) === true;
  }

  /**
   * Whether a typename is this type's own, without regard to its v2 form.
   * @internal
   */
  isNamed(typename: string): boolean {
    return namesType(this.typename, typename);
  }

  /** Decodes a packed value, also one in the type's v2 form. Throws VALUE_UNREADABLE. */
  unpack(packed: TypedValue<unknown>): T {
    if (this.isNamed(packed.typename)) return this.read(packed);
    if (this.v2?.isNamed(packed.typename)) return this.v2.read(packed);
    throw unreadableAs(this.typename, packed);
  }
}

/**
 * Finds the type of this typename that was made last in this process.
 * @internal
 */
export function typeNamed(typename: string): Type<any> | undefined {
  return notedType(typename) as Type<any> | undefined;
}
