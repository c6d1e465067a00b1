// The primitive types of the two generations: io.statefun.types/… on v3, google.protobuf's wrappers on v2. A primitive
// that crosses from one generation to the other changes its typename; an integer changes its bytes too.

import { fixed32, fixed64, tag, varint, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import type { Generation } from "../model/invocation.js";
import { TypedValue } from "../model/typed-value.js";

/** How an integer is written on v3. The other primitives have the same bytes in both generations. */
interface Integer {
  readonly fixed: number;
  readFixed(reader: WireReader, end: number): bigint;
  writeFixed(writer: WireWriter, value: bigint): void;
}

const int: Integer = {
  fixed: tag(1, fixed32),
  readFixed: (reader, end) => BigInt(reader.fixed32(end)),
  writeFixed: (writer, value) => writer.fixed32(Number(BigInt.asIntN(32, value))),
};
const long: Integer = {
  fixed: tag(1, fixed64),
  readFixed: (reader, end) => reader.fixed(8, end).getBigInt64(0, true),
  writeFixed: (writer, value) => writer.fixed64(value),
};
const varintField = tag(1, varint);

interface Primitive {
  readonly typename: string;
  readonly integer: Integer | undefined;
}

const names: readonly [v3: string, v2: string, integer?: Integer][] = [
  ["bool", "BoolValue"],
  ["int", "Int32Value", int],
  ["long", "Int64Value", long],
  ["float", "FloatValue"],
  ["double", "DoubleValue"],
  ["string", "StringValue"],
];
/** The primitives of each generation, by their typenames in the other one. */
const primitives: Readonly<Record<Generation, ReadonlyMap<string, Primitive>>> = {
  v2: new Map(
    names.map(([v3, v2, integer]) => [
      `io.statefun.types/${v3}`,
      { typename: `type.googleapis.com/google.protobuf.${v2}`, integer },
    ]),
  ),
  v3: new Map(
    names.map(([v3, v2, integer]) => [
      `type.googleapis.com/google.protobuf.${v2}`,
      { typename: `io.statefun.types/${v3}`, integer },
    ]),
  ),
};

/** The same value in the form of a generation. A value whose bytes are not of their type stays as it is. */
export function primitiveFor(value: TypedValue, generation: Generation): TypedValue {
  const primitive = primitives[generation].get(value.typename);
  if (primitive === undefined) return value;
  const { typename, integer } = primitive;
  if (integer === undefined) return new TypedValue(typename, value.value).withMetadataOf(value);
  const number = readInteger(value.value, integer, generation);
  if (number === undefined) return value;
  return new TypedValue(typename, integerBytes(number, integer, generation)).withMetadataOf(value);
}

function readInteger(bytes: Uint8Array, { fixed, readFixed }: Integer, to: Generation): bigint | undefined {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  const field = to === "v2" ? fixed : varintField;
  let integer = 0n;
  try {
    while (reader.pos < end) {
      const fieldTag = reader.tag(end);
      if (fieldTag !== field) reader.skip(fieldTag, end);
      else integer = to === "v2" ? readFixed(reader, end) : reader.varint64(end);
    }
  } catch {
    return undefined; // the receiver refuses such bytes with an error of its own
  }
  return integer;
}

/** Encodes an integer. Zero is the default, which proto3 leaves out. */
function integerBytes(integer: bigint, { fixed, writeFixed }: Integer, to: Generation): Uint8Array {
  const writer = new WireWriter();
  if (integer !== 0n) {
    writer.uint32(to === "v2" ? varintField : fixed);
    if (to === "v2") writer.varint64(integer);
    else writeFixed(writer, integer);
  }
  return writer.finish();
}
