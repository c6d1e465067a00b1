// Makes LevelDB's scans say when they met an error.

import { type Range, sizeOfEntry } from "./store.js";

/** The options of a scan that the range of its iterator lacks. */
interface Scan {
  /** The scan ends with the entry that reaches this number of bytes. */
  readonly bytes: number;
  /** The end of the range. */
  readonly end: string;
}

/** The methods that abstract-level asks of its implementations' iterators. classic-level declares no types for them. */
interface IteratorHooks {
  _nextv(size: number, options: object): Promise<unknown[]>;
  _seek(key: string, options: object): void;
  _all(scan: Scan): Promise<unknown[]>;
}

/** How many entries are read at once. */
const chunkLength = 1_000;

/** The options for `all` of an iterator of the database. */
export function scanOf({ to, bytes = Number.POSITIVE_INFINITY }: Range): Scan {
  return { bytes, end: to };
}

/**
 * Makes every scan of a database fail when LevelDB met an error. LevelDB skips a block that it can't read, and reports the
 * error only when it is asked for entries behind the last one. abstract-level stops a scan with a limit before it asks that.
 * So the scans here go on until LevelDB, which knows the limit too, says that there are no more entries.
 */
export function checkScans(database: object): void {
  const hooks = database as { _iterator(options: unknown): IteratorHooks };
  const makeIterator = hooks._iterator.bind(database);
  hooks._iterator = (options) => {
    const iterator = makeIterator(options);
    iterator._all = (scan) => readAll(iterator, scan);
    return iterator;
  };
}

async function readAll(iterator: IteratorHooks, { bytes, end }: Scan): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let sum = 0; ; ) {
    const chunk = await iterator._nextv(chunkLength, {});
    if (chunk.length === 0) return all;
    for (const item of chunk) {
      all.push(item);
      if (bytes === Number.POSITIVE_INFINITY) continue;
      sum += sizeOfEntry(item as [string, Uint8Array]);
      if (sum < bytes) continue;
      iterator._seek(end, {});
      await iterator._nextv(1, {}); // fails when the scan met an error
      return all;
    }
  }
}
