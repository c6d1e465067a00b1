// The error for a data folder with a damaged file.

import { StatefunError } from "../errors.js";

/** STORE_FAILED for a file, whose path starts at the data folder, and what is wrong with the file. */
export function damaged(dir: string, file: string, what: string): StatefunError {
  return new StatefunError(
    "STORE_FAILED",
    `The data folder ${dir} is damaged: ${file} ${what}. Put back a whole copy of the folder.`,
  );
}
