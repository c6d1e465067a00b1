// A scratch project in which this package is installed as its users have it: compiled, with declarations, in
// node_modules. It is made from the sources as they are, so that no stale or half-built dist/ is ever tested.

import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const require = createRequire(import.meta.url);

/** Starts the command of an installed compiler: "typescript" is 7, "typescript-5" and "typescript-6" what they say. */
export const tscPath = (compiler: string): string => {
  const { bin } = require(`${compiler}/package.json`) as { bin: Record<string, string> };
  return join(dirname(require.resolve(`${compiler}/package.json`)), (bin.tsc ?? bin.tsc6) as string);
};

export interface Project {
  readonly folder: string;
  /** Where the package is installed. */
  readonly installed: string;
  remove(): void;
}

const run = promisify(execFile);
const messages = join(root, "test/dialects/fixtures/messages.proto");

/** Makes a project with the package, generated message classes, and copies of these folders of the repository in it. */
export async function makeProject(...copied: readonly string[]): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), "statefun-ts-"));
  const installed = join(folder, "node_modules/statefun-ts");
  mkdirSync(installed, { recursive: true });
  // Only what a user's node_modules would have beside the package: its own dependencies and Node's types.
  for (const name of ["protobufjs", "reflect-metadata", "long", "koa", "koa-router", "@types"]) {
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name), "junction");
  }
  cpSync(join(root, "package.json"), join(installed, "package.json"));
  for (const from of copied) cpSync(join(root, from), folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');

  const build = ["-p", join(root, "tsconfig.build.json"), "--outDir", join(installed, "dist/esm")];
  const pbjs = join(dirname(require.resolve("protobufjs-cli/package.json")), "bin/pbjs");
  const target = ["-t", "static-module", "-w", "esm", "-r", "statefun-ts-dialects", "--dts"];
  const built = Promise.all([
    run(process.execPath, [tscPath("typescript"), ...build, "--sourceMap", "false"], { cwd: root }),
    run(process.execPath, [pbjs, ...target, "-o", join(folder, "messages.js"), messages]),
  ]);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  await built.catch((failure) => {
    remove();
    throw new Error(`The package does not compile:\n${failure.stdout}${failure.stderr}`);
  });
  return { folder, installed, remove };
}

/** One complaint of a compiler. */
export interface Complaint {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly text: string;
}

let configs = 0;

/** Type-checks files of a project, their declarations included. */
export async function typecheck(
  compiler: string,
  { folder }: Project,
  { files, ...compilerOptions }: { readonly files: readonly string[]; readonly [option: string]: unknown },
): Promise<Complaint[]> {
  configs += 1;
  const config = join(folder, `tsconfig.check-${configs}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...compilerOptions, noEmit: true }, files }));
  const args = [tscPath(compiler), "-p", config, "--pretty", "false"];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
  const complaints: Complaint[] = [];
  for (const line of output.split("\n")) {
    const found = /^(?:(.+?)\((\d+),\d+\): )?error (TS\d+): (.*)$/.exec(line);
    if (found === null) continue;
    const [, file = "", at = "0", code = "", text = ""] = found;
    complaints.push({ file, line: Number(at), code, text });
  }
  // A compiler that did not run says nothing that looks like a complaint.
  if (complaints.length === 0 && output.trim() !== "") throw new Error(output);
  return complaints;
}
