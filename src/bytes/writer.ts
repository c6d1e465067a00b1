// Writes the protobuf wire format of one answer, front to back, into one buffer that is used again and again. Encoding
// is synchronous, so no two answers are ever in it at once.

let scratch = Buffer.allocUnsafe(16 * 1024);
const keptBytes = 1024 * 1024;

/** A cursor that writes. A message's length is filled in when the message ends. */
export class WireWriter {
  #pos = 0;

  /** Writes a tag or another small number. */
  uint32(value: number): void {
    this.#reserve(5);
    this.#pos = putVarint(value, this.#pos);
  }

  /** Writes a whole number from 0 to 2^53 - 1 as an int64. */
  int64(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127) {
      scratch[this.#pos++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    scratch[this.#pos++] = rest;
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
      // A short ASCII string, which most are, is faster byte by byte than by a call into the engine.
      let pos = this.#pos + 1;
      let index = 0;
      for (; index < length; index++) {
        const code = text.charCodeAt(index);
        if (code > 127) break;
        scratch[pos++] = code;
      }
      if (index === length) {
        scratch[this.#pos] = length;
        this.#pos = pos;
        return;
      }
    }
    const byteLength = Buffer.byteLength(text);
    this.#pos = putVarint(byteLength, this.#pos);
    scratch.write(text, this.#pos);
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
    let pos = putVarint(length, this.#pos);
    if (length < 40) for (let index = 0; index < length; index++) scratch[pos++] = bytes[index] as number;
    else {
      scratch.set(bytes, pos);
      pos += length;
    }
    this.#pos = pos;
  }

  /** Begins a message; give what it returns to {@link end}. */
  begin(tag: number): number {
    this.uint32(tag);
    this.#reserve(1);
    return ++this.#pos;
  }

  /** Ends a message: most are shorter than 128 bytes, so one byte is kept for the length, and a longer one moves up. */
  end(start: number): void {
    const length = this.#pos - start;
    if (length < 128) {
      scratch[start - 1] = length;
      return;
    }
    const extra = length < 1 << 14 ? 1 : length < 1 << 21 ? 2 : length < 1 << 28 ? 3 : 4;
    this.#reserve(extra);
    scratch.copyWithin(start + extra, start, this.#pos);
    putVarint(length, start - 1);
    this.#pos += extra;
  }

  /** Ends a message that is left out when it is empty; its tag takes one byte. */
  endUnlessEmpty(start: number): void {
    if (this.#pos === start) this.#pos = start - 2;
    else this.end(start);
  }

  /** Writes four bytes, the lowest first. */
  fixed32(value: number): void {
    this.#reserve(4);
    const pos = this.#pos;
    scratch[pos] = value;
    scratch[pos + 1] = value >> 8;
    scratch[pos + 2] = value >> 16;
    scratch[pos + 3] = value >> 24;
    this.#pos = pos + 4;
  }

  /** Writes a 64-bit integer as a varint. */
  varint64(value: bigint): void {
    this.#reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      scratch[this.#pos++] = Number(rest & 127n) | 0x80;
      rest >>= 7n;
    }
    scratch[this.#pos++] = Number(rest);
  }

  /** Writes eight bytes of an integer, the lowest first. */
  fixed64(value: bigint): void {
    this.#reserve(8);
    this.#pos = scratch.writeBigInt64LE(value, this.#pos);
  }

  float(value: number): void {
    this.#reserve(4);
    this.#pos = scratch.writeFloatLE(value, this.#pos);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#pos = scratch.writeDoubleLE(value, this.#pos);
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    const bytes = Buffer.allocUnsafe(this.#pos);
    scratch.copy(bytes, 0, 0, this.#pos);
    if (scratch.length > keptBytes) scratch = Buffer.allocUnsafe(16 * 1024);
    return bytes;
  }

  #reserve(bytes: number): void {
    if (this.#pos + bytes <= scratch.length) return;
    const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, this.#pos + bytes));
    scratch.copy(larger, 0, 0, this.#pos);
    scratch = larger;
  }
}

function putVarint(value: number, at: number): number {
  let pos = at;
  let rest = value;
  while (rest > 127) {
    scratch[pos++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  scratch[pos++] = rest;
  return pos;
}
