// A packed value as the engine keeps it: bytes that it passes on unopened, and the generation that they are written in.

import { tag, varint, type WireReader } from "../bytes/reader.js";
import type { WireWriter } from "../bytes/writer.js";
import type { Generation } from "../model/invocation.js";
import type { TypedValue } from "../model/typed-value.js";
import { convertPacked, decodePacked, encodePacked } from "../wire/packed.js";

/** The field of the generation in every entry of the store that holds a packed value: 1 for v2, missing for v3. */
export const generationField = tag(3, varint);

/** Values and answers up to this many bytes are written one behind the other into one block of memory. */
const blockBytes = 8 * 1024;

export class Packed {
  readonly generation: Generation;
  #bytes: Uint8Array;
  /** Whether the memory of the bytes holds little else. */
  #own = false;

  constructor(bytes: Uint8Array, generation: Generation) {
    this.#bytes = bytes;
    this.generation = generation;
  }

  /** The bytes of an Any (v2) or a TypedValue (v3). */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Takes a part of an answer. A part of a large answer gets memory of its own at once: the whole answer would stay in memory
   * until the part is written.
   */
  static part(bytes: Uint8Array, generation: Generation): Packed {
    const packed = new Packed(bytes, generation);
    if (bytes.buffer.byteLength > blockBytes) packed.#keepAlone();
    return packed;
  }

  /** Packs a value for functions of a generation. */
  static pack(value: TypedValue, generation: Generation): Packed {
    return new Packed(encodePacked(value, generation), generation);
  }

  /** The value, which shares the bytes. */
  unpack(): TypedValue {
    return decodePacked(this.#bytes, this.generation);
  }

  /** The same value for functions of a generation. */
  as(generation: Generation): Packed {
    if (generation === this.generation) return this;
    const converted = new Packed(convertPacked(this.#bytes, this.generation, generation), generation);
    // A value that was read from the store is never written again, but it may wait.
    converted.#keepAlone();
    return converted;
  }

  /**
   * Writes the value into an entry: the bytes under the entry's own tag, then the generation. Most values are consumed before
   * their entry is written. A value whose entry is written begins to wait, so it gets memory of its own: a few bytes would
   * keep a whole block in memory.
   */
  write(writer: WireWriter, bytesTag: number): void {
    writer.bytes(bytesTag, this.#bytes);
    this.#keepAlone();
    if (this.generation === "v3") return;
    writer.uint32(generationField);
    writer.uint32(1);
  }

  /** Copies the bytes out of memory that holds more than twice as much. */
  #keepAlone(): void {
    if (this.#own) return;
    this.#own = true;
    const bytes = this.#bytes;
    // A short array is copied in any case: V8 keeps it in the heap until somebody asks for its buffer.
    if (bytes.length > blockBytes / 2 && bytes.buffer.byteLength <= 2 * bytes.length) return;
    this.#bytes = new Uint8Array(bytes);
  }
}

/** Reads the field of the generation, whose tag was read. */
export function readGeneration(reader: WireReader, end: number): Generation {
  return reader.uint32(end) === 1 ? "v2" : "v3";
}
