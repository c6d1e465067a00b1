// The package as it would be published, and a folder into which it is installed.

import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { root } from "../dialects/installed-package.ts";

const run = promisify(execFile);

export interface Packed {
  readonly folder: string;
  readonly tarball: string;
  /** The paths in the tarball. */
  readonly files: readonly string[];
  remove(): void;
}

/** Packs a copy of the working tree, so that its own dist/ is left alone. */
export async function pack(): Promise<Packed> {
  const folder = mkdtempSync(join(tmpdir(), "statefun-ts-packed-"));
  const copy = join(folder, "tree");
  // Files that git ignores would not be published. Scratch folders of other tests may vanish during the copy.
  const left = new Set(["node_modules", ".git", "dist", "target", ".data", ".statefun"]);
  cpSync(root, copy, { recursive: true, filter: (path) => !left.has(basename(path)) });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: copy,
    maxBuffer: 1 << 26,
  }).catch((failure) => {
    remove();
    throw failure;
  });
  // The scripts of prepack may print first.
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.search(/^\[/m))) as [
    { filename: string; files: { path: string }[] },
  ];
  return {
    folder,
    tarball: join(folder, filename),
    files: files.map(({ path }) => path),
    remove,
  };
}

/** Installs the tarball into an empty folder, with copies of the fixtures and the types that a TypeScript user adds. */
export function install({ folder, tarball }: Packed): string {
  const consumer = join(folder, "consumer");
  mkdirSync(consumer);
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ name: "consumer", private: true }));
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", ["install", tarball, ...options], { cwd: consumer });
  cpSync(join(root, "test/package/fixtures"), consumer, { recursive: true });
  symlinkSync(join(root, "node_modules/@types"), join(consumer, "node_modules/@types"), "junction");
  return consumer;
}

/** The text of a file of the installed package. */
export const readInstalled = (consumer: string, path: string): string =>
  readFileSync(join(consumer, "node_modules/statefun-ts", path), "utf8");
