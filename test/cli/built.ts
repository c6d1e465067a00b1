// The package as it is installed, in a folder of its own. Its commands run as a user runs them, without a compiler.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { sourceFiles } from "../support/source.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds both halves of the package into `folder`. Types are checked elsewhere. */
export function buildPackage(folder: string): void {
  const entryPoints = sourceFiles().map((file) => join(root, "src", file));
  const outbase = join(root, "src");
  for (const format of ["esm", "cjs"] as const) {
    const outdir = join(folder, "dist", format);
    buildSync({ entryPoints, outbase, outdir, format, platform: "node", target: "node20", logLevel: "error" });
  }
  writeFileSync(join(folder, "dist/cjs/package.json"), '{ "type": "commonjs" }');
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
}

/** A folder with the built package and users' projects, which goes with the process. */
export class Built {
  readonly folder = mkdtempSync(join(tmpdir(), "statefun-cli-"));
  readonly version: string = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
  readonly main = join(this.folder, "package/dist/esm/cli/main.js");
  #projects = 0;

  constructor() {
    mkdirSync(join(this.folder, "package"));
    buildPackage(join(this.folder, "package"));
    process.once("exit", () => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Makes a user's project of these files. */
  project(files: Readonly<Record<string, string>>): string {
    this.#projects += 1;
    const project = join(this.folder, `project-${this.#projects}`);
    mkdirSync(join(project, "node_modules"), { recursive: true });
    symlinkSync(join(this.folder, "package"), join(project, "node_modules/statefun-ts"));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(project, name, ".."), { recursive: true });
      writeFileSync(join(project, name), text);
    }
    return project;
  }
}
