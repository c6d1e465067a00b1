// The format of LevelDB's tables: blocks with checksums, an index of them, and a footer that leads to the index.

import { ByteReader } from "./byte-reader.js";
import { sumIsRight } from "./crc32c.js";
import { decompress } from "./snappy.js";

/** Where a block lies in its file, without its trailer. */
export interface Block {
  readonly offset: number;
  readonly size: number;
}

/** The content of a footer. */
export interface Footer {
  /** Leads to the blocks that are no data: the filter. */
  readonly metaIndex: Block;
  readonly index: Block;
}

export const footerLength = 48;
const magic = Buffer.from([0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]);
/** Behind each block: how it is compressed (1 byte), and the masked CRC-32C of the block and of this byte (4). */
const trailerLength = 5;
const [plain, snappy] = [0, 1];

/** Reads a table's last bytes. Undefined when they are no footer, or lead out of the file. */
export function readFooter(bytes: Uint8Array, tableSize: number): Footer | undefined {
  if (bytes.length !== footerLength || !magic.equals(bytes.subarray(-magic.length))) return undefined;
  try {
    const from = new ByteReader(bytes);
    const [metaIndex, index] = [readHandle(from), readHandle(from)];
    return isInside(metaIndex, tableSize) && isInside(index, tableSize) ? { metaIndex, index } : undefined;
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

/** The byte at which a table's first damage begins; undefined when each of its bytes lies in a block whose sum is right. */
export async function damageOfTable(
  table: Buffer,
  pause: (bytes: number) => Promise<void>,
): Promise<number | undefined> {
  const footerAt = table.length - footerLength;
  const footer = readFooter(table.subarray(Math.max(0, footerAt)), table.length);
  if (footer === undefined) return Math.max(0, footerAt);
  let covered = footerLength;
  const known: Block[] = [footer.index, footer.metaIndex];
  for (const block of known) {
    if (!isRight(table, block)) return block.offset;
    covered += block.size + trailerLength;
    if (block !== footer.index && block !== footer.metaIndex) await pause(block.size);
    else {
      const inner = blocksIn(table, block);
      if (inner === undefined) return block.offset;
      known.push(...inner);
    }
  }
  // A footer has no checksum. One that leads to other blocks than its own leaves bytes out.
  return covered === table.length ? undefined : footerAt;
}

function isRight(table: Buffer, { offset, size }: Block): boolean {
  if (!isInside({ offset, size }, table.length)) return false;
  const end = offset + size;
  return sumIsRight(table.readUInt32LE(end + 1), table, offset, end + 1);
}

function isInside({ offset, size }: Block, tableSize: number): boolean {
  return offset + size + trailerLength <= tableSize - footerLength;
}

/** The blocks that the entries of an index lead to. Undefined when the index can't be understood. */
function blocksIn(table: Buffer, { offset, size }: Block): Block[] | undefined {
  try {
    const stored = table.subarray(offset, offset + size);
    const compression = table[offset + size];
    if (compression !== plain && compression !== snappy) return undefined;
    const bytes = Buffer.from(compression === snappy ? decompress(stored) : stored);
    // Behind the entries: the places at which keys are whole (4 bytes each), and how many of them there are (4).
    const restarts = bytes.readUInt32LE(bytes.length - 4);
    const from = new ByteReader(bytes.subarray(0, bytes.length - 4 - 4 * restarts));
    const blocks: Block[] = [];
    while (!from.isAtEnd) {
      from.varint(); // how much of the key is that of the entry before
      const [keyLength, valueLength] = [from.varint(), from.varint()];
      from.take(keyLength);
      blocks.push(readHandle(new ByteReader(from.take(valueLength))));
    }
    return blocks;
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

function readHandle(from: ByteReader): Block {
  return { offset: from.varint(), size: from.varint() };
}
