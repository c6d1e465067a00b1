// The files under deploy/, as the tests read them.

import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { root } from "../docs/pages.ts";

/** Reads a file under deploy/. */
export function deployed(path: string): string {
  return readFileSync(`${root}/deploy/${path}`, "utf8");
}

/** Reads the documents of a YAML file under deploy/. Throws when YAML has an error or gives a key twice. */
export function documentsOf(path: string): any[] {
  return [...parseAllDocuments(deployed(path), { uniqueKeys: true })].map((document) => {
    const [error] = [...document.errors, ...document.warnings];
    if (error !== undefined) throw error;
    return document.toJS();
  });
}

/** Reads the instructions in the text of a Dockerfile, each with its continued lines joined. */
export function instructionsOf(dockerfile: string): { readonly name: string; readonly rest: string }[] {
  const lines = dockerfile
    .replace(/^\s*#.*$/gm, "")
    .replace(/\\\n/g, " ")
    .split("\n");
  return lines
    .map((line) => /^(\w+)\s+(.*)$/.exec(line))
    .flatMap((match) => (match === null ? [] : [{ name: match[1] as string, rest: match[2] as string }]));
}
