// What LevelDB's MANIFEST says of a database: which tables it consists of, and from which log on it goes on.
//
// LevelDB opens an older state of the database when the end of its MANIFEST is missing, and then deletes all newer files.
// So the MANIFEST is compared with the files that are there: an older state names files that are gone.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ByteReader } from "./byte-reader.js";
import { damaged } from "./damaged-file.js";
import { readLog } from "./log-format.js";

/** A table that a database consists of. */
export interface LiveTable {
  /** The file's name in the database's folder. */
  readonly name: string;
  /** The file's length in bytes. */
  readonly size: number;
}

/** The files that a database consists of, as its MANIFEST says it. */
export interface LiveFiles {
  /** The newest first. */
  readonly tables: readonly LiveTable[];
  /** The number of the oldest log that counts. */
  readonly oldestLog: number;
}

interface Version {
  /** The level and size of each table, by the number of its file. */
  readonly tables: Map<number, { readonly level: number; readonly size: number }>;
  /** The oldest log that is not in a table. 0 in a new database, which has no log yet. */
  log: number;
  /** The tags that were seen. */
  readonly seen: Set<number>;
}

// The fields of a record, by their tag. Each record changes the version that the records before it add up to.
const [comparator, logNumber, nextFile, lastSequence] = [1, 2, 3, 4];
const [compactPointer, deletedTable, newTable, previousLog] = [5, 6, 7, 9];

/**
 * Reads which files a database consists of. Rejects with STORE_FAILED when CURRENT or MANIFEST is damaged, or when a
 * file that the MANIFEST counts on is missing.
 */
export async function liveFiles(dir: string, database: string): Promise<LiveFiles> {
  const names = new Set(await readdir(database));
  if (!names.has("CURRENT")) return { tables: [], oldestLog: 0 }; // a new database: folder.ts has found no data there
  const manifest = /^(MANIFEST-\d+)\n$/.exec(await readFile(join(database, "CURRENT"), "latin1"))?.[1];
  if (manifest === undefined) throw damaged(dir, "db/CURRENT", "names no MANIFEST");
  if (!names.has(manifest)) throw damaged(dir, `db/${manifest}`, "is missing, and db/CURRENT names it");
  const { records, damage, badEnd } = readLog(await readFile(join(database, manifest)));
  const at = damage ?? badEnd;
  if (at !== undefined) throw damaged(dir, `db/${manifest}`, `can't be read at byte ${at}`);
  const version = versionOf(records);
  if (version === undefined) throw damaged(dir, `db/${manifest}`, "is not as LevelDB writes it");
  const { tables, log } = version;
  const lost = (file: string) => damaged(dir, `db/${file}`, `is missing, and db/${manifest} counts on it`);
  if (log !== 0 && !names.has(fileName(log, "log"))) throw lost(fileName(log, "log"));
  const live = [...tables].map(([number, { size }]) => {
    const name = [fileName(number, "ldb"), fileName(number, "sst")].find((each) => names.has(each));
    if (name === undefined) throw lost(fileName(number, "ldb"));
    return { number, name, size };
  });
  return { tables: live.toSorted((a, b) => b.number - a.number), oldestLog: log };
}

/** LevelDB pads a file's number to six digits. */
function fileName(number: number, extension: string): string {
  return `${String(number).padStart(6, "0")}.${extension}`;
}

/** Adds up all records. Undefined when one can't be understood, or when those are missing that LevelDB writes first. */
function versionOf(records: readonly Uint8Array[]): Version | undefined {
  const version: Version = { tables: new Map(), log: 0, seen: new Set() };
  try {
    for (const record of records) apply(version, new ByteReader(record));
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
  return [logNumber, nextFile, lastSequence].every((tag) => version.seen.has(tag)) ? version : undefined;
}

function apply(version: Version, record: ByteReader): void {
  const { tables } = version;
  const added: [number: number, level: number, size: number][] = [];
  while (!record.isAtEnd) {
    const tag = record.varint();
    version.seen.add(tag);
    if (tag === comparator) record.string();
    else if (tag === logNumber) version.log = record.varint();
    else if (tag === nextFile || tag === lastSequence || tag === previousLog) record.varint();
    else if (tag === compactPointer) {
      record.varint();
      record.string();
    } else if (tag === deletedTable) {
      const [level, number] = [record.varint(), record.varint()];
      // A table that moves is deleted from its old level and added to the new one.
      if (tables.get(number)?.level === level) tables.delete(number);
    } else if (tag === newTable) {
      const [level, number, size] = [record.varint(), record.varint(), record.varint()];
      record.string();
      record.string();
      added.push([number, level, size]);
    } else throw new RangeError("There is no such tag.");
  }
  for (const [number, level, size] of added) tables.set(number, { level, size });
}
