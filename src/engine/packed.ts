// A packed value as the engine keeps it: bytes that it passes on unopened, and the generation that they are written in.

import { tag, varint, type WireReader } from "../bytes/reader.js";
import type { WireWriter } from "../bytes/writer.js";
import type { Generation } from "../model/invocation.js";
import type { TypedValue } from "../model/typed-value.js";
import { convertPacked, decodePacked, encodePacked } from "../wire/packed.js";

/** The field of the generation in every entry of the store that holds a packed value: 1 for v2, missing for v3. */
export const generationField = tag(3, varint);

export class Packed {
  /** The bytes of an Any (v2) or a TypedValue (v3). */
  readonly bytes: Uint8Array;
  readonly generation: Generation;

  constructor(bytes: Uint8Array, generation: Generation) {
    this.bytes = bytes;
    this.generation = generation;
  }

  /** Packs a value for functions of a generation. */
  static pack(value: TypedValue, generation: Generation): Packed {
    return new Packed(encodePacked(value, generation), generation);
  }

  /** The value, which shares the bytes. */
  unpack(): TypedValue {
    return decodePacked(this.bytes, this.generation);
  }

  /** The same value for functions of a generation. */
  as(generation: Generation): Packed {
    if (generation === this.generation) return this;
    return new Packed(convertPacked(this.bytes, this.generation, generation), generation);
  }

  /** Writes the value into an entry: the bytes under the entry's own tag, then the generation. */
  write(writer: WireWriter, bytesTag: number): void {
    writer.bytes(bytesTag, this.bytes);
    if (this.generation === "v3") return;
    writer.uint32(generationField);
    writer.uint32(1);
  }
}

/** Reads the field of the generation, whose tag was read. */
export function readGeneration(reader: WireReader, end: number): Generation {
  return reader.uint32(end) === 1 ? "v2" : "v3";
}
