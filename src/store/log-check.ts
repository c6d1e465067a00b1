// Finds damage in LevelDB's logs before LevelDB opens them. LevelDB drops the records that it can't read without a word, and
// goes on behind them.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { StatefunError } from "../errors.js";

// The format of a log: blocks of 32 KiB, in them fragments of records, each a masked CRC-32C (4 bytes), a length (2) and
// a type (1) before its bytes. A record that does not fit into the rest of a block goes on in the next block.
const blockLength = 32 * 1024;
const headerLength = 7;
const [wholeRecord, firstOfRecord, lastOfRecord] = [1, 2, 4];

/**
 * Rejects with STORE_FAILED when a log can't be read, or when a write is damaged and another one follows. Damage in the last
 * write passes: a crash leaves it, and that write was never acknowledged.
 */
export async function assertLogsWhole(dir: string, database: string): Promise<void> {
  for (const name of (await readdir(database)).filter((file) => file.endsWith(".log"))) {
    const damage = damageOf(await contentOf(join(database, name)));
    if (damage === undefined) continue;
    throw new StatefunError(
      "STORE_FAILED",
      `The data folder ${dir} is damaged: db/${name} can't be read at byte ${damage}, and more writes follow. Put back a whole copy of the folder.`,
    );
  }
}

/** Another process that has the folder open may delete a log at any time: a log that is gone is empty. */
async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw thrown;
  }
}

/** The place of the first damage that a new record follows. */
function damageOf(log: Buffer): number | undefined {
  let damage: number | undefined;
  for (let at = 0; at + headerLength <= log.length; ) {
    const blockEnd = Math.min(log.length, at - (at % blockLength) + blockLength);
    const end = at + headerLength + log.readUInt16LE(at + 4);
    const type = log.readUInt8(at + 6);
    if (blockEnd - at < headerLength) {
      at = blockEnd; // The rest of the block is too short for a header, so LevelDB leaves it empty.
    } else if (end > blockEnd || type < wholeRecord || type > lastOfRecord || !sumIsRight(log, at, end)) {
      damage ??= at;
      at += 1; // Its length can't be trusted, so the next fragment may begin anywhere.
    } else if (damage !== undefined && (type === wholeRecord || type === firstOfRecord)) {
      return damage;
    } else {
      at = end;
    }
  }
  return undefined;
}

function sumIsRight(log: Buffer, at: number, end: number): boolean {
  const unmasked = (log.readUInt32LE(at) - 0xa282ead8) >>> 0;
  return crc32c(log, at + 6, end) === ((unmasked >>> 17) | (unmasked << 15)) >>> 0;
}

/** The remainder of CRC-32C for each byte. */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  return remainder >>> 0;
});

function crc32c(bytes: Buffer, from: number, to: number): number {
  let sum = -1;
  for (let at = from; at < to; at += 1) {
    sum = (sum >>> 8) ^ (remainders[(sum ^ (bytes[at] as number)) & 0xff] as number);
  }
  return ~sum >>> 0;
}
