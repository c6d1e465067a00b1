// The primitive types: StateFun's own on v3 (field 1 of a one-field message), google.protobuf wrappers on v2.

import { delimited, fixed32, fixed64, tag, varint, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import { describe, describeValue, StatefunError } from "../errors.js";
import { isWellFormed } from "../model/text.js";
import { type Content, Type, type TypeForm } from "../model/type.js";
import { TypedValue, type Unencoded } from "../model/typed-value.js";
import { addressType } from "./address-type.js";
import { boolJson, bytesJson, doubleJson, intJson, longJson, type ScalarJson, stringJson } from "./scalar-json.js";

/** How one kind of value is checked, written to field 1 and read from it. */
interface Scalar<T> {
  readonly wireType: number;
  /** Says what is wrong with a value; undefined when the value fits. */
  check(value: T): string | undefined;
  /** Whether the value is the default, which proto3 leaves out of the bytes. */
  isDefault(value: T): boolean;
  readonly initial: T;
  /** The value as it comes back from its bytes. Defaults to the value itself. */
  settle?(value: T): T;
  readonly json: ScalarJson<T>;
  write(writer: WireWriter, value: T): void;
  read(reader: WireReader, end: number): T;
}

class ScalarType<T> extends Type<T> {
  readonly #v2: Type<T> | undefined;
  readonly #scalar: Scalar<T>;
  readonly #tag: number;
  readonly #read: (bytes: Uint8Array, start: number, end: number) => T;

  constructor(typename: string, scalar: Scalar<T>, v2?: Type<T>) {
    super(typename);
    this.#v2 = v2;
    this.#scalar = scalar;
    this.#tag = tag(1, scalar.wireType);
    this.#read = (bytes, start, end) => this.#decode(bytes, start, end);
  }

  override get form(): TypeForm {
    return "primitive";
  }

  override get v2(): Type<T> | undefined {
    return this.#v2;
  }

  override toJson(value: T): unknown {
    return this.#scalar.json.toJson(value);
  }

  override fromJson(json: unknown): T {
    const { fromJson, expected } = this.#scalar.json;
    const value = fromJson(json);
    if (value === undefined) {
      throw new StatefunError("VALUE_INVALID", `${show(json)} is not a ${this.typename}: it must be ${expected}.`);
    }
    this.#check(value);
    return value;
  }

  /** A string or bytes are the one field of their message, which begins with the field's tag and length. */
  override contentOf(bytes: Uint8Array, length = bytes.length): Content | undefined {
    const { wireType, initial } = this.#scalar;
    if (wireType !== delimited || bytes[0] !== this.#tag) return undefined;
    const reader = new WireReader(bytes);
    reader.pos = 1;
    try {
      if (reader.endOfField(length) !== length) return undefined;
    } catch {
      return undefined; // the bytes are cut off
    }
    return { start: reader.pos, isText: typeof initial === "string" };
  }

  override get sharesBytes(): boolean {
    return false;
  }

  serialize(value: T): Uint8Array {
    this.#check(value);
    const writer = new WireWriter();
    this.write(writer, value);
    return writer.finish();
  }

  deserialize(bytes: Uint8Array): T {
    return this.#decode(bytes, 0, bytes.length);
  }

  override read(packed: TypedValue<unknown>): T {
    const { unencoded } = packed;
    if (unencoded instanceof UnencodedScalar && unencoded.type === this) return unencoded.value;
    return packed.readWith(this.#read);
  }

  override packsLater(value: T): boolean {
    if (typeof value === "object") return false;
    this.#check(value);
    return true;
  }

  override pack(value: T): TypedValue<T> {
    this.#check(value);
    // Bytes may change after they are packed, so they are encoded now. Every other primitive is immutable: it is
    // encoded later, into the buffer of the answer.
    if (typeof value === "object") return super.pack(value);
    const scalar = this.#scalar;
    const settled = scalar.settle === undefined ? value : scalar.settle(value);
    return TypedValue.unencoded<T>(this.typename, new UnencodedScalar(this, settled));
  }

  write(writer: WireWriter, value: T): void {
    const scalar = this.#scalar;
    if (scalar.isDefault(value)) return;
    writer.uint32(this.#tag);
    scalar.write(writer, value);
  }

  #check(value: T): void {
    const wrong = this.#scalar.check(value);
    if (wrong === undefined) return;
    throw new StatefunError("VALUE_INVALID", `${show(value)} is not a ${this.typename}: ${wrong}.`);
  }

  #decode(bytes: Uint8Array, start: number, end: number): T {
    const scalar = this.#scalar;
    let value = scalar.initial;
    try {
      const reader = new WireReader(bytes);
      reader.pos = start;
      while (reader.pos < end) {
        const fieldTag = reader.tag(end);
        if (fieldTag === this.#tag) value = scalar.read(reader, end);
        else reader.skip(fieldTag, end);
      }
    } catch (error) {
      throw new StatefunError("VALUE_UNREADABLE", `${end - start} bytes are not a ${this.typename}.`, {
        cause: error,
      });
    }
    return value;
  }
}

class UnencodedScalar<T> implements Unencoded {
  readonly type: ScalarType<T>;
  readonly value: T;

  constructor(type: ScalarType<T>, value: T) {
    this.type = type;
    this.value = value;
  }

  get isSmall(): boolean {
    return typeof this.value !== "string";
  }

  write(writer: WireWriter): void {
    this.type.write(writer, this.value);
  }

  encode(): Uint8Array {
    return this.type.serialize(this.value);
  }

  toV2(): TypedValue {
    return (this.type.v2 ?? this.type).pack(this.value);
  }
}

function show(value: unknown): string {
  const named = typeof value === "object" || typeof value === "string" || value === undefined;
  return named ? describeValue(value) : `${describe(value)} (a ${typeof value})`;
}

const bool: Scalar<boolean> = {
  wireType: varint,
  check: (value) => (typeof value === "boolean" ? undefined : "it must be true or false"),
  isDefault: (value) => !value,
  initial: false,
  json: boolJson,
  write: (writer, value) => writer.uint32(value ? 1 : 0),
  read: (reader, end) => reader.bool(end),
};

const isInt32 = (value: number) => (value | 0) === value && !Object.is(value, -0);
const int: Omit<Scalar<number>, "wireType" | "write" | "read"> = {
  check: (value) =>
    typeof value === "number" && (isInt32(value) || value === 0)
      ? undefined
      : "it must be a whole number from -2147483648 to 2147483647; use Types.long or Types.double beyond that",
  isDefault: (value) => value === 0,
  initial: 0,
  settle: (value) => value | 0, // minus zero becomes zero
  json: intJson,
};
const sfixed32: Scalar<number> = {
  ...int,
  wireType: fixed32,
  write: (writer, value) => writer.fixed32(value),
  read: (reader, end) => reader.fixed32(end),
};
const int32: Scalar<number> = {
  ...int,
  wireType: varint,
  write: (writer, value) => writer.varint64(BigInt(value)),
  read: (reader, end) => reader.uint32(end) | 0,
};

const long: Omit<Scalar<bigint>, "wireType" | "write" | "read"> = {
  check: (value) => {
    if (typeof value !== "bigint") return "it must be a bigint, for example 5n";
    return BigInt.asIntN(64, value) === value ? undefined : "it does not fit in 64 bits";
  },
  isDefault: (value) => value === 0n,
  initial: 0n,
  json: longJson,
};
const sfixed64: Scalar<bigint> = {
  ...long,
  wireType: fixed64,
  write: (writer, value) => writer.fixed64(value),
  read: (reader, end) => reader.fixed(8, end).getBigInt64(0, true),
};
const int64: Scalar<bigint> = {
  ...long,
  wireType: varint,
  write: (writer, value) => writer.varint64(value),
  read: (reader, end) => reader.varint64(end),
};

const isNumber = (value: number) => (typeof value === "number" ? undefined : "it must be a number");
// Minus zero is not the default: proto3 compares the bits.
const isPlusZero = (value: number) => Object.is(value, 0);
const float: Scalar<number> = {
  wireType: fixed32,
  check: (value) => {
    if (Number.isFinite(value) && !Number.isFinite(Math.fround(value))) {
      return "it is beyond a 32-bit float; use Types.double";
    }
    return isNumber(value);
  },
  isDefault: isPlusZero,
  initial: 0,
  settle: Math.fround,
  json: doubleJson,
  write: (writer, value) => writer.float(value),
  read: (reader, end) => reader.fixed(4, end).getFloat32(0, true),
};
const double: Scalar<number> = {
  wireType: fixed64,
  check: isNumber,
  isDefault: isPlusZero,
  initial: 0,
  json: doubleJson,
  write: (writer, value) => writer.double(value),
  read: (reader, end) => reader.fixed(8, end).getFloat64(0, true),
};

const string: Scalar<string> = {
  wireType: delimited,
  check: (value) => {
    if (typeof value !== "string") return "it must be a string";
    return isWellFormed(value) ? undefined : "it holds half of a surrogate pair; cut text between whole characters";
  },
  isDefault: (value) => value === "",
  initial: "",
  json: stringJson,
  write: (writer, value) => writer.text(value),
  read: (reader, end) => reader.string(end),
};
const bytes: Scalar<Uint8Array> = {
  wireType: delimited,
  check: (value) => (value instanceof Uint8Array ? undefined : "it must be a Uint8Array"),
  isDefault: (value) => value.length === 0,
  initial: new Uint8Array(0),
  json: bytesJson,
  write: (writer, value) => writer.raw(value),
  // The bytes are copied. A view would keep the whole request in memory, and would change when a pooled buffer is used again.
  read: (reader, end) => reader.copy(end),
};

const wrapper = <T>(name: string, scalar: Scalar<T>): Type<T> =>
  new ScalarType(`type.googleapis.com/google.protobuf.${name}`, scalar);

/**
 * The primitive types. On a v3 engine they travel as `io.statefun.types/…`, on a v2 engine as google.protobuf wrappers.
 * `bytes`, which StateFun lacks, is google.protobuf.BytesValue on both.
 *
 * @example
 * ```ts
 * new StatefulFunctions().register(
 *   "example/sum",
 *   (amount, context) => context.send("example/count", "all", Types.long.pack(BigInt(amount))),
 *   { handles: [Types.int] },
 * );
 * ```
 */
export const Types = Object.freeze({
  /** true or false. */
  bool: new ScalarType("io.statefun.types/bool", bool, wrapper("BoolValue", bool)) as Type<boolean>,
  /** A whole number of 32 bits; any other number is VALUE_INVALID. */
  int: new ScalarType("io.statefun.types/int", sfixed32, wrapper("Int32Value", int32)) as Type<number>,
  /** A whole number of 64 bits, as a bigint; any other value is VALUE_INVALID. */
  long: new ScalarType("io.statefun.types/long", sfixed64, wrapper("Int64Value", int64)) as Type<bigint>,
  /** A 32-bit floating point number: rounded to its precision, VALUE_INVALID beyond its range. */
  float: new ScalarType("io.statefun.types/float", float, wrapper("FloatValue", float)) as Type<number>,
  /** A 64-bit floating point number: every JavaScript number, exactly. */
  double: new ScalarType("io.statefun.types/double", double, wrapper("DoubleValue", double)) as Type<number>,
  /** Text, as UTF-8. */
  string: new ScalarType("io.statefun.types/string", string, wrapper("StringValue", string)) as Type<string>,
  /** Bytes as they are. */
  bytes: wrapper("BytesValue", bytes),
  /** An address, as StateFun's protocol writes it; no primitive, and the same on both engines. */
  address: addressType,
});
