// The lives of a process that keeps schedules: each is killed around a due time.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Random } from "../support/random.js";

const worker = fileURLToPath(new URL("schedule-worker.ts", import.meta.url));
function start(dir: string, role: "life" | "last", after: string) {
  const child = spawn(process.execPath, ["--import", "tsx", worker, dir, role, after], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  return { child, exited, lines: createInterface({ input: child.stdout }) };
}

/** Kills a life from outside, a little before or after a full second, or lets it kill itself over a message. */
export async function killedLife(dir: string, random: Random): Promise<void> {
  const itself = random.chance() ? `${1 + random.below(4)},${random.below(6)}` : "0,0";
  const { child, exited, lines } = start(dir, "life", itself);
  for await (const _open of lines) break;
  const now = Date.now();
  const second = Math.ceil(now / 1000) * 1000 + random.below(2) * 1000;
  const waitMs = itself === "0,0" ? Math.max(0, second - now - 20 + random.below(60)) : 5_000;
  const timer = setTimeout(() => child.kill("SIGKILL"), waitMs);
  await exited;
  clearTimeout(timer);
}

/** What the function has got over all lives, once nothing is owed any more. */
export async function lastLife(dir: string): Promise<string[]> {
  const { lines, exited } = start(dir, "last", "0,0");
  const got: string[] = [];
  for await (const line of lines) if (line !== "open") got.push(...(JSON.parse(line) as string[]));
  await exited;
  return got;
}
