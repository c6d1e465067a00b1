// Loads the functions of a user's file, in JavaScript or TypeScript.

import { existsSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { StatefunError } from "../errors.js";
import { StatefulFunctions } from "../functions/stateful-functions.js";
import type { RuntimeOptions } from "../runtime/runtime-options.js";
import { usage } from "./parse.js";

type TypeLike = Exclude<NonNullable<RuntimeOptions["types"]>[number], StatefulFunctions>;

/** A file of functions, and the name of its export when one is given. */
export interface FunctionsFile {
  readonly file: string;
  readonly exportName: string | undefined;
}

/** Reads "file.js" or "file.js#export". Throws OPTION_INVALID when there is no such file. */
export function functionsFileOf(written: string): FunctionsFile {
  const mark = written.lastIndexOf("#");
  const named = mark > 0 && !existsSync(written);
  const file = resolve(named ? written.slice(0, mark) : written);
  if (!existsSync(file)) throw usage(`There is no file ${file}.`);
  if (!isScript(file) || !statSync(file).isFile()) {
    throw usage(`${file} is not a file of TypeScript or JavaScript. Name a file of functions, such as functions.ts.`);
  }
  return { file, exportName: named ? written.slice(mark + 1) : undefined };
}

/** Loads the file and returns its functions. Throws OPTION_INVALID, and whatever the file throws. */
export async function loadFunctions(from: FunctionsFile): Promise<StatefulFunctions> {
  return functionsOf(from, await exportsOf(from));
}

/**
 * Loads the file and returns what it declares of functions elsewhere: a list of types and functions, which it exports as `types`, or
 * else its functions. Throws as {@link loadFunctions} does.
 */
export async function loadTypes(from: FunctionsFile): Promise<readonly (TypeLike | StatefulFunctions)[]> {
  const exports = await exportsOf(from);
  const types = exports[from.exportName ?? "types"];
  if (Array.isArray(types)) return types;
  const more = from.exportName === undefined ? ", and no list as types" : "";
  return [functionsOf(from, exports, more)];
}

async function exportsOf({ file }: FunctionsFile): Promise<Record<string, unknown>> {
  if (isTypeScript(file)) await import(pathToFileURL(resolveTsx()).href);
  const loaded: Record<string, unknown> = await import(pathToFileURL(file).href);
  // Node finds only some exports of a CommonJS file by name. The default export has all of them.
  return { ...(loaded.default as object), ...loaded };
}

/** `more` says what else the file might have exported. */
function functionsOf(
  { file, exportName }: FunctionsFile,
  exports: Record<string, unknown>,
  more = "",
): StatefulFunctions {
  const names = exportName === undefined ? ["default", "functions"] : [exportName];
  const found = names.map((name) => exports[name]).find(isFunctions);
  if (found !== undefined) return found;
  const candidates = Object.keys(exports).filter((name) => isFunctions(exports[name]));
  const instead =
    candidates.length > 0 ? ` It exports some as ${candidates.join(", ")}: write ${file}#${candidates[0]}.` : "";
  throw usage(`${file} exports no StatefulFunctions as ${names.join(" or ")}${more}.${instead}`);
}

/**
 * Whether a value is a StatefulFunctions, perhaps of another copy of the package, which a CommonJS project or a bundle loads.
 * A minified class has another name, so the members are looked at.
 */
export function isFunctions(value: unknown): value is StatefulFunctions {
  if (value instanceof StatefulFunctions) return true;
  if (typeof value !== "object" || value === null) return false;
  const { bind, register, typeNames } = value as Partial<StatefulFunctions>;
  return typeof bind === "function" && typeof register === "function" && Array.isArray(typeNames);
}

/** Whether a name is that of a TypeScript or JavaScript file. The name of an export may follow. */
export function isScript(written: string): boolean {
  return /\.[mc]?[jt]sx?(#[^/]*)?$/.test(written);
}

function isTypeScript(file: string): boolean {
  return /\.[mc]?tsx?$/.test(file);
}

/** Finds tsx: the project's own, or the one beside this package. Node alone can't run decorators. */
function resolveTsx(): string {
  const places = [join(process.cwd(), "package.json"), realpathSync(process.argv[1] as string)];
  for (const place of places) {
    try {
      return createRequire(place).resolve("tsx");
    } catch {
      // The error below says so.
    }
  }
  throw new StatefunError(
    "OPTION_INVALID",
    "TypeScript needs tsx, which is not installed. Run npm install --save-dev tsx.",
  );
}
