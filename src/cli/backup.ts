// `statefun backup`: copies what a runtime keeps into a folder, while it goes on.

import { resolve } from "node:path";
import { type Input, usage } from "./parse.js";
import { print, printJson } from "./print.js";
import { askAdmin, jsonOf, queryOf } from "./request.js";

/** A backup as the admin server describes it. */
interface BackupMade {
  readonly folder: string;
  readonly entries: number;
  readonly bytes: number;
  readonly durationMs: number;
}

/** Makes a backup, and says when it is whole. */
export async function backup(input: Input): Promise<void> {
  const to = input.text("to");
  if (to === undefined || to === "") throw usage("Name the folder of the backup: --to FOLDER. It must not exist yet.");
  // The answer comes when the copy is whole, however long that takes.
  const path = `/backup${queryOf({ to: resolve(to) })}`;
  const made = jsonOf<BackupMade>(await askAdmin(input, { method: "POST", path, idleMs: 0 }));
  if (input.flag("json")) printJson(made);
  else print(`${made.folder} holds ${made.entries} entries (${made.bytes} bytes), copied in ${made.durationMs} ms.`);
}
