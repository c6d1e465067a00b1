// Packages that only one suite needs, in a folder with a package.json and a lock file of its own.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Installs the packages of a folder when they are missing or older than its lock file. */
export function installLocked(folder: string): void {
  const marker = join(folder, "node_modules/.statefun-lock");
  const lock = readFileSync(join(folder, "package-lock.json"), "utf8");
  if (existsSync(marker) && readFileSync(marker, "utf8") === lock) return;
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  writeFileSync(marker, lock);
}
