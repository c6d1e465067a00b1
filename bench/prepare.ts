// Builds the subjects: this package as users have it, and the peers whose toolchains are installed.

import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildMaven, javaCommand } from "../flink/build.ts";

export const bench = fileURLToPath(new URL(".", import.meta.url));
const root = join(bench, "..");
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/**
 * Compiles the package with its own settings into the node_modules of a fresh folder, and the bench's class against it,
 * as a user's project does. `source` is the project or a changed copy of it. Returns the compiled class.
 */
export function buildOurs(source = root): string {
  return buildAgainst(source, temporaryFolder("handler"), "ours.ts", [
    join(bench, "subjects/ours.ts"),
    join(bench, "subjects/subject.mjs"),
  ]);
}

const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Makes a folder that is removed when this process ends. */
export function temporaryFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `statefun-bench-${purpose}-`));
  folders.push(folder);
  return folder;
}

/** Compiles the package into a folder's node_modules, and `script`, one of the files, against it. Returns its path. */
export function buildAgainst(source: string, folder: string, script: string, files: readonly string[]): string {
  const installed = join(folder, "node_modules/statefun-ts");
  mkdirSync(installed, { recursive: true });
  copyFileSync(join(source, "package.json"), join(installed, "package.json"));
  compile(["-p", join(source, "tsconfig.build.json"), "--outDir", join(installed, "dist/esm")]);
  const { dependencies } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as { dependencies: object };
  for (const name of [...Object.keys(dependencies), "@types"]) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true }); // a scope is a folder of its own
    symlinkSync(join(root, "node_modules", name), link);
  }
  const compilerOptions = { target: "es2022", module: "nodenext", strict: true, skipLibCheck: true, types: ["node"] };
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [script] }));
  for (const file of files) copyFileSync(file, join(folder, basename(file)));
  compile(["-p", folder]);
  return join(folder, script.replace(/\.ts$/, ".js"));
}

function compile(args: readonly string[]): void {
  execFileSync(process.execPath, [tsc, ...args], { stdio: ["ignore", "inherit", "inherit"] });
}

/** Installs the official JavaScript SDK once, as its lock file says. Returns the script. */
export function buildJs(): string {
  const folder = join(bench, "peers/js");
  installPeer(folder);
  return join(folder, "main.mjs");
}

/** Installs the packages of a folder's lock file, unless that is done. */
export function installPeer(folder: string, ...flags: readonly string[]): void {
  const installed = join(folder, "node_modules/.statefun-lock");
  const lock = readFileSync(join(folder, "package-lock.json"), "utf8");
  if (existsSync(installed) && readFileSync(installed, "utf8") === lock) return;
  const npm = ["npm ci", ...flags, "--no-audit --no-fund --loglevel=error"].join(" ");
  execFileSync(npm, { cwd: folder, shell: true, stdio: ["ignore", "inherit", "inherit"] });
  writeFileSync(installed, lock);
}

/** Builds the subject of the Go SDK. Undefined without a Go toolchain. */
export function buildGo(): Command | undefined {
  if (spawnSync("go", ["version"]).status !== 0) return undefined;
  const folder = join(bench, "peers/go");
  execFileSync("go", ["build", "-o", "target/peer", "."], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
  return [join(folder, "target/peer")];
}

/** Builds the subject of the Java SDK. Undefined without a JDK and Maven. */
export async function buildJava(): Promise<Command | undefined> {
  if (spawnSync("mvn", ["-version"]).status !== 0) return undefined;
  const classPath = await buildMaven(join(bench, "peers/java"));
  return [javaCommand(), "-Xmx1g", "-cp", classPath, "statefun.ts.bench.Main"];
}
