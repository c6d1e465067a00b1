// Where this package is installed, for the files in it that are not code.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ownUrl } from "#own-url";

/** The folder of this package; undefined when an app has bundled this package into one file. */
export function packageFolder(): string | undefined {
  if (ownUrl === undefined) return undefined;
  const folder = dirname(dirname(fileURLToPath(ownUrl)));
  return nameIn(folder)?.name === "statefun-ts" ? folder : undefined;
}

/** The version of this package; "unknown" when an app has bundled it into one file. */
export function packageVersion(): string {
  const folder = packageFolder();
  return folder === undefined ? "unknown" : (nameIn(folder)?.version ?? "unknown");
}

function nameIn(folder: string): { readonly name?: string; readonly version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    return undefined;
  }
}
