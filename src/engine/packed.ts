// A packed value as the engine keeps it: bytes that it passes on unopened, or a value that a function of this process has
// sent. Such a value is encoded when it is written to the store, or goes to a function elsewhere, and perhaps never.

import { tag, varint, type WireReader } from "../bytes/reader.js";
import type { WireWriter } from "../bytes/writer.js";
import type { Generation } from "../model/invocation.js";
import type { TypedValue } from "../model/typed-value.js";
import { convertPacked, decodePacked, encodePacked, typenameOfPacked, writePacked } from "../wire/packed.js";

/** The field of the generation in every entry of the store that holds a packed value: 1 for v2, missing for v3. */
export const generationField = tag(3, varint);

/** Values and answers up to this many bytes are written one behind the other into one block of memory. */
const blockBytes = 8 * 1024;
/** About how many bytes a value takes besides its typename and its own bytes. */
const envelopeBytes = 8;
/** About how many bytes a primitive takes that is not encoded yet. */
const smallBytes = 10;

export class Packed {
  readonly generation: Generation;
  /** About how many bytes the value takes. */
  readonly size: number;
  /** The bytes of an Any (v2) or a TypedValue (v3), or the value itself (v3). */
  #content: Uint8Array | TypedValue;
  /** Whether the memory of the bytes holds little else. */
  #own = false;

  constructor(content: Uint8Array | TypedValue, generation: Generation) {
    this.#content = content;
    this.generation = generation;
    this.size = content instanceof Uint8Array ? content.length : sizeOf(content);
  }

  /** The bytes of an Any (v2) or a TypedValue (v3). They are made for each caller if the value is not encoded. */
  get bytes(): Uint8Array {
    const content = this.#content;
    return content instanceof Uint8Array ? content : encodePacked(content, this.generation);
  }

  get typename(): string {
    return typenameOfContent(this.#content);
  }

  /**
   * Takes a value out of an answer. A part of the bytes of a large answer gets memory of its own at once: the whole answer
   * would stay in memory until the part is written. So does a value of a function in this process (v3), which may go on
   * to change the bytes that it has sent.
   */
  static part(content: Uint8Array | TypedValue, generation: Generation): Packed {
    if (content instanceof Uint8Array) {
      const packed = new Packed(content, generation);
      if (content.buffer.byteLength > blockBytes) packed.#keepAlone();
      return packed;
    }
    // Metadata is rare, and its size has to count.
    return content.hasMetadata ? Packed.pack(content, generation) : new Packed(content.own(copy), generation);
  }

  /** Packs a value for functions of a generation. */
  static pack(value: TypedValue, generation: Generation): Packed {
    return new Packed(encodePacked(value, generation), generation);
  }

  /** The value, which shares the bytes. */
  unpack(): TypedValue {
    const content = this.#content;
    return content instanceof Uint8Array ? decodePacked(content, this.generation) : content;
  }

  /** The same value for functions of a generation. */
  as(generation: Generation): Packed {
    if (generation === this.generation) return this;
    const converted = new Packed(convertPacked(this.bytes, this.generation, generation), generation);
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
    const content = this.#content;
    if (content instanceof Uint8Array) writer.bytes(bytesTag, content);
    else {
      const start = writer.begin(bytesTag);
      writePacked(writer, content, this.generation);
      writer.end(start);
    }
    this.#keepAlone();
    if (this.generation === "v3") return;
    writer.uint32(generationField);
    writer.uint32(1);
  }

  /** Copies the bytes out of memory that holds more than twice as much. */
  #keepAlone(): void {
    if (this.#own) return;
    this.#own = true;
    const content = this.#content;
    this.#content = content instanceof Uint8Array ? alone(content) : content.own(alone);
  }
}

const copy = (bytes: Uint8Array) => Buffer.from(bytes);

function alone(bytes: Uint8Array): Uint8Array {
  // A short array is copied in any case: V8 keeps it in the heap until somebody asks for its buffer.
  if (bytes.length > blockBytes / 2 && bytes.buffer.byteLength <= 2 * bytes.length) return bytes;
  return new Uint8Array(bytes);
}

function sizeOf(value: TypedValue): number {
  const bytes = value.unencoded?.isSmall === true ? smallBytes : value.value.length;
  return value.typename.length + envelopeBytes + bytes;
}

/** The typename of a value in an answer. Throws an Error that says what is wrong with its bytes. */
export function typenameOfContent(content: Uint8Array | TypedValue): string {
  return content instanceof Uint8Array ? typenameOfPacked(content) : content.typename;
}

/** Reads the field of the generation, whose tag was read. */
export function readGeneration(reader: WireReader, end: number): Generation {
  return reader.uint32(end) === 1 ? "v2" : "v3";
}
