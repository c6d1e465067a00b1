// The pages of the documentation and the code in them.

import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** The address of the repository. Packed pages link there for files that are not packed. */
const { homepage } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
const repository = homepage.replace(/#.*$/, "");

/** A page, and its path from the project's root. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** A fenced block, with where its code begins. */
export interface Block {
  readonly page: string;
  readonly language: string;
  readonly line: number;
  readonly code: string;
  /**
   * What the comment above it says: `<!-- ts: file=functions.ts -->` gives it a name that other blocks import, and
   * `<!-- jest: babel -->` says which of Jest's compilers a configuration is for.
   */
  readonly notes: readonly string[];
}

export const pages: readonly Page[] = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...readdirSync(`${root}/docs`, { recursive: true, encoding: "utf8" })
    .map((name) => `docs/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".md"))
    .sort(),
].map((path) => ({ path, text: readFileSync(`${root}/${path}`, "utf8") }));

/** Finds a page by its path. */
export function pageAt(path: string): Page {
  const page = pages.find((candidate) => candidate.path === path);
  if (page === undefined) throw new Error(`There is no page ${path}`);
  return page;
}

/** A page without its code, in which a bracket is no link. */
const proseOf = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, "");

/** A link of a page to a file of the project. */
export interface FileLink {
  /** The link as the page has it. */
  readonly target: string;
  /** The file, from the project's root. */
  readonly file: string;
  readonly anchor?: string;
  /** Whether the link is a full address in the repository, so that it works from anywhere. */
  readonly absolute: boolean;
}

/** The links of a page that lead to files of the project, relative or as an address in the repository. */
export function fileLinks({ path, text }: Page): FileLink[] {
  return [...proseOf(text).matchAll(/\]\(([^)]+)\)/g)].flatMap(([, target = ""]) => {
    const inRepository = /^\/(?:blob|tree)\/main\/(.+)$/.exec(target.replace(repository, ""))?.[1];
    const absolute = target.startsWith(repository) && inRepository !== undefined;
    if (target.startsWith("https://") && !absolute) return [];
    const [to = "", anchor] = (absolute ? inRepository : target).split("#");
    const file = absolute ? to : to === "" ? path : posix.join(posix.dirname(path), to);
    return [{ target, file, absolute, ...(anchor === undefined ? {} : { anchor }) }];
  });
}

/** The fenced blocks of a page, in a language or in all. */
export function blocksOf({ path, text }: Page, language?: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split("\n");
  for (let index = 0; index < lines.length; index++) {
    const fence = /^```(\w*)$/.exec(lines[index] as string);
    if (fence === null) continue;
    const end = lines.indexOf("```", index + 1);
    if (end < 0) throw new Error(`${path}:${index + 1}: a fence without an end`);
    const note = /^<!-- (?:ts|jest): (.+) -->$/.exec(lines[index - 1] ?? "");
    blocks.push({
      page: path,
      language: fence[1] as string,
      line: index + 2,
      code: lines.slice(index + 1, end).join("\n"),
      notes: note?.[1]?.split(" ") ?? [],
    });
    index = end;
  }
  return language === undefined ? blocks : blocks.filter((block) => block.language === language);
}

/** The rows of the tables under a heading, as cells, without the head. */
export function tableRows({ text }: Page, heading: string): string[][] {
  const start = text.indexOf(`\n## ${heading}\n`);
  if (start < 0) throw new Error(`There is no section ${heading}`);
  const section = text.slice(start + 4 + heading.length).split(/\n## /, 1)[0] as string;
  const lines = section.split("\n");
  return lines
    .filter(
      (line, index) =>
        line.startsWith("|") && !/^\|[-| ]+\|$/.test(line) && !/^\|[-| ]+\|$/.test(lines[index + 1] ?? ""),
    )
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** The texts in backticks. */
export function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
}
