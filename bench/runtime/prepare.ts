// Builds what is measured: this package with the bench's functions, as its users have it, and Restate from npm.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { bench, buildAgainst, installPeer, temporaryFolder } from "../prepare.ts";

const root = join(bench, "..");

/**
 * Compiles the package with its own settings into a fresh folder's node_modules, and the bench's functions against it, as
 * a user's project does. `source` is the project, or a changed copy of it. Returns the compiled script.
 */
export function buildRuntime(source = root): string {
  return buildAgainst(source, temporaryFolder("runtime"), "ours.ts", [join(bench, "runtime/ours.ts")]);
}

/** Where Restate's two halves are. */
export interface Restate {
  readonly server: string;
  readonly service: string;
}

/** Installs Restate once, as its lock file says; without install scripts, which only count installations. */
export function installRestate(): Restate {
  const folder = join(bench, "peers/restate");
  installPeer(folder, "--ignore-scripts");
  const platform = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  const server = join(folder, "node_modules", platform, "bin/restate-server");
  if (!existsSync(server)) throw new Error(`there is no Restate server for ${process.platform}-${process.arch}`);
  return { server, service: join(folder, "main.mjs") };
}
