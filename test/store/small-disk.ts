// A disk that can be filled up, for real: a small file system, or a limit on how long this process's files may be.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freshFolder } from "./folders.js";

export interface SmallDisk {
  /** A folder on it, which is not there yet. */
  readonly dir: string;
  /** Takes all the room there is but some bytes. */
  fill(leave?: number): void;
  /** Gives back what fill took. */
  free(): void;
}

/** A file system of some megabytes in memory; undefined where this process may not mount one. */
export function mountedDisk(t: TestContext, megabytes: number): SmallDisk | undefined {
  const disk = mkdtempSync(join(tmpdir(), "statefun-disk-"));
  let mounted = false;
  t.after(() => {
    if (mounted) execFileSync("umount", ["--lazy", disk]); // lazy, because a store may be open still
    rmSync(disk, { recursive: true });
  });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", disk], { stdio: "ignore" });
    mounted = true;
  } catch {
    return undefined;
  }
  const ballast = join(disk, "ballast");
  return {
    dir: join(disk, "data"),
    fill(leave = 0) {
      rmSync(ballast, { force: true });
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(ballast, Buffer.alloc(Math.max(bavail * bsize - leave, 0)));
    },
    free: () => rmSync(ballast, { force: true }),
  };
}

/** No file of this process may grow beyond a few bytes while the disk is full. */
export function limitedDisk(t: TestContext): SmallDisk {
  const ignored = () => {}; // the system tells of every refused write by a signal, which would end the process
  process.on("SIGXFSZ", ignored);
  const limit = (bytes: string) =>
    execFileSync("prlimit", ["--pid", `${process.pid}`, `--fsize=${bytes}:unlimited`], { stdio: "ignore" });
  t.after(() => {
    limit("unlimited");
    process.off("SIGXFSZ", ignored);
  });
  return { dir: freshFolder(t), fill: (leave = 0) => limit(`${leave}`), free: () => limit("unlimited") };
}
