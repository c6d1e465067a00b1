// Reads the protobuf wire format, as far as the protocol's messages use it.

import { platform } from "./platform.js";

// Wire types: the low three bits of a field's tag.
export const varint = 0;
export const fixed64 = 1;
export const delimited = 2;
const groupStart = 3;
const groupEnd = 4;
export const fixed32 = 5;

/** Makes the tag of a field from its number and its wire type. */
export const tag = (field: number, wireType: number) => (field << 3) | wireType;

/**
 * Strings that come again and again (type names, namespaces, names of states), by a hash of a few of their bytes. Their
 * bytes and lengths are kept too: to compare bytes with bytes takes half the time of comparing them with characters.
 */
const internedCount = 1024;
const longestInterned = 96;
const interned: string[] = new Array(internedCount).fill("");
const internedBytes = new Uint8Array(internedCount * longestInterned);
const internedLengths = new Uint8Array(internedCount);
const internedView = new DataView(internedBytes.buffer);

/** Below this size of all bytes, a view of them costs more than it gains. */
const viewedBytes = 500;

/** The protocol has no groups, but an unknown field may be one. The limit bounds the recursion that skips it. */
const deepestGroup = 100;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A cursor over bytes. Each method throws an Error that says what is wrong with the bytes. */
export class WireReader {
  readonly bytes: Uint8Array;
  pos = 0;
  /** A view of the bytes. Undefined until the first name that is compared by it. */
  #view: DataView | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Reads the low 32 bits of a varint of up to ten bytes. */
  uint32(end: number): number {
    const { bytes } = this;
    let value = 0;
    let shift = 0;
    let { pos } = this;
    for (;;) {
      if (pos >= end) throw new Error("a number is cut off");
      const byte = bytes[pos++] as number;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
      shift += 7;
      if (shift >= 70) throw new Error("a number is longer than ten bytes");
    }
    this.pos = pos;
    return value >>> 0;
  }

  /** Reads a tag. Protobuf allows five bytes at most and no field 0. */
  tag(end: number): number {
    const tag = this.#short(end);
    if (tag < 8) throw new Error("there is no field 0");
    return tag;
  }

  /** Reads the length of a field and returns the field's end, which must lie inside the message around it. */
  endOfField(outerEnd: number): number {
    const length = this.#short(outerEnd);
    const end = this.pos + length;
    if (end > outerEnd) throw new Error(`a field of ${length} bytes reaches beyond its message`);
    return end;
  }

  /** Reads a string that likely came before: a part of an address, a typename, or a state's name. */
  name(outerEnd: number): string {
    const end = this.endOfField(outerEnd);
    const { bytes, pos } = this;
    const length = end - pos;
    if (length < 4 || length > longestInterned || bytes.length < viewedBytes) return this.#string(end);
    const slot = slotOf(bytes, pos, end);
    if (internedLengths[slot] !== length || !this.#startsWith(slot * longestInterned, length)) return this.#string(end);
    this.pos = end;
    return interned[slot] as string;
  }

  /** Reads a string. */
  string(outerEnd: number): string {
    return this.#string(this.endOfField(outerEnd));
  }

  #string(end: number): string {
    const { bytes, pos } = this;
    this.pos = end;
    const length = end - pos;
    if (length === 0) return "";
    if (length > longestInterned) return decode(bytes, pos, end);
    const slot = slotOf(bytes, pos, end);
    const at = slot * longestInterned;
    if (internedLengths[slot] === length) {
      let index = 0;
      while (index < length && internedBytes[at + index] === bytes[pos + index]) index++;
      if (index === length) return interned[slot] as string;
    }
    const text = decode(bytes, pos, end);
    interned[slot] = text;
    internedLengths[slot] = length;
    for (let index = 0; index < length; index++) internedBytes[at + index] = bytes[pos + index] as number;
    return text;
  }

