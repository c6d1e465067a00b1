// A container without Docker: process 1 of its own process namespace, as another user, on a file system that it can't write.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";

export interface ContainerOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  /** The number of the user and of the group. */
  readonly user: number;
  /** The folders that can be written. */
  readonly writable: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export class Container {
  readonly #unshare: ChildProcess;
  readonly ended: Promise<number | null>;
  output = "";

  constructor({ command, cwd, user, writable, env }: ContainerOptions) {
    const setUp = [
      ...writable.map((folder) => `mount --bind '${folder}' '${folder}'`),
      "mount -o remount,bind,ro /",
      `cd '${cwd}'`, // opens the folder again, behind the new mounts
      `exec setpriv --reuid ${user} --regid ${user} --clear-groups --no-new-privs --bounding-set=-all "$@"`,
    ].join(" && ");
    const namespaces = ["--mount", "--pid", "--fork", "--mount-proc"];
    this.#unshare = spawn("unshare", [...namespaces, "sh", "-c", setUp, "sh", ...command], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#unshare.stdout, this.#unshare.stderr]) {
      stream?.on("data", (chunk) => {
        this.output += chunk;
      });
    }
    this.ended = once(this.#unshare, "close").then(([code]) => code);
  }

  /** Sends a signal to process 1, as `docker stop` does. */
  signal(name: NodeJS.Signals): void {
    const { pid } = this.#unshare;
    const init = Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"), 10);
    if (init > 0) process.kill(init, name);
  }

  /** Ends the container at once, if it still runs. */
  async kill(): Promise<void> {
    if (this.#unshare.exitCode === null) this.signal("SIGKILL");
    await this.ended;
  }

  /** Resolves when the output matches. Rejects when the container ends before. */
  async saw(pattern: RegExp): Promise<void> {
    const { stdout } = this.#unshare;
    while (!pattern.test(this.output)) {
      if (this.#unshare.exitCode !== null) throw new Error(`It ended without ${pattern}:\n${this.output}`);
      await Promise.race([once(stdout as Readable, "data"), this.ended]);
    }
  }
}
