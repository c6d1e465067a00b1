// Very many messages that wait and are delayed, and very large ones and states, in processes with a heap of 256 MiB.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freshFolder } from "../store/folders.js";

const child = fileURLToPath(new URL("child.ts", import.meta.url));

/** More than the heap, because values and the store are beside it. */
const mostMiB = 600;

/** Lets a process do one thing with a folder; see child.ts. */
async function run(dir: string, work: string, total: number): Promise<{ readonly states: number }> {
  const args = ["--max-old-space-size=256", "--import", "tsx", child, dir, work, `${total}`];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  console.log(`${work}: ${stdout.trim()}`);
  const { openMs, longestMs, peakMiB, states } = JSON.parse(stdout);
  assert.ok(peakMiB < mostMiB, `${peakMiB} MiB at the peak`);
  assert.ok(openMs < 5_000, `${openMs} ms to open`);
  assert.ok(longestMs < 5_000, `the event loop stood still for ${longestMs} ms`);
  return { states };
}

test("a fan-out of 1 to 1,000 to 1,000,000 waits, and is delivered by the next start", async (t) => {
  const dir = freshFolder(t);
  await run(dir, "hang", 1_000_000);
  await run(dir, "drain", 1_000_000);
});

test("a million delayed messages are sent, wait over a start, and are delivered when they are due", async (t) => {
  const dir = freshFolder(t);
  await run(dir, "delay", 1_000_000);
  await run(dir, "open", 1_000_000);
  await run(dir, "due", 1_000_000);
});

test("3,000 delayed messages of 1 MiB are sent, wait over a start, and are delivered when they are due", async (t) => {
  const dir = freshFolder(t);
  await run(dir, "delay large", 3_000);
  await run(dir, "open", 3_000);
  await run(dir, "due", 3_000);
});

test("600 states of 2 MB are removed when they have expired", async (t) => {
  const dir = freshFolder(t);
  assert.ok((await run(dir, "states", 600)).states > 0);
  assert.equal((await run(dir, "sweep", 600)).states, 0);
});
