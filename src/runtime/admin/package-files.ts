// Where this package is installed, for the files in it that are not code.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

interface Package {
  readonly folder: string;
  readonly version: string;
}

/** The folder of this package; undefined when an app has bundled this package into a file elsewhere. */
export function packageFolder(): string | undefined {
  return ownPackage()?.folder;
}

/** The version of this package; "unknown" when an app has bundled this package into a file elsewhere. */
export function packageVersion(): string {
  return ownPackage()?.version ?? "unknown";
}

/** Finds the nearest package.json of this package above this file. */
function ownPackage(): Package | undefined {
  const file = ownFile();
  if (file === undefined) return undefined;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const { name, version } = readPackage(folder);
    if (name === "statefun-ts" && version !== undefined) return { folder, version };
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * The path of this file. A module of this package is compiled both to ESM and to CommonJS: only ESM has `import.meta`, only CommonJS
 * has `__filename`, and neither compiles as the other. V8 knows the file of each function on the stack.
 */
function ownFile(): string | undefined {
  const { prepareStackTrace } = Error;
  try {
    Error.prepareStackTrace = (_, callSites) => callSites[0]?.getFileName() ?? undefined;
    const name = new Error("for its stack").stack as unknown;
    if (typeof name !== "string") return undefined;
    return name.startsWith("file:") ? fileURLToPath(name) : name;
  } finally {
    Error.prepareStackTrace = prepareStackTrace as NonNullable<typeof prepareStackTrace>;
  }
}

function readPackage(folder: string): { readonly name?: string; readonly version?: string } {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    return {};
  }
}
