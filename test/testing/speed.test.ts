// What the kit costs: the page of the tutorial says that a test may open a runtime of its own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CountGreeter } from "../../samples/count/functions.ts";
import { Delay, functions } from "../../samples/delay/functions.ts";
import { example } from "../../samples/messages/messages.js";
import { invoke, TestRuntime } from "../../src/testing/entry.js";

/** The CPU that this process needs for something, in seconds. The time of the clock would show what else the machine does. */
async function cpuOf(run: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function sendLater(): Promise<void> {
  await using app = await TestRuntime.open({ functions });
  await app.send(Delay, "bob", example.Echo.create({ text: "later", afterMs: 1_800_000 }));
  await app.advance({ minutes: 30 });
  assert.equal(app.egress("example/greets").length, 1);
}

test("five hundred tests with a runtime of their own take less than five seconds of CPU", async (t) => {
  const seconds = await cpuOf(async () => {
    for (let at = 0; at < 500; at++) await sendLater();
  });
  t.diagnostic(`${seconds.toFixed(2)} s`);
  assert.ok(seconds < 5, `${seconds} s`);
});

test("ten thousand messages by invoke take less than three seconds of CPU", async (t) => {
  const message = example.User.create({ userId: "bob", name: "Bob" });
  const seconds = await cpuOf(async () => {
    for (let count = 0; count < 10_000; count++) await invoke(CountGreeter, { state: { count }, message });
  });
  t.diagnostic(`${seconds.toFixed(2)} s`);
  assert.ok(seconds < 3, `${seconds} s`);
});
