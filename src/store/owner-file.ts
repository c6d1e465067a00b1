// The file OWNER of a data folder: where it lies, and how it is read.

import { open } from "node:fs/promises";
import { isThisProcess, type Owner, parseOwner } from "./owner.js";

export const ownerFile = "OWNER";

/** The file OWNER as it was found. */
export interface Found {
  /** Undefined when the file holds no whole record. */
  readonly owner: Owner | undefined;
  readonly token: string;
  /** Changes with every touch. */
  readonly beat: string;
}

/** Reads an owner's file. Opening it makes a network file system ask its server again. */
export async function find(path: string): Promise<Found | undefined> {
  try {
    const file = await open(path, "r");
    try {
      const { ino, mtimeNs } = await file.stat({ bigint: true });
      const owner = parseOwner(await file.readFile("utf8"));
      return { owner, token: owner?.token ?? "unreadable", beat: `${ino} ${mtimeNs}` };
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}

/** Names an owner in a message. */
export function nameOf({ owner }: Found, here: Owner): string {
  if (owner === undefined) return `a process that its file ${ownerFile} does not name`;
  const who = isThisProcess(owner, here) ? "this process" : "process";
  return `${who} ${owner.pid} on host ${owner.host} since ${owner.since}`;
}
