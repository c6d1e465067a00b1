// Finds damage in a database's tables, which LevelDB reads without a look at their checksums.
//
// LevelDB's scans skip a table that lacks its end. A flipped bit in a table gives a wrong value, and a compaction writes the
// value into a new table with a right checksum. So the tables are read before LevelDB reads them. In a large database, only
// the newest tables are read first. The other tables get a second name, so that no compaction takes them away, and are read
// while the store is in use.

import { link, mkdir, open, readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { StatefunError } from "../errors.js";
import { damaged } from "./damaged-file.js";
import { failureOf } from "./failure.js";
import type { LiveTable } from "./manifest.js";
import { damageOfTable, footerLength, readFooter } from "./table-format.js";

/** How much is read while the store is in use before others get a turn, in bytes, and how much longer their turn is. */
const turnBytes = 256 * 1024;
const restFactor = 4;
/** How many tables are looked at at once. */
const concurrency = 16;
/** The folder of the second names, and the end of the name of a table that was found damaged. */
const uncheckedFolder = "unchecked";
const damagedEnd = ".damaged";

/** Rejects with STORE_FAILED when a table lacks its footer, or has another length than the MANIFEST says. Reads only footers. */
export async function assertTablesEnd(dir: string, database: string, tables: readonly LiveTable[]): Promise<void> {
  const waiting = tables.values();
  const work = async () => {
    for (const table of waiting) await assertEnd(dir, database, table);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

async function assertEnd(dir: string, database: string, { name, size }: LiveTable): Promise<void> {
  const file = await open(join(database, name), "r");
  try {
    const found = (await file.stat()).size;
    if (found !== size) throw damaged(dir, `db/${name}`, `has ${found} bytes instead of ${size}`);
    const at = Math.max(0, size - footerLength);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(footerLength), 0, footerLength, at);
    if (readFooter(buffer.subarray(0, bytesRead), size) === undefined) {
      throw damaged(dir, `db/${name}`, `can't be read at byte ${at}`);
    }
  } finally {
    await file.close();
  }
}

/** Reads the tables of a data folder whole: some before the store opens, the others while the store is in use. */
export class TableCheck {
  readonly #dir: string;
  readonly #database: string;
  readonly #unchecked: string;
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** @param dir The folder's path as the user gave it, for messages. */
  constructor(dir: string, folder: string) {
    this.#dir = dir;
    this.#database = join(folder, "db");
    this.#unchecked = join(folder, uncheckedFolder);
  }

  /** Rejects with STORE_FAILED when one of the first tables is damaged, or when one was found damaged before. */
  async begin(tables: readonly LiveTable[], firstBytes: number): Promise<void> {
    const known = (await this.#names()).find((name) => name.endsWith(damagedEnd));
    if (known !== undefined) throw this.#damaged(known, "is a table that was found damaged");
    let bytes = 0;
    for (const { name, size } of tables) {
      bytes += size;
      if (bytes > firstBytes && (await this.#keep(name))) continue;
      const damage = await damageOfTable(await readFile(join(this.#database, name)), async () => {});
      if (damage !== undefined) throw damaged(this.#dir, `db/${name}`, `can't be read at byte ${damage}`);
    }
  }

  /** Reads the other tables, and resolves when that is done. Calls back when a table is damaged, or can't be read. */
  run(onDamage: (damage: StatefunError) => void): Promise<void> {
    this.#running = this.#readAll(onDamage).catch(() => {}); // what was not read is read after the next opening
    return this.#running;
  }

  /** Stops reading. Tables that were not read are read after the next opening. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #names(): Promise<string[]> {
    return readdir(this.#unchecked).catch(() => []);
  }

  /** Gives a table a second name. Resolves to false where the file system can't. */
  async #keep(name: string): Promise<boolean> {
    try {
      await mkdir(this.#unchecked, { recursive: true, mode: 0o700 });
      await link(join(this.#database, name), join(this.#unchecked, name));
      return true;
    } catch (thrown) {
      return (thrown as NodeJS.ErrnoException).code === "EEXIST";
    }
  }

  async #readAll(onDamage: (damage: StatefunError) => void): Promise<void> {
    for (const name of await this.#names()) {
      const path = join(this.#unchecked, name);
      const damage = await this.#read(path).catch(async (thrown) => {
        if ((thrown as NodeJS.ErrnoException).code === "EIO") onDamage(await failureOf("read", this.#dir, thrown));
        throw thrown;
      });
      if (this.#stopped.signal.aborted) return;
      if (damage === undefined) await rm(path);
      else {
        await rename(path, path + damagedEnd);
        return onDamage(this.#damaged(name + damagedEnd, `is a table that can't be read at byte ${damage}`));
      }
    }
    await rmdir(this.#unchecked);
  }

  /** The place of the first damage in a table. Rests between its blocks. */
  async #read(path: string): Promise<number | undefined> {
    const { signal } = this.#stopped;
    let [bytes, begun] = [0, performance.now()];
    return damageOfTable(await readFile(path, { signal }), async (size) => {
      bytes += size;
      if (bytes < turnBytes) return;
      await wait((performance.now() - begun) * restFactor, undefined, { ref: false, signal });
      [bytes, begun] = [0, performance.now()];
    });
  }

  #damaged(name: string, what: string): StatefunError {
    return damaged(this.#dir, `${uncheckedFolder}/${name}`, what);
  }
}