  /** Whether the next bytes are those of an interned string, four bytes or longer. Compares four bytes at a time. */
  #startsWith(at: number, length: number): boolean {
    if (this.#view === undefined) {
      const { buffer, byteOffset, byteLength } = this.bytes;
      this.#view = new DataView(buffer, byteOffset, byteLength);
    }
    const view = this.#view;
    const { pos } = this;
    const last = length - 4;
    for (let index = 0; index < last; index += 4) {
      if (view.getUint32(pos + index) !== internedView.getUint32(at + index)) return false;
    }
    return view.getUint32(pos + last) === internedView.getUint32(at + last);
  }

  /** Reads bytes into a copy: a view would keep the whole request in memory, and would change with it. */
  copy(outerEnd: number): Uint8Array {
    const end = this.endOfField(outerEnd);
    const copy = new Uint8Array(this.bytes.subarray(this.pos, end));
    this.pos = end;
    return copy;
  }

  /** Reads a flag. Any bit of the varint sets the flag. */
  bool(end: number): boolean {
    const start = this.pos;
    let bits = 0;
    for (;;) {
      if (this.pos >= end) throw new Error("a number is cut off");
      const byte = this.bytes[this.pos++] as number;
      bits |= byte & 0x7f;
      if (byte < 0x80) return bits !== 0;
      if (this.pos - start >= 10) throw new Error("a number is longer than ten bytes");
    }
  }

  /** Reads a varint of up to 64 bits. */
  varint64(end: number): bigint {
    let value = 0n;
    let shift = 0n;
    for (;;) {
      if (this.pos >= end) throw new Error("a number is cut off");
      const byte = this.bytes[this.pos++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
      shift += 7n;
      if (shift >= 70n) throw new Error("a number is longer than ten bytes");
    }
  }

  /** Reads a whole number from 0 to 2^53 - 1 that was written as an int64, without the cost of a BigInt. */
  int64(end: number): number {
    let value = 0;
    let scale = 1;
    for (let length = 0; length < 10; length++) {
      if (this.pos >= end) throw new Error("a number is cut off");
      const byte = this.bytes[this.pos++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new Error("a number is longer than ten bytes");
  }

  /** Reads four bytes as a signed integer. */
  fixed32(end: number): number {
    const pos = this.#advance(4, end);
    const { bytes } = this;
    return (
      (bytes[pos] as number) |
      ((bytes[pos + 1] as number) << 8) |
      ((bytes[pos + 2] as number) << 16) |
      ((bytes[pos + 3] as number) << 24)
    );
  }

  /** Moves past a value of a fixed width and returns a view of it. */
  fixed(width: 4 | 8, end: number): DataView {
    const pos = this.#advance(width, end);
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + pos, width);
  }

  /** Reads a varint that must fit 32 bits, in five bytes at most: a tag or a length. */
  #short(end: number): number {
    const start = this.pos;
    if (start < end) {
      // Most tags and lengths take one byte.
      const byte = this.bytes[start] as number;
      if (byte < 0x80) {
        this.pos = start + 1;
        return byte;
      }
    }
    const value = this.uint32(end);
    const length = this.pos - start;
    if (length > 5 || (length === 5 && (this.bytes[this.pos - 1] as number) > 0x0f)) {
      throw new Error("a tag or a length takes more than 32 bits");
    }
    return value;
  }

  #skipGroup(group: number, end: number, depth: number): void {
    if (depth > deepestGroup) throw new Error(`groups are nested more than ${deepestGroup} deep`);
    for (;;) {
      const inner = this.tag(end);
      if ((inner & 7) !== groupEnd) this.skip(inner, end, depth);
      else if (inner >>> 3 === group >>> 3) return;
      else throw new Error("a group ends under another number");
    }
  }

  #advance(width: number, end: number): number {
    const { pos } = this;
    if (pos + width > end) throw new Error("a field is cut off");
    this.pos = pos + width;
    return pos;
  }

  /** Skips the value of the field with this tag. */
  skip(fieldTag: number, end: number, depth = 0): void {
    const wireType = fieldTag & 7;
    switch (wireType) {
      case varint:
        this.uint32(end);
        return;
      case fixed64:
        this.pos += 8;
        break;
      case delimited:
        this.pos = this.endOfField(end);
        return;
      case fixed32:
        this.pos += 4;
        break;
      case groupStart:
        this.#skipGroup(fieldTag, end, depth + 1);
        return;
      default:
        throw new Error(wireType === groupEnd ? "a group ends that never began" : `there is no wire type ${wireType}`);
    }
    if (this.pos > end) throw new Error("a field is cut off");
  }
}

/** Where a string with these bytes is interned. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  return (
    (length * 31 +
      (bytes[start] as number) * 7 +
      (bytes[end - 1] as number) * 131 +
      (bytes[end - 2] as number) * 37 +
      (bytes[start + (length >> 1)] as number) * 17) &
    (internedCount - 1)
  );
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  for (let index = start; index < end; index++) {
    if ((bytes[index] as number) > 127 || index - start === 64) return utf8.decode(bytes.subarray(start, end));
  }
  // Make the string at once: V8 would keep a string of added characters as a rope.
  return platform.decodeAscii(bytes, start, end);
}
