// The data folder: checks that a folder may be opened as one, before anything in it is touched.

import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readdir, readFile, realpath, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { StatefunError } from "../errors.js";
import { damaged } from "./damaged-file.js";
import { failureOf } from "./failure.js";

/** The format that this version writes. */
const version = "2";
/** What this version reads. Format 1 had another form of requests with an idempotency key, which the engine still reads. */
const readable = ["1", version];
/** The file that says whose folder it is, and in which format. */
const formatFile = "FORMAT";
const formatText = /^statefun-ts (\S+)\n$/;
/** Files of an empty folder: a crash during the creation leaves a temporary file, and file systems make lost+found. */
const ofEmptyFolder = /^(FORMAT\.[^.]+\.tmp|lost\+found)$/;
/** LevelDB's files that hold data. None of them is there when a crash has cut off the creation. */
const dataFile = /\.(ldb|sst|log)$/;
/** LevelDB makes its files readable for all. The folder's mode alone keeps other users out. */
const ownersOnly = 0o700;

/**
 * Makes a data folder, or checks an existing one; resolves to the path of its database. Rejects with STORE_VERSION when
 * the folder has another format or belongs to another program, and with STORE_FULL or STORE_FAILED when it can't be used.
 * Warns when other users may enter the folder.
 */
export async function prepareFolder(dir: string, warn: (line: string) => void): Promise<string> {
  try {
    if ((await mkdir(dir, { recursive: true })) !== undefined) await chmod(dir, ownersOnly);
    else await warnOfReaders(dir, warn);
    // LevelDB locks a database by its path, so a folder must have one path, whatever links lead to it.
    const folder = await realpath(dir);
    const names = await readdir(folder);
    if (names.includes(formatFile)) assertFormat(dir, await readFile(join(folder, formatFile), "utf8"));
    else if (names.every((name) => ofEmptyFolder.test(name))) await writeFormat(folder);
    else throw foreign(dir);
    const database = join(folder, "db");
    await mkdir(database, { recursive: true, mode: ownersOnly });
    await syncFolder(folder);
    assertWhole(dir, await readdir(database));
    return database;
  } catch (thrown) {
    throw thrown instanceof StatefunError ? thrown : await failureOf("prepared", dir, thrown);
  }
}

function assertFormat(dir: string, text: string): void {
  const found = formatText.exec(text)?.[1];
  if (found === undefined) throw foreign(dir);
  if (readable.includes(found)) return;
  throw new StatefunError(
    "STORE_VERSION",
    `The data folder ${dir} has format ${found}; this version of statefun-ts reads format ${readable.join(" and ")}. Use the version that wrote it, or another folder.`,
  );
}

function foreign(dir: string): StatefunError {
  return new StatefunError(
    "STORE_VERSION",
    `The folder ${dir} holds other files than the data of statefun-ts. Give an empty folder, or one that does not exist yet.`,
  );
}

/** LevelDB takes a database without its file CURRENT for a new one, and deletes the files that it finds. */
function assertWhole(dir: string, names: readonly string[]): void {
  if (names.includes("CURRENT") || !names.some((name) => dataFile.test(name))) return;
  throw damaged(dir, "db/CURRENT", "is missing");
}

/** Windows has no such modes. */
async function warnOfReaders(dir: string, warn: (line: string) => void): Promise<void> {
  if (process.platform === "win32") return;
  const mode = (await stat(dir)).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  warn(
    `Other users of this machine may enter the data folder ${dir}: its mode is 0${mode.toString(8)}. Keep them out with: chmod 700 ${dir}`,
  );
}

/**
 * Says of a folder of an older format that it may hold entries of this one, so that older versions refuse the folder. Only the
 * folder's owner may do that, and before anything is written.
 */
export async function raiseFormat(dir: string, folder: string): Promise<void> {
  try {
    const text = await readFile(join(folder, formatFile), "utf8");
    if (formatText.exec(text)?.[1] !== version) await writeFormat(folder);
  } catch (thrown) {
    throw await failureOf("prepared", dir, thrown);
  }
}

/** Writes the file by way of a temporary one, so that a crash leaves the whole file or none. */
async function writeFormat(folder: string): Promise<void> {
  const temporary = join(folder, `${formatFile}.${randomUUID()}.tmp`);
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(`statefun-ts ${version}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(folder, formatFile));
  await syncFolder(folder);
}

/** Makes the names in a folder durable. Windows can't do that, and refuses to open a folder. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
