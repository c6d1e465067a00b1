// The primitive types: StateFun's own on v3 (field 1 of a one-field message), google.protobuf wrappers on v2.

import protobuf from "protobufjs/minimal.js";
import { StatefunError } from "../errors.js";
import { Type } from "../model/type.js";

const { Reader, Writer } = protobuf;
type ProtoReader = InstanceType<typeof Reader>;
type ProtoWriter = InstanceType<typeof Writer>;

/** How one kind of value is checked, and written to and read from field 1. */
interface Scalar<T> {
  readonly wireType: number;
  /** Says what is wrong with a value, or undefined when it fits. */
  check(value: T): string | undefined;
  /** The value that is left out of the bytes, as proto3 does. */
  isDefault(value: T): boolean;
  readonly initial: T;
  write(writer: ProtoWriter, value: T): void;
  read(reader: ProtoReader): T;
}

class ScalarType<T> extends Type<T> {
  readonly #scalar: Scalar<T>;

  constructor(typename: string, scalar: Scalar<T>, v2?: Type<T>) {
    super(typename, v2);
    this.#scalar = scalar;
  }

  serialize(value: T): Uint8Array {
    const scalar = this.#scalar;
    const wrong = scalar.check(value);
    if (wrong !== undefined) {
      throw new StatefunError("VALUE_INVALID", `${show(value)} is not a ${this.typename}: ${wrong}.`);
    }
    const writer = Writer.create();
    if (!scalar.isDefault(value)) scalar.write(writer.uint32((1 << 3) | scalar.wireType), value);
    return writer.finish();
  }

  deserialize(bytes: Uint8Array): T {
    const scalar = this.#scalar;
    let value = scalar.initial;
    try {
      const reader = Reader.create(bytes);
      while (reader.pos < reader.len) {
        const tag = reader.uint32();
        if (tag === ((1 << 3) | scalar.wireType)) value = scalar.read(reader);
        else reader.skipType(tag & 7);
      }
    } catch (error) {
      throw new StatefunError("VALUE_UNREADABLE", `${bytes.length} bytes are not a ${this.typename}.`, {
        cause: error,
      });
    }
    return value;
  }
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  return typeof value === "object" ? Object.prototype.toString.call(value) : `${String(value)} (a ${typeof value})`;
}

const bool: Scalar<boolean> = {
  wireType: 0,
  check: (value) => (typeof value === "boolean" ? undefined : "it must be true or false"),
  isDefault: (value) => !value,
  initial: false,
  write: (writer, value) => writer.bool(value),
  read: (reader) => reader.bool(),
};

const isInt32 = (value: number) => (value | 0) === value && !Object.is(value, -0);
const int: Omit<Scalar<number>, "wireType" | "write" | "read"> = {
  check: (value) =>
    typeof value === "number" && (isInt32(value) || value === 0)
      ? undefined
      : "it must be a whole number from -2147483648 to 2147483647; use Types.long or Types.double beyond that",
  isDefault: (value) => value === 0,
  initial: 0,
};
const sfixed32: Scalar<number> = {
  ...int,
  wireType: 5,
  write: (writer, value) => writer.sfixed32(value),
  read: (reader) => reader.sfixed32(),
};
const int32: Scalar<number> = {
  ...int,
  wireType: 0,
  write: (writer, value) => writer.int32(value),
  read: (reader) => reader.int32(),
};

