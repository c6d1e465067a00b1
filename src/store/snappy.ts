// Decompresses what LevelDB compressed with Snappy: the index of a table, to find the table's blocks.

import { ByteReader } from "./byte-reader.js";

/** Throws RangeError for bytes that are no Snappy block. */
export function decompress(bytes: Uint8Array): Uint8Array {
  const from = new ByteReader(bytes);
  const length = from.varint();
  // A copy of 64 bytes takes 3: whatever announces more than this is damaged, and must not take memory.
  if (length > bytes.length * 64) throw new RangeError("The length is more than the bytes can hold.");
  const to = new Uint8Array(length);
  let at = 0;
  while (!from.isAtEnd) {
    const tag = from.byte();
    if ((tag & 3) === 0) {
      const literal = from.take(lengthOfLiteral(tag >>> 2, from));
      if (literal.length > length - at) throw new RangeError("A literal is longer than announced.");
      to.set(literal, at);
      at += literal.length;
    } else {
      const [copied, offset] = copyOf(tag, from);
      if (offset === 0 || offset > at || copied > length - at) throw new RangeError("A copy lies outside.");
      // The copy goes byte by byte, because its source may overlap its destination.
      for (const end = at + copied; at < end; at += 1) to[at] = to[at - offset] as number;
    }
  }
  if (at !== length) throw new RangeError("There is less than announced.");
  return to;
}

/** Up to 60 bytes are counted in the tag; longer literals have 1 to 4 bytes for their length. */
function lengthOfLiteral(size: number, from: ByteReader): number {
  return size < 60 ? size + 1 : from.fixed(size - 59) + 1;
}

function copyOf(tag: number, from: ByteReader): readonly [length: number, offset: number] {
  if ((tag & 3) === 1) return [((tag >>> 2) & 7) + 4, ((tag >>> 5) << 8) + from.byte()];
  return [(tag >>> 2) + 1, from.fixed((tag & 3) === 2 ? 2 : 4)];
}
