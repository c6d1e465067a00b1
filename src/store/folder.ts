// The data folder: what may be opened as one, found out before anything in it is touched.

import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, realpath, rename } from "node:fs/promises";
import { join } from "node:path";
import { StatefunError } from "../errors.js";
import { failureOf } from "./failure.js";

/** The one format there is so far. */
const version = "1";
/** Says whose folder it is, and in which format. */
const formatFile = "FORMAT";
const formatText = /^statefun-ts (\S+)\n$/;
/** A creation that a crash cut off leaves a temporary file; file systems have a folder for what they find. */
const nothing = /^(FORMAT\.[^.]+\.tmp|lost\+found)$/;
/** LevelDB's files that hold data: none is there yet when its creation was cut off. */
const data = /\.(ldb|sst|log)$/;

/**
 * Makes a data folder, or checks one that is there; resolves to the path of its database. Rejects with STORE_VERSION when
 * the folder is of another format or belongs to something else, STORE_FULL or STORE_FAILED when it can't be used.
 */
export async function prepareFolder(dir: string): Promise<string> {
  try {
    await mkdir(dir, { recursive: true });
    // The database is locked by its path: two ways to one folder must not be two paths.
    const folder = await realpath(dir);
    const names = await readdir(folder);
    if (names.includes(formatFile)) assertFormat(dir, await readFile(join(folder, formatFile), "utf8"));
    else if (names.every((name) => nothing.test(name))) await writeFormat(folder);
    else throw foreign(dir);
    const database = join(folder, "db");
    await mkdir(database, { recursive: true });
    await syncFolder(folder);
    assertWhole(dir, await readdir(database));
    return database;
  } catch (thrown) {
    throw thrown instanceof StatefunError ? thrown : await failureOf("prepared", dir, thrown);
  }
}

function assertFormat(dir: string, text: string): void {
  const found = formatText.exec(text)?.[1];
  if (found === version) return;
  if (found === undefined) throw foreign(dir);
  throw new StatefunError(
    "STORE_VERSION",
    `The data folder ${dir} has format ${found}; this version of statefun-ts reads format ${version}. Use the version that wrote it, or another folder.`,
  );
}

function foreign(dir: string): StatefunError {
  return new StatefunError(
    "STORE_VERSION",
    `The folder ${dir} holds something else than the data of statefun-ts. Give an empty folder, or one that is not there.`,
  );
}

/** LevelDB takes a database without its file CURRENT for a new one, and deletes what it finds. */
function assertWhole(dir: string, names: readonly string[]): void {
  if (names.includes("CURRENT") || !names.some((name) => data.test(name))) return;
  throw new StatefunError(
    "STORE_FAILED",
    `The data folder ${dir} is damaged: db/CURRENT is missing. Put back a whole copy of the folder.`,
  );
}

/** A crash leaves the whole file or none. */
async function writeFormat(folder: string): Promise<void> {
  const temporary = join(folder, `${formatFile}.${randomUUID()}.tmp`);
  const file = await open(temporary, "w");
  try {
    await file.writeFile(`statefun-ts ${version}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(folder, formatFile));
  await syncFolder(folder);
}

/** Puts a folder's names on disk. Windows has no such thing, and refuses to open a folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
