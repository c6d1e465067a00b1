// A process killed while it makes backups: each folder that has its name is whole. STATEFUN_KILLS says how many times,
// STATEFUN_SEED repeats the moments.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Address, StatefulFunctions, Types } from "../../src/index.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";
import { freshFolder } from "../store/folders.js";
import { randomOf } from "../support/random.js";

const kills = Math.min(Number(process.env.STATEFUN_KILLS ?? 20), 50);
const worker = fileURLToPath(new URL("backup-worker.ts", import.meta.url));

/** Lets a process work and make backups, and kills it some milliseconds after its first backup or after its start. */
async function killedLife(dir: string, backups: string, { afterFirst, ms }: { afterFirst: boolean; ms: number }) {
  const child = spawn(process.execPath, ["--import", "tsx", worker, dir, backups], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === (afterFirst ? "0" : "open")) setTimeout(() => child.kill("SIGKILL"), ms);
  }
  await exited;
}

/** What all accounts and all messages of a copy hold together: its functions are not served, so that nothing moves. */
async function sumOf(dir: string): Promise<number> {
  await using runtime = await StatefunRuntime.open({
    functions: new StatefulFunctions(),
    dir,
    ingress: false,
    admin: false,
    logger: { warn() {}, error() {} },
  });
  let sum = (await runtime.engine.counts("bank/account")).waiting;
  for (let id = 0; id < 20; id += 1) {
    const balance = await runtime.engine.state(Address.of("bank/account", String(id)), "balance");
    sum += balance === undefined ? 0 : Types.int.unpack(balance as never);
  }
  return sum;
}

test(`a process killed ${kills} times while it makes backups leaves whole ones only`, async (t) => {
  const random = randomOf(t);
  const dir = freshFolder(t);
  const backups = join(freshFolder(t), "backups");
  mkdirSync(backups, { recursive: true });
  for (let kill = 0; kill < kills; kill += 1) {
    await killedLife(dir, backups, { afterFirst: random.chance(), ms: random.below(120) });
  }
  const names = readdirSync(backups);
  const whole = names.filter((name) => !name.includes(".part-"));
  for (const name of whole) assert.equal(await sumOf(join(backups, name)), 20, name);
  t.diagnostic(`${whole.length} whole backups, ${names.length - whole.length} cut off`);
  assert.ok(whole.length > 0 && whole.length < names.length);
});