// protobufjs reads and writes 64-bit integers as two halves; BigInt joins them without a loss.
const halves = (value: bigint) => ({
  low: Number(BigInt.asIntN(32, value)),
  high: Number(BigInt.asIntN(32, value >> 32n)),
  unsigned: false,
});
const joined = (long: unknown): bigint => {
  if (typeof long === "number") return BigInt(long);
  const { low, high } = long as { low: number; high: number };
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
};
const long: Omit<Scalar<bigint>, "wireType" | "write" | "read"> = {
  check: (value) => {
    if (typeof value !== "bigint") return "it must be a bigint, for example 5n";
    return BigInt.asIntN(64, value) === value ? undefined : "it does not fit in 64 bits";
  },
  isDefault: (value) => value === 0n,
  initial: 0n,
};
const sfixed64: Scalar<bigint> = {
  ...long,
  wireType: 1,
  write: (writer, value) => writer.sfixed64(halves(value)),
  read: (reader) => joined(reader.sfixed64()),
};
const int64: Scalar<bigint> = {
  ...long,
  wireType: 0,
  write: (writer, value) => writer.int64(halves(value)),
  read: (reader) => joined(reader.int64()),
};

const isNumber = (value: number) => (typeof value === "number" ? undefined : "it must be a number");
// Minus zero is not the default: proto3 compares the bits.
const isPlusZero = (value: number) => Object.is(value, 0);
const float: Scalar<number> = {
  wireType: 5,
  check: (value) => {
    if (Number.isFinite(value) && !Number.isFinite(Math.fround(value))) {
      return "it is beyond a 32-bit float; use Types.double";
    }
    return isNumber(value);
  },
  isDefault: isPlusZero,
  initial: 0,
  write: (writer, value) => writer.float(value),
  read: (reader) => reader.float(),
};
const double: Scalar<number> = {
  wireType: 1,
  check: isNumber,
  isDefault: isPlusZero,
  initial: 0,
  write: (writer, value) => writer.double(value),
  read: (reader) => reader.double(),
};

const string: Scalar<string> = {
  wireType: 2,
  check: (value) => (typeof value === "string" ? undefined : "it must be a string"),
  isDefault: (value) => value === "",
  initial: "",
  write: (writer, value) => writer.string(value),
  read: (reader) => reader.string(),
};
const bytes: Scalar<Uint8Array> = {
  wireType: 2,
  check: (value) => (value instanceof Uint8Array ? undefined : "it must be a Uint8Array"),
  isDefault: (value) => value.length === 0,
  initial: new Uint8Array(0),
  write: (writer, value) => writer.bytes(value),
  // A copy: the bytes must not pin the whole request, nor change with a pooled buffer.
  read: (reader) => Uint8Array.from(reader.bytes()),
};

const wrapper = <T>(name: string, scalar: Scalar<T>): Type<T> =>
  new ScalarType(`type.googleapis.com/google.protobuf.${name}`, scalar);

/**
 * The primitive types. On a v3 engine they travel as `io.statefun.types/…`, on a v2 engine as google.protobuf wrappers.
 * `bytes`, which StateFun lacks, is google.protobuf.BytesValue on both.
 */
export const Types = Object.freeze({
  /** true or false. */
  bool: new ScalarType("io.statefun.types/bool", bool, wrapper("BoolValue", bool)) as Type<boolean>,
  /** A whole number of 32 bits; anything else is VALUE_INVALID. */
  int: new ScalarType("io.statefun.types/int", sfixed32, wrapper("Int32Value", int32)) as Type<number>,
  /** A whole number of 64 bits, as a bigint; anything else is VALUE_INVALID. */
  long: new ScalarType("io.statefun.types/long", sfixed64, wrapper("Int64Value", int64)) as Type<bigint>,
  /** A 32-bit floating point number: rounded to its precision, VALUE_INVALID beyond its range. */
  float: new ScalarType("io.statefun.types/float", float, wrapper("FloatValue", float)) as Type<number>,
  /** A 64-bit floating point number: every JavaScript number, exactly. */
  double: new ScalarType("io.statefun.types/double", double, wrapper("DoubleValue", double)) as Type<number>,
  /** Text, as UTF-8. */
  string: new ScalarType("io.statefun.types/string", string, wrapper("StringValue", string)) as Type<string>,
  /** Bytes as they are. */
  bytes: wrapper("BytesValue", bytes),
});
