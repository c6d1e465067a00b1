// Reads module files as Flink does: YAML documents of `kind` and `spec`, or one document with a version.

import { readFile, stat } from "node:fs/promises";
import { LineCounter, parseAllDocuments } from "yaml";
import { describe, StatefunError } from "../../errors.js";
import { Entry } from "./entry.js";
import { readComponent } from "./kinds.js";
import type { Module } from "./module.js";
import { ModuleParts } from "./module-parts.js";
import { Problems } from "./problems.js";
import { readVersionedFile } from "./versioned-file.js";

/** Options of reading a module file. */
export interface ReadOptions {
  /** Whether the name of a function may choose the server in a URL. Defaults to false. */
  readonly allowHostTemplates?: boolean | undefined;
}

/** The largest module file. A megabyte takes a quarter of a second to read, in which nothing else runs. */
const mostBytes = 1024 * 1024;

/** Reads a module file. Rejects with MODULE_INVALID, whose message has every mistake with its line and column. */
export async function readModule(path: string, options: ReadOptions = {}): Promise<Module> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > mostBytes) throw new Error(`it has ${size} bytes; a module file has at most ${mostBytes}.`);
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new StatefunError("MODULE_INVALID", `${path === "" ? '""' : path} can't be read: ${describe(cause)}`, {
      cause,
    });
  }
  return parseModule(text, { ...options, file: path });
}

/** Reads the text of a module file; `file` is the file's name in messages. Throws MODULE_INVALID. */
export function parseModule(
  text: string,
  { file, allowHostTemplates = false }: ReadOptions & { readonly file: string },
): Module {
  const lines = new LineCounter();
  const problems = new Problems(file, lines);
  const parts = new ModuleParts(allowHostTemplates);
  const documents = [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" })];
  for (const error of documents.flatMap((document) => document.errors)) {
    problems.add(error.pos[0], `this is not YAML: ${error.message}.`);
  }
  problems.throwAny(); // after a syntax error, the rest can only be guessed

  const entries = documents
    .filter(({ contents }) => contents !== null && !isEmpty(contents))
    .map(({ contents }) => new Entry(problems, "", contents, 0));
  const [first] = entries;
  if (entries.length === 1 && first?.peek("version") !== undefined) readVersionedFile(first, parts);
  else for (const entry of entries) readDocument(entry, parts);
  problems.throwAny();
  return parts.module;
}

function readDocument(document: Entry, parts: ModuleParts): void {
  const fields = document.map(["kind", "spec"], ["kind", "spec"]);
  if (fields !== undefined) readComponent(fields.get("kind") as Entry, fields.get("spec") as Entry, parts);
}

/** Flink ignores empty documents. */
function isEmpty(contents: object): boolean {
  return "value" in contents && contents.value === null;
}
