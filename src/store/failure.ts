// Turns what LevelDB and the system throw about a data folder into this package's errors.

import { statfs } from "node:fs/promises";
import { describe, StatefunError } from "../errors.js";

/** The words of the systems for a full disk, a used-up quota, and a file that has reached its largest size. */
const noRoom = /no space left on device|disk quota exceeded|file too large|not enough space|ENOSPC|EDQUOT|EFBIG/i;
const locked = /LEVEL_LOCKED/;

/** Makes the error for a failure of the folder: STORE_LOCKED, STORE_FULL or STORE_FAILED. */
export async function failureOf(what: string, dir: string, thrown: unknown): Promise<StatefunError> {
  const failure = failureByText(what, dir, thrown);
  if (failure.code !== "STORE_FAILED" || (await freeBytes(dir)) > 0) return failure;
  return full(what, dir, thrown);
}

/** Makes the same error from the words of the failure alone, for callers that can't wait while the disk is asked. */
export function failureByText(what: string, dir: string, thrown: unknown): StatefunError {
  const reason = reasonOf(thrown);
  if (locked.test(reason)) {
    return new StatefunError(
      "STORE_LOCKED",
      `The data folder ${dir} is in use by a process that has left no file OWNER there, perhaps one of an older release. Stop that process, or open another folder.`,
      { cause: thrown },
    );
  }
  if (noRoom.test(reason)) return full(what, dir, thrown);
  return new StatefunError(
    "STORE_FAILED",
    `The data folder ${dir} can't be ${what}: ${reason}. Check the disk and the permissions. If the folder is damaged, put back a whole copy of it.`,
    { cause: thrown },
  );
}

/** How many bytes of the disk are free to this user; infinite when the disk does not say. */
export async function freeBytes(dir: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(dir);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function full(what: string, dir: string, thrown: unknown): StatefunError {
  return new StatefunError(
    "STORE_FULL",
    `The data folder ${dir} can't be ${what}: the disk is full (${reasonOf(thrown)}). Make room on the disk. Nothing is lost; send what was refused again, with the same idempotency key.`,
    { cause: thrown },
  );
}

/** The code and the words of the innermost cause. The outer errors only say that something failed. */
export function reasonOf(thrown: unknown): string {
  const { code, cause } = (thrown ?? {}) as { code?: unknown; cause?: unknown };
  const words = describe(thrown);
  // The errors of the system begin with their code already.
  const own = typeof code === "string" && !words.startsWith(code) ? `${code}: ${words}` : words;
  return cause === undefined ? own : reasonOf(cause);
}
