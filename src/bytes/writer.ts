// Writes the protobuf wire format, front to back. Answers share a slab of memory. An answer that is too long for the
// slab is written into a spare buffer, which is kept for the next long answer.

import { platform } from "./platform.js";

/**
 * Below 4 kB, Buffer.allocUnsafe returns memory that can't be transferred to another thread. A transfer of one answer
 * would empty all answers of the slab.
 */
const slabBytes = 4000;
/** A slab with less room than this is given up: an answer that begins in it would likely have to move. */
const leastRoom = 512;
/** A longer spare buffer is not kept. */
const keptBytes = 1024 * 1024;

/** The slab for the next writer; undefined while a writer uses it. A second writer then makes a slab of its own. */
let slab: Uint8Array | undefined;
/** The position in the slab where the next writer begins. */
let slabStart = 0;
/**
 * The buffer for the next writer that outgrows its slab. Where answers can't share a slab, every writer begins in it.
 */
let spare: Uint8Array | undefined;

/** Memory in which a number of a fixed width becomes bytes. */
const scratchBytes = new Uint8Array(8);
const scratch = new DataView(scratchBytes.buffer);

/** A cursor that writes. The length of a message is filled in when the message ends. */
export class WireWriter {
  /** A slab, or a longer buffer of this writer's own. */
  #buffer: Uint8Array;
  #start = 0;
  #pos = 0;

  constructor() {
    if (slab !== undefined && slab.length - slabStart >= leastRoom) {
      this.#buffer = slab;
      this.#start = slabStart;
      this.#pos = slabStart;
    } else if (spare !== undefined && !platform.staysHere) {
      this.#buffer = spare;
      spare = undefined;
    } else this.#buffer = platform.allocate(slabBytes);
    slab = undefined;
  }

  /** Writes a tag or another small number. */
  uint32(value: number): void {
    this.#reserve(5);
    this.#pos = this.#putVarint(value, this.#pos);
  }

  /** Writes a whole number from 0 to 2^53 - 1 as an int64. */
  int64(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127) {
      this.#buffer[this.#pos++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#pos++] = rest;
  }

  /** Writes a tag and a string. */
  string(tag: number, text: string): void {
    this.uint32(tag);
    this.text(text);
  }

  /** Writes a string: its length and its UTF-8 bytes. */
  text(text: string): void {
    const { length } = text;
    this.#reserve(length * 3 + 5);
    if (length < 40) {
      // Most strings are short and ASCII. Such a string is written faster byte by byte than by a call of native code.
      const buffer = this.#buffer;
      let pos = this.#pos + 1;
      let index = 0;
      for (; index < length; index++) {
        const code = text.charCodeAt(index);
        if (code > 127) break;
        buffer[pos++] = code;
      }
      if (index === length) {
        buffer[this.#pos] = length;
        this.#pos = pos;
        return;
      }
    }
    const byteLength = platform.utf8Length(text);
    this.#pos = this.#putVarint(byteLength, this.#pos);
    platform.writeUtf8(this.#buffer, text, this.#pos);
    this.#pos += byteLength;
  }

  /** Writes a tag and bytes. */
  bytes(tag: number, bytes: Uint8Array): void {
    this.uint32(tag);
    this.raw(bytes);
  }

  /** Writes bytes: their length and the bytes. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#reserve(length + 5);
    const buffer = this.#buffer;
    const pos = this.#putVarint(length, this.#pos);
    // A call of native code costs as much as writing a few bytes.
    if (length < 8) for (let index = 0; index < length; index++) buffer[pos + index] = bytes[index] as number;
    else buffer.set(bytes, pos);
    this.#pos = pos + length;
  }

  /** Writes bytes that are fields already. */
  fields(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#reserve(length);
    this.#buffer.set(bytes, this.#pos);
    this.#pos += length;
  }

  /** Begins a message and returns its start, which {@link end} needs. */
  begin(tag: number): number {
    this.#reserve(6);
    const start = this.#putVarint(tag, this.#pos) + 1;
    this.#pos = start;
    return start;
  }

  /**
   * Ends a message. One byte is reserved for its length, as most are shorter than 128 bytes; a longer message moves up.
   */
  end(start: number): void {
    const length = this.#pos - start;
    if (length < 128) {
      this.#buffer[start - 1] = length;
      return;
    }
    const extra = length < 1 << 14 ? 1 : length < 1 << 21 ? 2 : length < 1 << 28 ? 3 : 4;
    this.#reserve(extra);
    this.#buffer.copyWithin(start + extra, start, this.#pos);
    this.#putVarint(length, start - 1);
    this.#pos += extra;
  }

  /** Ends a message, or removes it when it is empty. The message's tag must take one byte. */
  endUnlessEmpty(start: number): void {
    if (this.#pos === start) this.#pos = start - 2;
    else this.end(start);
  }

  /** Writes a 32-bit integer as four bytes, the lowest first. */
  fixed32(value: number): void {
    this.#reserve(4);
    const pos = this.#pos;
    this.#buffer[pos] = value;
    this.#buffer[pos + 1] = value >> 8;
    this.#buffer[pos + 2] = value >> 16;
    this.#buffer[pos + 3] = value >> 24;
    this.#pos = pos + 4;
  }

  /** Writes a 64-bit integer as a varint. */
  varint64(value: bigint): void {
    this.#reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      this.#buffer[this.#pos++] = Number(rest & 127n) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#pos++] = Number(rest);
  }

  /** Writes a 64-bit integer as eight bytes, the lowest first. */
  fixed64(value: bigint): void {
    scratch.setBigInt64(0, value, true);
    this.#putScratch(8);
  }

  /** Writes a number as a 32-bit float. */
  float(value: number): void {
    scratch.setFloat32(0, value, true);
    this.#putScratch(4);
  }

  /** Writes a number as a 64-bit float. */
  double(value: number): void {
    scratch.setFloat64(0, value, true);
    this.#putScratch(8);
  }

  /** Returns the written bytes. The writer must not be used after that. */
  finish(): Uint8Array {
    const buffer = this.#buffer;
    if (buffer.length === slabBytes && platform.staysHere) {
      slab = buffer;
      slabStart = this.#pos;
      return buffer.subarray(this.#start, this.#pos);
    }
    const bytes = platform.allocateAlone(this.#pos - this.#start);
    bytes.set(buffer.subarray(this.#start, this.#pos));
    if (buffer.length <= keptBytes) spare = buffer;
    return bytes;
  }

  #reserve(bytes: number): void {
    if (this.#pos + bytes > this.#buffer.length) this.#grow(this.#pos + bytes);
  }

  /**
   * Moves to a longer buffer. All bytes keep their positions, on which {@link end} relies for messages that have begun.
   */
  #grow(needed: number): void {
    const buffer = this.#buffer;
    if (buffer.length === slabBytes && platform.staysHere) {
      slab = buffer;
      slabStart = this.#start;
    }
    const kept = spare;
    spare = undefined;
    const fits = kept !== undefined && kept.length >= needed;
    this.#buffer = fits ? kept : platform.allocateAlone(Math.max(buffer.length * 2, needed));
    this.#buffer.set(buffer.subarray(this.#start, this.#pos), this.#start);
  }

  #putScratch(length: 4 | 8): void {
    this.#reserve(length);
    for (let index = 0; index < length; index++) this.#buffer[this.#pos++] = scratchBytes[index] as number;
  }

  #putVarint(value: number, at: number): number {
    const buffer = this.#buffer;
    let pos = at;
    let rest = value;
    while (rest > 127) {
      buffer[pos++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[pos++] = rest;
    return pos;
  }
}
