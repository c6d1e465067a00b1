// The packages statefun-ts and create-statefun as they would be published, and the command of the second one.

import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { pack } from "../package/packed.ts";

const execute = promisify(execFile);
const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];

export interface Ended {
  readonly status: number;
  readonly output: string;
}

/** Runs a program to its end. npm and the test runner tell what they start about themselves, which a project must not see. */
export async function runIn(cwd: string, program: string, args: readonly string[], env = {}): Promise<Ended> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_(registry|cache))|NODE_OPTIONS|NODE_TEST_CONTEXT)/.test(name),
  );
  const options = { cwd, env: { ...Object.fromEntries(own), ...env }, timeout: 120_000, maxBuffer: 1 << 26 };
  return execute(program, [...args], options).then(
    ({ stdout, stderr }) => ({ status: 0, output: stdout + stderr }),
    (failure) => ({ status: failure.code, output: `${failure.stdout}${failure.stderr}` }),
  );
}

export interface PackedCreate {
  /** The folder that is removed in the end. */
  readonly folder: string;
  /** The paths in the tarball of create-statefun. */
  readonly files: readonly string[];
  /** Runs the command in the folder. */
  create(...args: readonly string[]): Promise<Ended>;
  /** Installs what package.json of a project asks for, with the packed statefun-ts. */
  install(project: string): Promise<Ended>;
  remove(): void;
}

/** Packs both packages, and installs the second one. */
export async function packCreate(): Promise<PackedCreate> {
  const packed = await pack();
  try {
    const tree = join(packed.folder, "tree/create-statefun");
    const { stdout } = await execute("npm", ["pack", "--json", "--pack-destination", packed.folder], { cwd: tree });
    const [{ filename, files }] = JSON.parse(stdout.slice(stdout.search(/^\[/m))) as [
      { filename: string; files: { path: string }[] },
    ];
    const home = join(packed.folder, "command");
    mkdirSync(home);
    writeFileSync(join(home, "package.json"), JSON.stringify({ private: true }));
    await execute("npm", ["install", join(packed.folder, filename), ...quiet], { cwd: home });
    const bin = join(home, "node_modules/.bin/create-statefun");
    return {
      folder: packed.folder,
      files: files.map(({ path }) => path),
      create: (...args) => runIn(packed.folder, bin, args),
      install: (project) => {
        const file = join(project, "package.json");
        const written = JSON.parse(readFileSync(file, "utf8"));
        written.dependencies["statefun-ts"] = `file:${packed.tarball}`;
        writeFileSync(file, JSON.stringify(written));
        return runIn(project, "npm", ["install", ...quiet]);
      },
      remove: packed.remove,
    };
  } catch (failure) {
    packed.remove();
    throw failure;
  }
}
