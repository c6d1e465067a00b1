#!/usr/bin/env node
// The command `create-statefun`, which `npm create statefun` runs: makes a project in a new folder.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { type Ask, choices, completeChoices, WrongUsage } from "./choices.js";
import { writeProject } from "./project.js";

/** The project can't be written here. */
class Refused extends Error {}

/** The person has left while questions were asked. */
class Left extends Error {}

const help = `Makes a project with stateful functions in TypeScript.

Usage: npm create statefun <folder> [-- options]

${Object.entries(choices)
  .map(([name, { values }]) => [`  --${name} <${values.join("|")}>`.padEnd(36), `Defaults to ${values[0]}.`].join(""))
  .join("\n")}
  --yes, -y                         Take the defaults, and ask nothing.

On a terminal, the command asks for what no option gives.`;

async function main(): Promise<void> {
  const { values, folder: written } = readWords();
  if (values.help === true) return console.log(help);
  const asking = values.yes !== true && process.stdin.isTTY && process.stdout.isTTY ? openQuestions() : undefined;
  try {
    if (written !== undefined) assertEmpty(resolve(written));
    const folder = resolve(written ?? (await folderFrom(asking?.ask)));
    assertEmpty(folder);
    const chosen = await completeChoices(values as Record<string, string>, asking?.ask);
    writeProject(folder, packageName(folder), ownVersion(), chosen);
    const entered = folder === process.cwd() ? "" : `  cd ${quoted(written ?? basename(folder))}\n`;
    console.log(
      `The project is in ${folder}. Next:\n\n${entered}  npm install\n  npm run dev\n\nREADME.md says what else there is.`,
    );
  } finally {
    asking?.close();
  }
}

/** Reads the command line. Throws WrongUsage. */
function readWords() {
  const text = { type: "string" } as const;
  try {
    const { values, positionals } = parseArgs({
      options: {
        messages: text,
        decorators: text,
        modules: text,
        yes: { type: "boolean", short: "y" },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new WrongUsage(`Name one folder. "${positionals[1]}" is one argument too many.`);
    return { values, folder: positionals[0] };
  } catch (error) {
    throw error instanceof WrongUsage ? error : new WrongUsage((error as Error).message);
  }
}

async function folderFrom(ask: Ask | undefined): Promise<string> {
  if (ask === undefined) throw new WrongUsage("Name the folder of the project: npm create statefun my-app.");
  return (await ask("Folder of the project? [my-app]: ")).trim() || "my-app";
}

/** Throws Refused when a folder holds something. The folder of a fresh clone, with nothing but .git, counts as empty. */
function assertEmpty(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) throw new Refused(`${folder} is a file. Name a folder.`);
  const found = readdirSync(folder).filter((name) => name !== ".git");
  if (found.length === 0) return;
  throw new Refused(
    `${folder} is not empty: it holds ${found.slice(0, 3).join(", ")}${found.length > 3 ? " and more" : ""}. Name a new folder.`,
  );
}

/** Makes a package name that npm takes from the name of a folder. */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|-+$/g, "")
    .slice(0, 200);
  return name === "" || name === "node_modules" || name === "statefun-ts" ? "my-app" : name;
}

/** The version of this package, which is also that of statefun-ts. */
function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}

function openQuestions(): { ask: Ask; close(): void } {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const left = new AbortController();
  lines.once("close", () => left.abort());
  return {
    ask: (question) =>
      lines.question(question, { signal: left.signal }).catch(() => {
        throw new Left();
      }),
    close: () => lines.close(),
  };
}

function quoted(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : JSON.stringify(path);
}

main().catch((error: unknown) => {
  if (error instanceof Left) {
    console.error("\nNothing was written.");
    process.exitCode = 130;
  } else if (error instanceof WrongUsage) {
    console.error(`${error.message}\nRun npm create statefun -- --help for the options.`);
    process.exitCode = 2;
  } else {
    console.error(error instanceof Refused ? error.message : error);
    process.exitCode = 1;
  }
});
