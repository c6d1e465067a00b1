// The project's own files, as text.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

function filesUnder(folder: string, suffix: string): string[] {
  return readdirSync(`${root}/${folder}`, { recursive: true })
    .map((file) => String(file).replaceAll("\\", "/"))
    .filter((file) => file.endsWith(suffix) && !file.includes("node_modules/"))
    .sort();
}

/** Every file of src/, by its path inside it. */
export const sourceFiles = () => filesUnder("src", ".ts");

/** The rooms of test/ that mirror src/, and what they share: paths from the project's root. */
export const testFiles = () =>
  [
    "architecture",
    "cli",
    "client",
    "engine",
    "functions",
    "model",
    "runtime",
    "serve",
    "store",
    "support",
    "types",
    "wire",
    "workflows",
  ].flatMap((room) => filesUnder(`test/${room}`, ".ts").map((file) => `test/${room}/${file}`));

/**
 * Every file of ours with code: of the sources, the tests, the benchmarks, the scripts, the samples and create-statefun, by its path from
 * the project's root. Generated files are left out, and fixtures, which import an installed package.
 */
export const projectFiles = () =>
  ["src", "test", "bench", "flink", "scripts", "samples", "create-statefun/src"].flatMap((folder) =>
    [".ts", ".mjs"].flatMap((suffix) =>
      filesUnder(folder, suffix)
        .map((file) => `${folder}/${file}`)
        .filter((file) => !/\/fixtures\/|\.d\.ts$|\/target\//.test(file)),
    ),
  );

/** Every file of the console with code, by its path from the project's root. */
export const consoleFiles = () =>
  [".ts", ".tsx"].flatMap((suffix) => filesUnder("console", suffix).map((file) => `console/${file}`));

/** A file's text, by its path from the project's root. */
export const sourceText = (file: string) => readFileSync(`${root}/${file}`, "utf8");

export interface Import {
  /** What is written: "../errors.js", "koa-router". */
  readonly from: string;
  /** The file of src/ that it means. */
  readonly file: string | undefined;
  /** Whether nothing is left of it at run time. */
  readonly typeOnly: boolean;
}

/** What one file of src/ imports and exports from elsewhere. */
export function importsOf(file: string, text = sourceText(`src/${file}`)): Import[] {
  const found: Import[] = [];
  const add = (from: string, typeOnly: boolean) => {
    const relative = from.startsWith(".");
    const target = relative ? posix.join(dirname(file), from).replace(/\.js$/, ".ts") : undefined;
    found.push({ from, file: target, typeOnly });
  };
  // Declarations: import or export, what of it, from where. Comments can't match: the keyword begins the line.
  for (const [, clause = "", from = ""] of text.matchAll(/^(?:import|export)\b([^;"']*?)\bfrom\s*["']([^"']+)["']/gm)) {
    add(from, isTypeOnly(clause));
  }
  for (const [, from = ""] of text.matchAll(/^import\s*["']([^"']+)["']/gm)) add(from, false);
  for (const [, from = ""] of text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g)) add(from, false);
  return found;
}

function isTypeOnly(clause: string): boolean {
  if (/^\s+type\b/.test(clause)) return true;
  const named = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1];
  if (named === undefined) return false;
  return named
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .every((name) => name.startsWith("type "));
}
