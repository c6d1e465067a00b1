import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate } from "../support/gate.js";
import { open } from "./support.js";

test("messages from before the start count for their function, and those that nothing serves count for all", async (t) => {
  const gate = new Gate();
  const running = await open(t, { functions: { f: () => gate.promise, gone: () => gate.promise } });
  for (const to of ["f/a", "f/b", "gone/a"]) await running.send(to, "1");
  running.functions = { f: () => gate.promise };
  await running.reopen();
  await running.settle();
  const { mailboxMessages, functionQueues } = running.engine.metrics;
  assert.equal(mailboxMessages, 3);
  assert.deepEqual(
    functionQueues.map(({ label, entries }) => [label, entries]),
    [["test/f", 2]],
  );
  gate.open();
  await running.settle();
  assert.equal(running.engine.metrics.mailboxMessages, 1);
});
