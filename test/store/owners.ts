// Owners of a folder for tests: with short times, and owners that this machine knows nothing of.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { StatefunError } from "../../src/errors.js";
import type { OwnershipTimes } from "../../src/store/claim.js";
import { type Owner, ownerHere } from "../../src/store/owner.js";
import { Ownership } from "../../src/store/ownership.js";
import { freshFolder } from "./folders.js";

export const quick: OwnershipTimes = { beatMs: 5, trustMs: 0, silenceMs: 60, pollMs: 5 };
/** An owner that can't be proven dead stays in the way for ever. */
export const patient: OwnershipTimes = { ...quick, silenceMs: Number.POSITIVE_INFINITY };

/** An empty folder. */
export function folderOf(t: TestContext): string {
  const dir = freshFolder(t);
  mkdirSync(dir);
  return dir;
}

/** Takes a folder until the end of the test. */
export async function claimed(
  t: TestContext,
  dir: string,
  times: OwnershipTimes,
  onLost?: (lost: StatefunError) => void,
) {
  const ownership = await Ownership.claim(dir, { dir, times, ...(onLost === undefined ? {} : { onLost }) });
  t.after(() => ownership.release());
  return ownership;
}

/** Asserts that the owner of a folder is proven dead, and removes its file. */
export async function assertDead(dir: string): Promise<void> {
  await (await Ownership.claim(dir, { dir, times: patient })).release();
}

/** Writes the file of an owner that differs from this one in some fields. */
export function ownedBy(dir: string, other: Partial<Owner>): void {
  writeFileSync(join(dir, "OWNER"), JSON.stringify({ ...ownerHere(dir), ...other }));
}

/** Runs on a machine that this one knows nothing of. */
export const stranger: Partial<Owner> = { token: "stranger", host: "elsewhere", boot: "another", namespace: "another" };
