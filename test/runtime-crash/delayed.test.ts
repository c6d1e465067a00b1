// Delayed messages that are delivered, postponed and cancelled by hand while the clock delivers them and SIGKILL ends the process.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { freshFolder } from "../store/folders.js";
import { randomOf } from "../support/random.js";

const worker = fileURLToPath(new URL("delayed-worker.ts", import.meta.url));
const lives = 5;
const perLife = 150;

function start(dir: string, role: "life" | "last", first: number) {
  const args = ["--import", "tsx", worker, dir, role, `${first}`, `${perLife}`];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  return { child, exited: once(child, "exit"), lines: createInterface({ input: child.stdout }) };
}

test("each message comes exactly once, and never when its withdrawal was acknowledged, over SIGKILLs at any moment", async (t) => {
  const random = randomOf(t);
  const dir = freshFolder(t);
  const sent = new Set<number>();
  const withdrawn = new Set<number>();
  /** Withdrawals that a kill has cut off: they happened or not. */
  const unsure = new Set<number>();
  let done = 0;
  for (let life = 0; life < lives; life += 1) {
    const { child, exited, lines } = start(dir, "life", life * perLife);
    const killAfter = 50 + random.below(250);
    let changes = 0;
    for await (const line of lines) {
      const [what, change, id] = line.split(" ") as [string, string, string];
      if (what === "sent") sent.add(Number(change));
      if (change === "cancel" && what === "begin") unsure.add(Number(id));
      if (change === "cancel" && what !== "begin") unsure.delete(Number(id));
      if (change === "cancel" && what === "done") withdrawn.add(Number(id));
      if (what === "done") done += 1;
      changes += what === "begin" ? 1 : 0;
      if (changes >= killAfter) child.kill("SIGKILL");
    }
    await exited;
  }
  const { exited, lines } = start(dir, "last", lives * perLife);
  let counts: number[] = [];
  for await (const line of lines) if (line !== "open") counts = JSON.parse(line);
  await exited;
  assert.equal(counts.length, lives * perLife);
  for (const [id, count] of counts.entries()) {
    if (withdrawn.has(id)) assert.equal(count, 0, `${id} was withdrawn`);
    else if (sent.has(id) && !unsure.has(id)) assert.equal(count, 1, `${id} came ${count} times`);
    else assert.ok(count <= 1, `${id} came ${count} times`);
  }
  t.diagnostic(`${sent.size} messages, ${done} changes, ${withdrawn.size} withdrawn`);
  assert.ok(done > lives * 20);
});
