// Finds damage in LevelDB's logs before LevelDB opens them. LevelDB drops the records that it can't read without a word, and
// goes on behind them.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { damaged } from "./damaged-file.js";
import { readLog } from "./log-format.js";

/**
 * Rejects with STORE_FAILED when a log can't be read, or when a write in it is damaged that other writes follow. Damage at
 * the end is what a crash leaves of a write that nobody was told of, and passes.
 */
export async function assertLogsWhole(dir: string, database: string): Promise<void> {
  for (const name of (await readdir(database)).filter((file) => file.endsWith(".log"))) {
    const { damage } = readLog(await contentOf(join(database, name)));
    if (damage !== undefined) throw damaged(dir, `db/${name}`, `can't be read at byte ${damage}, and goes on after it`);
  }
}

/** A process with an older release may have the folder open, and be done with a log at any time. */
async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw thrown;
  }
}
