// Builds what is measured: this package with the bench's functions, as its users have it, and Restate from npm.

import { execFileSync } from "node:child_process";
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
import { dirname, join } from "node:path";
import { bench } from "../prepare.ts";

const root = join(bench, "..");
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed when this process ends. */
export function temporaryFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `statefun-bench-${purpose}-`));
  folders.push(folder);
  return folder;
}

/**
 * Compiles the package with its own settings into a fresh folder's node_modules, and the bench's functions against it, as
 * a user's project does. `source` is the project, or a changed copy of it. Returns the compiled script.
 */
export function buildRuntime(source = root): string {
  const folder = temporaryFolder("runtime");
  const installed = join(folder, "node_modules/statefun-ts");
  mkdirSync(installed, { recursive: true });
  copyFileSync(join(source, "package.json"), join(installed, "package.json"));
  compile(["-p", join(source, "tsconfig.build.json"), "--outDir", join(installed, "dist/esm")]);
  const { dependencies } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as { dependencies: object };
  for (const name of [...Object.keys(dependencies), "@types"]) {
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  const compilerOptions = { target: "es2022", module: "nodenext", strict: true, skipLibCheck: true, types: ["node"] };
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["ours.ts"] }));
  copyFileSync(join(bench, "runtime/ours.ts"), join(folder, "ours.ts"));
  compile(["-p", folder]);
  return join(folder, "ours.js");
}

function compile(args: readonly string[]): void {
  execFileSync(process.execPath, [tsc, ...args], { stdio: ["ignore", "inherit", "inherit"] });
}

/** Where Restate's two halves are. */
export interface Restate {
  readonly server: string;
  readonly service: string;
}

/** Installs Restate once, as its lock file says; without install scripts, which only count installations. */
export function installRestate(): Restate {
  const folder = join(bench, "peers/restate");
  const installed = join(folder, "node_modules/.statefun-lock");
  const lock = readFileSync(join(folder, "package-lock.json"), "utf8");
  if (!existsSync(installed) || readFileSync(installed, "utf8") !== lock) {
    const npm = "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error";
    execFileSync(npm, { cwd: folder, shell: true, stdio: ["ignore", "inherit", "inherit"] });
    writeFileSync(installed, lock);
  }
  const platform = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  const server = join(folder, "node_modules", platform, "bin/restate-server");
  if (!existsSync(server)) throw new Error(`there is no Restate server for ${process.platform}-${process.arch}`);
  return { server, service: join(folder, "main.mjs") };
}
