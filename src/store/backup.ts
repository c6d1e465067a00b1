// A copy of a store in a folder of its own, made while the store is used.

import { lstat, mkdir, mkdtemp, readdir, realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { StatefunError } from "../errors.js";
import { failureOf, freeBytes, reasonOf } from "./failure.js";
import { syncFolder } from "./folder.js";
import { openLevelStore } from "./level-store.js";
import { type CopiedStore, type Entry, sizeOfEntry } from "./store.js";

/** What a backup holds. */
export interface Backup {
  /** The folder of the backup, as an absolute path. */
  readonly folder: string;
  /** How many entries it holds: states, messages, and what the engine keeps of its own. */
  readonly entries: number;
  /** The bytes of the keys and the values. */
  readonly bytes: number;
}

/** Options of {@link backUp}. */
export interface BackupOptions {
  /** The folder of the store, if it has one. */
  readonly own?: string | undefined;
  /** Cuts the backup off: it rejects with the reason, unless it is whole already. */
  readonly signal?: AbortSignal;
}

const mebibyte = 1024 * 1024;
/** On the disk of the data folder so many bytes stay free: the store needs them for its logs, and to sort its files. */
const reserveBytes = 64 * mebibyte;
/** So many bytes are written at once. An entry that has as many is written alone. */
const largeBytes = mebibyte;

/**
 * Copies a store as it is at one moment, between two commits, into a folder that does not exist yet or is empty. The copy has
 * its name only when it is whole and on disk. Until then it is a folder beside it whose name ends in ".part" and six characters, which
 * a crash leaves behind. Rejects with OPTION_INVALID when the folder can't be the one of a backup, with BACKUP_FAILED when it can't be
 * written, and with STORE_FULL and STORE_FAILED when the store can't be read; nothing is left then.
 */
export async function backUp(store: CopiedStore, to: string, options: BackupOptions = {}): Promise<Backup> {
  const { own, signal } = options;
  signal?.throwIfAborted();
  const folder = resolve(to);
  if (own !== undefined) await assertOutside(folder, own);
  await assertFree(folder);
  const part = await makePart(folder);
  try {
    const reserve = own !== undefined && (await onOneDisk(part, own)) ? reserveBytes : 0;
    const copied = await copy(store, part, async () => {
      signal?.throwIfAborted();
      if (reserve > 0) await assertRoom(folder, part, reserve);
    });
    await give(part, folder);
    return { folder, ...copied };
  } catch (thrown) {
    const failure = thrown instanceof StatefunError ? thrown : await backupFailed(folder, thrown);
    await rm(part, { recursive: true, force: true }).catch(() => {}); // the first failure is the one to correct
    throw failure;
  }
}

/** Copies all entries. `goOn` is awaited before each page, and rejects when the copy is to end. */
async function copy(store: CopiedStore, folder: string, goOn: () => Promise<void>): Promise<Omit<Backup, "folder">> {
  const target = await openLevelStore(folder).catch(withoutCode);
  let [entries, bytes] = [0, 0];
  try {
    for await (const page of store.pages()) {
      await goOn();
      for (const piece of piecesOf(page)) {
        // LevelDB's binding has just copied the page into this process, in this turn. It copies what is written once more.
        if (piece.length === 1) await turn();
        await target.write(piece).catch(withoutCode);
      }
      entries += page.length;
      for (const entry of page) bytes += sizeOfEntry(entry);
    }
  } finally {
    await target.close().catch(withoutCode);
  }
  return { entries, bytes };
}

/** The codes of the copy's store would be taken for those of the runtime's own store. */
function withoutCode(thrown: unknown): never {
  throw new Error("The copy can't be written.", { cause: thrown });
}

/** Parts of a page whose bytes hold the event loop for some milliseconds, or a large entry alone. */
function* piecesOf(page: readonly Entry[]): Generator<readonly Entry[]> {
  let [piece, size]: [Entry[], number] = [[], 0];
  for (const entry of page) {
    const bytes = sizeOfEntry(entry);
    if (bytes >= largeBytes) {
      yield [entry];
      continue;
    }
    piece.push(entry);
    size += bytes;
    if (size < largeBytes) continue;
    yield piece;
    [piece, size] = [[], 0];
  }
  if (piece.length > 0) yield piece;
}

async function backupFailed(folder: string, thrown: unknown): Promise<StatefunError> {
  const { code } = await failureOf("written", dirname(folder), thrown);
  const why = code === "STORE_FULL" ? `the disk is full (${reasonOf(thrown)})` : reasonOf(thrown);
  return failed(folder, why, thrown);
}

const failed = (folder: string, why: string, cause?: unknown) =>
  new StatefunError(
    "BACKUP_FAILED",
    `The backup ${folder} can't be written: ${why}. Nothing of it is kept, and the runtime goes on. Make room, or name a folder on another disk, and make the backup again.`,
    { cause },
  );

async function onOneDisk(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([stat(one), stat(other)]);
  return first.dev === second.dev;
}

/** A backup that takes the last room of the disk would stop the runtime. */
async function assertRoom(folder: string, part: string, reserve: number): Promise<void> {
  const free = await freeBytes(part);
  if (free >= reserve) return;
  const [left, needed] = [free, reserve].map((bytes) => Math.floor(bytes / mebibyte));
  throw failed(folder, `its disk has only ${left} MiB left, and the data folder on it needs ${needed} MiB`);
}

/** Whoever loses the store's folder would lose the backup with it, and the database would hold files that are not its own. */
async function assertOutside(folder: string, own: string): Promise<void> {
  const way = relative(await realPath(resolve(own)), await realPath(folder));
  if (way.split(sep)[0] === ".." || isAbsolute(way)) return;
  throw new StatefunError(
    "OPTION_INVALID",
    `The folder ${folder} lies inside the data folder ${own}. Name a folder outside of it: a backup inside would be lost with it.`,
  );
}

/** The path without links, as far as there is anything at it. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realPath(parent), basename(path));
  }
}

async function assertFree(folder: string): Promise<void> {
  try {
    if ((await lstat(folder)).isSymbolicLink()) throw notFree(folder, "is a link");
    if ((await readdir(folder)).length > 0) throw notFree(folder, "is not empty");
    if (!(await onOneDisk(folder, dirname(folder)))) throw notFree(folder, mountPoint);
  } catch (thrown) {
    if (thrown instanceof StatefunError) throw thrown;
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    throw new StatefunError(
      "OPTION_INVALID",
      `A backup can't be written to ${folder}: ${message}. Name another folder.`,
    );
  }
}

/** A folder gets its name by being renamed, and nothing can be renamed to a place where a disk is mounted. */
const mountPoint = "is a disk of its own, or in use; a backup can be a folder inside of it";

const notFree = (folder: string, why: string) =>
  new StatefunError(
    "OPTION_INVALID",
    `The folder ${folder} ${why}. Name a folder that does not exist yet: a backup never overwrites another one.`,
  );

async function makePart(folder: string): Promise<string> {
  try {
    await mkdir(dirname(folder), { recursive: true });
    return await mkdtemp(join(dirname(folder), `${basename(folder)}.part-`));
  } catch (thrown) {
    throw await backupFailed(folder, thrown);
  }
}

/** Gives the copy its name. Only a folder that is not there can be named so on each system. */
async function give(part: string, folder: string): Promise<void> {
  const refused = (error: NodeJS.ErrnoException) => {
    // Another backup may have come first, before or after the removal of the empty folder.
    if (error.code === "ENOTEMPTY" || error.code === "EEXIST") throw notFree(folder, "is not empty any more");
    if (error.code === "ENOTDIR") throw notFree(folder, "is no folder any more");
    if (error.code === "EBUSY") throw notFree(folder, mountPoint);
    if (error.code !== "ENOENT") throw error;
  };
  await rmdir(folder).catch(refused);
  await rename(part, folder).catch(refused);
  await syncFolder(dirname(folder));
}
