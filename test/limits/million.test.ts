// A million messages that wait, and a million delayed ones, in processes with a heap of 256 MiB.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freshFolder } from "../store/folders.js";

const child = fileURLToPath(new URL("child.ts", import.meta.url));
const million = "1000000";

/** More than the heap, because values and the store are beside it. */
const mostMiB = 600;

async function run(dir: string, what: "hang" | "drain" | "delayed"): Promise<void> {
  const args = ["--max-old-space-size=256", "--import", "tsx", child, dir, what, million];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  console.log(`${what}: ${stdout.trim()}`);
  const { openMs, longestMs, peakMiB } = JSON.parse(stdout);
  assert.ok(peakMiB < mostMiB, `${peakMiB} MiB at the peak`);
  assert.ok(openMs < 5_000, `${openMs} ms to open`);
  assert.ok(longestMs < 5_000, `the event loop stood still for ${longestMs} ms`);
}

test("a fan-out of 1 to 1,000 to 1,000,000 waits, and is delivered by the next start", async (t) => {
  const dir = freshFolder(t);
  await run(dir, "hang");
  await run(dir, "drain");
});

test("a million delayed messages are sent and wait", async (t) => {
  await run(freshFolder(t), "delayed");
});
