// Finds damage in LevelDB's logs before LevelDB opens them. LevelDB drops the records that it can't read without a word, and
// goes on behind them.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { damaged } from "./damaged-file.js";
import { readLog } from "./log-format.js";

/**
 * Rejects with STORE_FAILED when a log can't be read, or when it has a damaged write that other writes follow. Damage at the
 * end of the last log that holds a write passes: a crash has cut off a write there, which was acknowledged to nobody. Logs
 * before `oldest` are not read, since LevelDB has put their content into tables.
 */
export async function assertLogsWhole(dir: string, database: string, oldest = 0): Promise<void> {
  const names = (await readdir(database)).filter(
    (name) => name.endsWith(".log") && Number.parseInt(name, 10) >= oldest,
  );
  let [tornName, tornAt]: [string?, number?] = [];
  for (const name of names.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))) {
    const log = readLog(await contentOf(join(database, name)));
    const [file, at] = log.records.length > 0 && tornName !== undefined ? [tornName, tornAt] : [name, log.damage];
    if (at !== undefined) throw damaged(dir, `db/${file}`, `can't be read at byte ${at}, and more writes follow`);
    if (log.tornAt !== undefined) [tornName, tornAt] = [name, log.tornAt];
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
