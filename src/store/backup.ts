// A copy of a store in a folder of its own, made while the store is used.

import { mkdir, mkdtemp, readdir, realpath, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { StatefunError } from "../errors.js";
import { failureOf } from "./failure.js";
import { syncFolder } from "./folder.js";
import { openLevelStore } from "./level-store.js";
import { type CopiedStore, sizeOfEntry } from "./store.js";

/** What a backup holds. */
export interface Backup {
  /** The folder of the backup, as an absolute path. */
  readonly folder: string;
  /** How many entries it holds: states, messages, and what the engine keeps of its own. */
  readonly entries: number;
  /** The bytes of the keys and the values. */
  readonly bytes: number;
}

/**
 * Copies a store as it is at one moment, between two commits, into a folder that does not exist yet or is empty. The copy has
 * its name only when it is whole and on disk. Until then it is a folder beside it whose name ends in ".part" and six characters, which
 * a crash leaves behind. `own` is the folder of the store, if it has one. Rejects with OPTION_INVALID when the folder holds something or
 * lies inside the store's own one, and with STORE_FULL and STORE_FAILED; nothing is left then.
 */
export async function backUp(store: CopiedStore, to: string, own?: string): Promise<Backup> {
  const folder = resolve(to);
  if (own !== undefined) await assertOutside(folder, own);
  await assertFree(folder);
  const part = await makePart(folder);
  try {
    const copied = await copy(store, part);
    await give(part, folder);
    return { folder, ...copied };
  } catch (thrown) {
    await rm(part, { recursive: true, force: true });
    throw thrown instanceof StatefunError ? thrown : await failureOf("written", folder, thrown);
  }
}

async function copy(store: CopiedStore, folder: string): Promise<Omit<Backup, "folder">> {
  const target = await openLevelStore(folder);
  let [entries, bytes] = [0, 0];
  try {
    for await (const page of store.pages()) {
      await target.write(page);
      entries += page.length;
      for (const entry of page) bytes += sizeOfEntry(entry);
    }
  } finally {
    await target.close();
  }
  return { entries, bytes };
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
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new StatefunError("OPTION_INVALID", `A backup can't be written to ${folder}: ${error.message}.`);
  });
  if (names.length > 0) throw notFree(folder, "is not empty");
}

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
    throw await failureOf("prepared", folder, thrown);
  }
}

/** Gives the copy its name. Only a folder that is not there can be named so on each system. */
async function give(part: string, folder: string): Promise<void> {
  const refused = (error: NodeJS.ErrnoException) => {
    // Another backup may have come first, before or after the removal of the empty folder.
    if (error.code === "ENOTEMPTY" || error.code === "EEXIST") throw notFree(folder, "is not empty any more");
    if (error.code === "ENOTDIR") throw notFree(folder, "is a link");
    if (error.code !== "ENOENT") throw error;
  };
  await rmdir(folder).catch(refused);
  await rename(part, folder).catch(refused);
  await syncFolder(dirname(folder));
}
