// Reads the last line of a file, from the file's end: the whole file may be larger than memory.

import type { FileHandle } from "node:fs/promises";

/** The end of a file of lines. */
export interface EndOfFile {
  /** The file's length in bytes. */
  readonly length: number;
  /** The length up to the last line feed, which is included. */
  readonly whole: number;
  /** The last line that ends in a line feed, without the line feed; undefined when the file has no line feed. */
  readonly lastLine: string | undefined;
  /** The text after the last line feed. */
  readonly torn: string;
}

const chunkBytes = 64 * 1024;
const lineFeed = 10;

/** Reads the end of a file of lines. */
export async function endOfFile(file: FileHandle): Promise<EndOfFile> {
  const { size: length } = await file.stat();
  let tail: Buffer = Buffer.alloc(0);
  for (let start = length; ; ) {
    const end = tail.lastIndexOf(lineFeed);
    const before = end <= 0 ? -1 : tail.lastIndexOf(lineFeed, end - 1);
    if (start === 0 || before >= 0) {
      return {
        length,
        whole: start + end + 1,
        lastLine: end < 0 ? undefined : tail.toString("utf8", before + 1, end),
        torn: tail.toString("utf8", end + 1),
      };
    }
    const from = Math.max(0, start - chunkBytes);
    const chunk = Buffer.alloc(start - from);
    const { bytesRead } = await file.read(chunk, 0, chunk.length, from);
    if (bytesRead < chunk.length) throw new Error("the file became shorter while it was read");
    tail = Buffer.concat([chunk, tail]);
    start = from;
  }
}
