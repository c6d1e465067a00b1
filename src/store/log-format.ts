// The format that LevelDB's logs and its MANIFEST share: records with checksums, in blocks.

import { sumIsRight } from "./crc32c.js";

// Blocks of 32 KiB hold fragments of records. A fragment is a masked CRC-32C (4 bytes), a length (2) and a type (1) before
// its bytes. A record that does not fit into the rest of a block goes on in the next block.
const blockLength = 32 * 1024;
const headerLength = 7;
const [wholeRecord, firstOfRecord, lastOfRecord] = [1, 2, 4];

/** The content of a log. */
export interface LogContent {
  /** The whole records before the first damage. */
  readonly records: readonly Uint8Array[];
  /**
   * The byte at which a damage begins that whole records follow. Undefined when the log is whole, or damaged at its end alone:
   * a crash leaves half of a record there, which was acknowledged to nobody.
   */
  readonly damage: number | undefined;
  /** The byte at which the end is damaged although it is not cut short. LevelDB refuses a MANIFEST for that. */
  readonly badEnd: number | undefined;
  /** The byte at which the last whole record ends, when bytes follow it. */
  readonly tornAt: number | undefined;
}

export function readLog(log: Buffer): LogContent {
  const records: Uint8Array[] = [];
  let fragments: Buffer[] = [];
  let [damage, badEnd]: (number | undefined)[] = [];
  let readTo = 0;
  for (let at = 0; at + headerLength <= log.length; ) {
    const blockEnd = Math.min(log.length, at - (at % blockLength) + blockLength);
    const end = at + headerLength + log.readUInt16LE(at + 4);
    const type = log.readUInt8(at + 6);
    if (blockEnd - at < headerLength) {
      at = blockEnd; // too little for a header: the rest of a block is left empty
    } else if (end > blockEnd || type < wholeRecord || type > lastOfRecord || !isRight(log, at, end)) {
      if (damage === undefined && end <= log.length) badEnd = at;
      damage ??= at;
      at += 1; // its length can't be trusted: the next fragment may begin anywhere
    } else if (damage === undefined) {
      if (type === wholeRecord || type === firstOfRecord) fragments = [];
      fragments.push(log.subarray(at + headerLength, end));
      if (type === wholeRecord || type === lastOfRecord) {
        records.push(Buffer.concat(fragments));
        readTo = end;
      }
      at = end;
    } else if (type === wholeRecord || type === firstOfRecord) {
      return { records, damage, badEnd, tornAt: readTo };
    } else {
      at = end;
    }
  }
  return { records, damage: undefined, badEnd, tornAt: readTo < log.length ? readTo : undefined };
}

function isRight(log: Buffer, at: number, end: number): boolean {
  return sumIsRight(log.readUInt32LE(at), log, at + 6, end);
}
