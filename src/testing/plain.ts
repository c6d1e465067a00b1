// Turns values into what assertions compare and print well.

import { Metadata } from "../model/metadata.js";
import { isProtobufCodec } from "../model/protobuf-class.js";
import type { Type } from "../model/type.js";
import { TypedValue } from "../model/typed-value.js";
import { recordObject } from "../types/record-json.js";

/** Finds a type by its typename; undefined when this process does not have it. */
export type FindType = (typename: string) => Type<any> | undefined;

/**
 * Decodes a packed value and makes it plain. Of a value whose type is not known, or can't read the bytes, the typename and the
 * bytes are shown: another version may have written the bytes.
 */
export function plainOf(value: TypedValue, find: FindType): unknown {
  const type = find(value.typename);
  try {
    if (type !== undefined) return plain(type.unpack(value));
    const record = recordObject(value, (content) => plainOf(content, find));
    if (record !== undefined) return plainRecord(record);
  } catch {} // the bytes are not of the type
  return { typename: value.typename, bytes: new Uint8Array(value.value) };
}

/** A record for Kafka or Kinesis is shown by the options that have made it. An option that is missing stays so. */
function plainRecord(record: Readonly<Record<string, unknown>>): object {
  const { headers } = record;
  return headers instanceof Metadata ? { ...record, headers: textsOf(headers) } : record;
}

/** Metadata as texts by their names. */
export function textsOf(metadata: Metadata): Record<string, string | null> {
  return Object.fromEntries(Array.from(metadata, ([name]) => [name, metadata.getText(name) ?? null]));
}

/** Makes a value plain: a protobuf message becomes an object of all its fields. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (typeof value !== "object" || value === null || value instanceof TypedValue) return value;
  const codec: unknown = value.constructor;
  if (!isProtobufCodec(codec)) return value;
  const { toObject } = codec as { toObject?: (message: object, options: object) => object };
  return fields(toObject === undefined ? { ...value } : toObject.call(codec, value, { defaults: true }));
}

/** Messages that are not set are left out: protobufjs shows them as null. */
function fields(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(fields);
  if (typeof value !== "object" || value === null) return value;
  if (isLong(value)) return toBigInt(value);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => (field === null ? [] : [[name, fields(field)]])),
  );
}

interface Long {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

const isLong = (value: object): value is Long => "low" in value && "high" in value && "unsigned" in value;

function toBigInt({ low, high, unsigned }: Long): bigint {
  const bits = (BigInt(high) << 32n) | BigInt(low >>> 0);
  return unsigned ? BigInt.asUintN(64, bits) : BigInt.asIntN(64, bits);
}
