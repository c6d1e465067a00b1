// protobufjs's writer, made to refuse a value that would be read as another one. protobufjs itself wraps a number that is
// too large, writes half of a surrogate pair as bytes that no reader takes, and writes 0 for a bigint.

import { describeValue } from "../errors.js";
import { isBase64, isWellFormed } from "./text.js";

/** The methods of protobufjs's Writer that write values. Version 7 lacks the methods for packed lists. */
interface ValueWriter {
  string(value: unknown): this;
  bytes(value: unknown): this;
  bool(value: unknown): this;
  int32(value: unknown): this;
  sint32(value: unknown): this;
  sfixed32(value: unknown): this;
  uint32(value: unknown): this;
  fixed32(value: unknown): this;
  int64(value: unknown): this;
  sint64(value: unknown): this;
  sfixed64(value: unknown): this;
  uint64(value: unknown): this;
  fixed64(value: unknown): this;
  float(value: unknown): this;
  double(value: unknown): this;
}

type WriterClass = new () => ValueWriter;
type ListWriters = Record<string, ((values: readonly unknown[]) => unknown) | undefined>;

/** A value that its field can't hold. */
export class UnfitValue extends Error {
  readonly value: unknown;

  /** `why` completes a sentence that begins with the value. */
  constructor(value: unknown, why: string) {
    super(`${describeValue(value)}, ${why}`);
    this.value = value;
  }
}

const checkedClasses = new WeakMap<object, WriterClass>();

/**
 * Finds the class of checked writers for the copy of protobufjs that made this writer; undefined for a writer that
 * protobufjs did not make.
 */
export function checkedWriterClass(writer: object): (new () => object) | undefined {
  const plain = writer.constructor as WriterClass;
  if (typeof plain !== "function" || !("ldelim" in writer)) return undefined;
  let checked = checkedClasses.get(plain);
  if (checked === undefined) {
    checked = makeCheckedClass(plain);
    checkedClasses.set(plain, checked);
  }
  return checked;
}

/** Every encoder of protobufjs writes each value by one of these methods, at any depth of a message. */
function makeCheckedClass(plain: WriterClass): WriterClass {
  class CheckedWriter extends plain {
    override string(value: unknown): this {
      return super.string(textOf(value));
    }
    override bytes(value: unknown): this {
      return super.bytes(bytesOf(value));
    }
    override bool(value: unknown): this {
      return super.bool(boolOf(value));
    }
    override int32(value: unknown): this {
      return super.int32(signed32(value));
    }
    override sint32(value: unknown): this {
      return super.sint32(signed32(value));
    }
    override sfixed32(value: unknown): this {
      return super.sfixed32(signed32(value));
    }
    override uint32(value: unknown): this {
      return super.uint32(unsigned32(value));
    }
    override fixed32(value: unknown): this {
      return super.fixed32(unsigned32(value));
    }
    override int64(value: unknown): this {
      return super.int64(signed64(value));
    }
    override sint64(value: unknown): this {
      return super.sint64(signed64(value));
    }
    override sfixed64(value: unknown): this {
      return super.sfixed64(signed64(value));
    }
    override uint64(value: unknown): this {
      return super.uint64(unsigned64(value));
    }
    override fixed64(value: unknown): this {
      return super.fixed64(unsigned64(value));
    }
    override float(value: unknown): this {
      return super.float(floatOf(value));
    }
    override double(value: unknown): this {
      return super.double(numberOf(value));
    }
  }
  const lists = plain.prototype as ListWriters;
  for (const [name, check] of Object.entries(checksOfLists)) {
    const write = lists[name];
    if (write === undefined) continue;
    (CheckedWriter.prototype as unknown as ListWriters)[name] = function (this: unknown, values) {
      // Only the check of a 64-bit number may return another value. A copy of any other list would be a cost without a use.
      if (name.endsWith("64s")) return write.call(this, Array.from(values, check));
      for (let index = 0; index < values.length; index++) check(values[index]);
      return write.call(this, values);
    };
  }
  return CheckedWriter;
}

function textOf(value: unknown): string {
  if (typeof value !== "string") throw new UnfitValue(value, "which is no text");
  if (isWellFormed(value)) return value;
  throw new UnfitValue(value, "which holds half of a surrogate pair; cut text between whole characters");
}

/** protobufjs takes bytes as a list of numbers and as base64 too. */
function bytesOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string" ? isBase64(value) : Array.isArray(value) && value.every(isByte)) return value;
  throw new UnfitValue(value, "which is neither a Uint8Array nor text in base64");
}

const isByte = (value: unknown) => typeof value === "number" && (value & 255) === value;

/** The keys of a map are text. */
function boolOf(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "false") return value === "true";
  throw new UnfitValue(value, "which is neither true nor false");
}

function signed32(value: unknown): number {
  if (typeof value === "number" && (value | 0) === value) return value;
  const whole = Number(keyText(value)) | 0;
  if (String(whole) === value) return whole;
  throw new UnfitValue(value, "which is no whole number from -2147483648 to 2147483647");
}

/** Checks an unsigned number. protobufjs writes the tags of fields by the same method. */
function unsigned32(value: unknown): number {
  if (typeof value === "number" && value >>> 0 === value) return value;
  const whole = Number(keyText(value)) >>> 0;
  if (String(whole) === value) return whole;
  throw new UnfitValue(value, "which is no whole number from 0 to 4294967295");
}

const keyText = (value: unknown) => (typeof value === "string" ? value : "");

/** A 64-bit number as protobufjs's own Long has it. */
interface Long {
  readonly low: number;
  readonly high: number;
}

const signed64 = (value: unknown) => long(value, "a signed", BigInt.asIntN);
const unsigned64 = (value: unknown) => long(value, "an unsigned", BigInt.asUintN);

function long(value: unknown, sign: string, fit: (bits: number, whole: bigint) => bigint): number | Long {
  if (typeof value === "number" && Number.isSafeInteger(value)) {
    if (value >= 0 || fit === BigInt.asIntN) return value;
  } else if (typeof value === "object" && value !== null) {
    const { low, high } = value as Partial<Long>;
    if (typeof low === "number" && typeof high === "number") return value as Long;
  } else {
    const isDecimal = typeof value === "string" && /^-?\d{1,20}$/.test(value);
    const whole = typeof value === "bigint" ? value : isDecimal ? BigInt(value) : undefined;
    if (whole !== undefined && fit(64, whole) === whole) {
      return { low: Number(BigInt.asIntN(32, whole)), high: Number(BigInt.asIntN(32, whole >> 32n)) };
    }
  }
  throw new UnfitValue(value, `which is no whole number for ${sign} 64-bit field; beyond 2^53, write a bigint`);
}

function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  throw new UnfitValue(value, "which is no number");
}

function floatOf(value: unknown): number {
  const number = numberOf(value);
  if (!Number.isFinite(number) || Number.isFinite(Math.fround(number))) return number;
  throw new UnfitValue(value, "which is beyond a 32-bit float");
}

const checksOfLists: Readonly<Record<string, (value: unknown) => unknown>> = {
  bools: boolOf,
  int32s: signed32,
  sint32s: signed32,
  sfixed32s: signed32,
  uint32s: unsigned32,
  fixed32s: unsigned32,
  int64s: signed64,
  sint64s: signed64,
  sfixed64s: signed64,
  uint64s: unsigned64,
  fixed64s: unsigned64,
  floats: floatOf,
  doubles: numberOf,
};
