// Builds the subjects: this package with the bench's functions, as users have it, and Restate from npm.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { bench, buildAgainst, installPeer, temporaryFolder } from "../prepare.ts";

const root = join(bench, "..");

/**
 * Compiles the package with its own settings into the node_modules of a fresh folder, and a program of the bench against
 * it, as a user's project does. `source` is the project, or a changed copy of it. Returns the compiled script.
 */
export function buildRuntime(source = root, program = "ours.ts"): string {
  return buildAgainst(source, temporaryFolder("runtime"), program, [join(bench, "runtime", program)]);
}

/** The paths of Restate's server and of the counter. */
export interface Restate {
  readonly server: string;
  readonly service: string;
}

/** Installs Restate once, from its lock file, without install scripts, which only count installations. */
export function installRestate(): Restate {
  const folder = join(bench, "peers/restate");
  installPeer(folder, "--ignore-scripts");
  const platform = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  const server = join(folder, "node_modules", platform, "bin/restate-server");
  if (!existsSync(server)) throw new Error(`there is no Restate server for ${process.platform}-${process.arch}`);
  return { server, service: join(folder, "main.mjs") };
}
