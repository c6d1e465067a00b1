// Reads the numbers and byte strings that LevelDB writes one after the other.

/** Throws RangeError beyond the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.take(1)[0] as number;
  }

  /** A number in so many bytes, the lowest first. */
  fixed(length: number): number {
    return this.take(length).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  /** A number in groups of seven bits, the lowest first. Exact up to 2^53. */
  varint(): number {
    let [value, factor] = [0, 1];
    for (let length = 0; length < 10; length += 1, factor *= 128) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) break;
      this.#at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new RangeError("A number does not end.");
  }

  /** The next bytes, not copied. */
  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new RangeError("There are fewer bytes than announced.");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Bytes behind their length. */
  string(): Uint8Array {
    return this.take(this.varint());
  }
}
