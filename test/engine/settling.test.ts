// A message that settles: the next call of its address begins only when what the message did is on disk.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Batch } from "./functions.js";
import { open } from "./support.js";

/** Consumes one message of each batch. A message "step" settles, and sends the address its next message. */
function handle(ran: string[]): (batch: Batch) => void {
  return (batch) => {
    const [message] = batch.messages as [string];
    ran.push(`${batch.self} ${message}`);
    const settles = message === "step";
    batch.end = { consumed: 1, ends: settles ? [{ index: 0, settles }] : [], stopped: undefined };
    batch.set("last", message);
    if (settles) batch.send(batch.self, "next");
    else if (message === "plain") batch.reply(message);
  };
}

test("a call waits for the disk after a message that settles, and other addresses do not wait", async (t) => {
  const ran: string[] = [];
  const app = await open(t, { functions: { f: { handle: handle(ran), states: ["last"] } } });
  app.store.hold();
  const accepted = [app.send("f/a", "step"), app.send("f/b", "plain"), app.send("f/b", "plain")];
  await app.settle();
  assert.deepEqual(ran, ["f/a step", "f/b plain", "f/b plain"]);
  app.store.release();
  await Promise.all(accepted);
  await app.settle();
  assert.deepEqual(ran, ["f/a step", "f/b plain", "f/b plain", "f/a next"]);
});

test("a message that comes meanwhile waits as well, in its order", async (t) => {
  const ran: string[] = [];
  const app = await open(t, { functions: { f: { handle: handle(ran), states: ["last"] } } });
  app.store.hold();
  const accepted = app.send("f/a", "step");
  await app.settle();
  const answered = app.call("f/a", "plain");
  await app.settle();
  assert.deepEqual(ran, ["f/a step"]);
  app.store.release();
  await app.settle();
  assert.deepEqual(ran, ["f/a step", "f/a next", "f/a plain"]);
  await accepted;
  assert.equal(await answered, "plain");
});
