// What went wrong with a data folder, in this package's codes.

import { statfs } from "node:fs/promises";
import { describe, StatefunError } from "../errors.js";

/** How the systems say that there is no room: on the disk, in the quota, under the limit of a file's size. */
const noRoom = /no space left on device|disk quota exceeded|file too large|not enough space|ENOSPC|EDQUOT|EFBIG/i;
const locked = /LEVEL_LOCKED/;

/** The error for a failure of the folder: STORE_LOCKED, STORE_FULL or STORE_FAILED. */
export async function failureOf(what: string, dir: string, thrown: unknown): Promise<StatefunError> {
  const failure = failureByText(what, dir, thrown);
  if (failure.code !== "STORE_FAILED" || (await freeBytes(dir)) > 0) return failure;
  return full(what, dir, thrown);
}

/** The same by the error's words alone, for where there is no time to ask the disk. */
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
    `The data folder ${dir} can't be ${what}: ${reason}. See to the disk and the permissions; a damaged folder must be put back from a copy.`,
    { cause: thrown },
  );
}

/** What is free to this user, in bytes; endless when the disk does not say. */
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
    `The data folder ${dir} can't be ${what}: the disk is full (${reasonOf(thrown)}). Make room; nothing is lost: repeat what was refused with the same idempotency key.`,
    { cause: thrown },
  );
}

/** The code and words of the innermost cause: the outer ones only say that something failed. */
function reasonOf(thrown: unknown): string {
  const { code, cause } = (thrown ?? {}) as { code?: unknown; cause?: unknown };
  const words = describe(thrown);
  // The system's own errors begin with their code.
  const own = typeof code === "string" && !words.startsWith(code) ? `${code}: ${words}` : words;
  return cause === undefined ? own : reasonOf(cause);
}
