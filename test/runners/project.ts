// A user's project with the packed package, the test runners and their compilers installed.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { install, pack } from "../package/packed.ts";
import { installLocked } from "../support/install-locked.ts";

const tools = fileURLToPath(new URL("tools", import.meta.url));
// Suites name their commands, and so look for the tools, before any hook has run.
installLocked(tools);
const require = createRequire(join(tools, "package.json"));

export interface RunnerProject {
  readonly folder: string;
  remove(): void;
}

/** How a command has ended, and all that it has printed. */
export interface Ended {
  readonly status: number;
  readonly output: string;
}

/** Makes the project. */
export async function makeRunnerProject(): Promise<RunnerProject> {
  const packed = await pack();
  const folder = install(packed);
  linkPackages(join(tools, "node_modules"), join(folder, "node_modules"));
  return { folder, remove: packed.remove };
}

/** Links packages into a node_modules, as npm would install them. Packages that are there stay. */
function linkPackages(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    const target = join(to, name);
    if (name.startsWith(".")) continue;
    if (!existsSync(target)) symlinkSync(join(from, name), target, "junction");
    else if (name.startsWith("@")) linkPackages(join(from, name), target);
  }
}

/** Writes files into a folder of the project, by their paths. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | object>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === "string" ? content : JSON.stringify(content, null, 2));
  }
}

/** Imports one of the installed tools into this process. */
export const importTool = (name: string): Promise<any> => import(pathToFileURL(require.resolve(name)).href);

/** The script behind a command of an installed tool. */
export const commandOf = (name: string, command = name): string => {
  const file = findPackage(name);
  const { bin } = require(file) as { bin: string | Record<string, string> };
  return join(dirname(file), typeof bin === "string" ? bin : (bin[command] as string));
};

/** The package.json of a tool, also of a package whose exports do not name the file. */
const findPackage = (name: string): string => join(tools, "node_modules", name, "package.json");

/** Runs Node in a folder. A command that hangs is ended after two minutes. */
export function runNode(cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...inherited } = process.env;
  const options = { cwd, env: { ...inherited, NO_COLOR: "1", CI: "1", ...env }, timeout: 120_000, maxBuffer: 1 << 26 };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (failure, stdout, stderr) => {
      const status = failure === null ? 0 : typeof failure.code === "number" ? failure.code : -1;
      resolve({ status, output: stdout + stderr });
    });
  });
}
