// The runtimes' binaries, out of their own small package: they are too large to be installed with the other packages.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const modules = join(folder, "node_modules");

/** Where the binary lies inside the package of each platform, of which npm installs this machine's only. */
const places = { bun: ["@oven", "bin/bun"], deno: ["@deno", "deno"], workerd: ["@cloudflare", "bin/workerd"] } as const;

/** Installs them when they are missing or older than their lock file. */
export function installRuntimes(): void {
  const marker = join(modules, ".statefun-lock");
  const lock = readFileSync(join(folder, "package-lock.json"), "utf8");
  if (existsSync(marker) && readFileSync(marker, "utf8") === lock) return;
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  writeFileSync(marker, lock);
}

/** Finds an installed binary. */
export function binaryOf(runtime: keyof typeof places): string {
  const [scope, place] = places[runtime];
  const suffix = process.platform === "win32" ? ".exe" : "";
  for (const name of readdirSync(join(modules, scope))) {
    const binary = join(modules, scope, name, place + suffix);
    if (existsSync(binary)) return binary;
  }
  throw new Error(`npm installed no ${runtime} for ${process.platform} ${process.arch}`);
}
