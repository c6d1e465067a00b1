// The binaries of the other runtimes. They have a package of their own, since they are too large for the main package.json.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const modules = join(folder, "node_modules");

/** The path of the binary inside each platform's package. npm installs only the package of this machine's platform. */
const places = { bun: ["@oven", "bin/bun"], deno: ["@deno", "deno"], workerd: ["@cloudflare", "bin/workerd"] } as const;

/** Installs the binaries when they are missing or older than their lock file. */
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
