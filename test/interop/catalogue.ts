// The values of peers/values.json, as our SDK has them.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import protobufjs from "protobufjs";
import { json, protobuf, type Type, type TypedValue, Types } from "statefun-ts";

/** Where the peers find the values, and the .proto file of the message. */
export const valuesFile = fileURLToPath(new URL("peers/values.json", import.meta.url));
export const parcelProto = fileURLToPath(new URL("peers/parcel.proto", import.meta.url));

const Parcel = new protobufjs.Root().loadSync(parcelProto).lookupType("interop.types.Parcel");

export const kinds = ["bool", "int", "long", "float", "double", "string", "parcel", "doc"] as const;
export type Kind = (typeof kinds)[number];

export const types: Readonly<Record<Kind, Type<any>>> = {
  bool: Types.bool,
  int: Types.int,
  long: Types.long,
  float: Types.float,
  double: Types.double,
  string: Types.string,
  parcel: protobuf(Parcel),
  doc: json("interop.types/doc"),
};

interface Entry {
  readonly name: string;
  readonly kind: Kind;
  readonly value?: any;
  readonly repeat?: string;
  readonly times?: number;
}

const entries: readonly Entry[] = JSON.parse(readFileSync(valuesFile, "utf8"));

/** The names of all values, in the order of the file. */
export const valueNames: readonly string[] = entries.map(({ name }) => name);

export function kindOf(name: string): Kind {
  return entry(name).kind;
}

/** A value of the catalogue, packed by its type. */
export function packed(name: string): TypedValue {
  return types[kindOf(name)].pack(native(name));
}

/** A value of the catalogue. */
export function native(name: string): any {
  const { kind, value, repeat, times } = entry(name);
  switch (kind) {
    case "long":
      return BigInt(value);
    case "float":
      return Buffer.from(value, "hex").readFloatBE();
    case "double":
      return Buffer.from(value, "hex").readDoubleBE();
    case "string":
      return repeat === undefined ? value : repeat.repeat(times as number);
    case "parcel":
      return Parcel.fromObject({
        ...value,
        price: Buffer.from(value.price, "hex").readDoubleBE(),
        seal: Buffer.from(value.seal, "hex"),
        sender: value.sender === null ? undefined : { name: value.sender },
      });
    default:
      return value;
  }
}

/** A value in the form in which every peer shows it: as in the catalogue, a long text by its hash. */
export function shown(kind: Kind, value: any): unknown {
  if (value === undefined) return null;
  switch (kind) {
    case "long":
      return String(value);
    case "float":
      return bits(4, (buffer) => buffer.writeFloatBE(value));
    case "double":
      return bits(8, (buffer) => buffer.writeDoubleBE(value));
    case "string": {
      if (value.length <= 1000) return value;
      const utf8 = Buffer.from(value);
      return { bytes: utf8.length, sha256: createHash("sha256").update(utf8).digest("hex") };
    }
    case "parcel":
      return {
        id: value.id,
        weight: String(value.weight),
        price: shown("double", value.price),
        tags: value.tags,
        sender: value.sender?.name ?? null,
        seal: Buffer.from(value.seal).toString("hex"),
        paid: value.paid,
      };
    default:
      return value;
  }
}

/** The shown form of a value that nothing was lost of. */
export function expected(name: string): unknown {
  const { kind, value } = entry(name);
  return value === undefined ? shown(kind, native(name)) : value;
}

function entry(name: string): Entry {
  const found = entries.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`There is no value ${name}`);
  return found;
}

function bits(length: number, write: (buffer: Buffer) => void): string {
  const buffer = Buffer.alloc(length);
  write(buffer);
  return buffer.toString("hex");
}
