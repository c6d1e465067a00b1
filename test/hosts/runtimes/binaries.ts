// The binaries of the other runtimes. They have a package of their own, since they are too large for the main package.json.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installLocked } from "../../support/install-locked.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const modules = join(folder, "node_modules");

/** The path of the binary inside each platform's package. npm installs only the package of this machine's platform. */
const places = { bun: ["@oven", "bin/bun"], deno: ["@deno", "deno"], workerd: ["@cloudflare", "bin/workerd"] } as const;

/** Installs the binaries when they are missing or older than their lock file. */
export const installRuntimes = (): void => installLocked(folder);

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
