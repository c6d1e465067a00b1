// The asynchronous context of the engine, and that of a user's code in it.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import { isolated, OwnContext } from "../../src/engine/own-context.js";
import { at } from "./functions.js";
import { open, Taker } from "./support.js";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("work that somebody begins runs in the context in which the engine was opened, and what it begins too", async () => {
  const storage = new AsyncLocalStorage<string>();
  const context = storage.run("opened", () => new OwnContext());
  const seen: unknown[] = [];
  await storage.run("caller", async () => {
    await context.run(async () => {
      seen.push(storage.getStore());
      await turn();
      seen.push(storage.getStore());
    });
    seen.push(storage.getStore());
  });
  assert.deepEqual(seen, ["opened", "opened", "caller"]);
});

test("what isolated code enters is seen by what it begins, and by nobody else", async () => {
  const storage = new AsyncLocalStorage<string>();
  const context = new OwnContext();
  const later = context.run(() =>
    isolated(async () => {
      storage.enterWith("entered");
      await turn();
      return storage.getStore();
    }),
  );
  assert.equal(
    context.run(() => isolated(() => storage.getStore())),
    undefined,
  );
  assert.equal(storage.getStore(), undefined);
  assert.equal(await later, "entered");
});

test("no function, delayed message or egress sees the store of a caller, nor that of whoever moves the clock", async (t) => {
  const storage = new AsyncLocalStorage<string>();
  const seen: [string, string | undefined][] = [];
  const running = await open(t, {
    functions: {
      async f(batch) {
        seen.push([batch.messages.join(), storage.getStore()]);
        batch.egress("all", batch.messages.join());
        if (batch.messages[0] === "first") {
          batch.after(10, "f/a", "later");
          batch.reply("answer");
        }
        await turn();
        seen.push(["after a turn", storage.getStore()]);
      },
    },
  });
  const taker = new Taker(100, ({ id }) => void seen.push([id === "" ? "" : "record", storage.getStore()]));
  await storage.run("caller", async () => {
    running.engine.attach("out/all", taker);
    assert.equal(await running.call("f/a", "first"), "answer");
    assert.equal(storage.getStore(), "caller", "the caller keeps its own");
    await running.send("f/b", "second");
    await running.clock.advance(100);
    await running.engine.setState(at("f/a"), "x", undefined);
    await running.engine.park(at("f/c"), "test");
    await running.send("f/c", "third");
    await running.engine.retry(at("f/c"));
    await running.settle();
  });
  assert.deepEqual([...new Set(seen.map(([what]) => what))].sort(), [
    "after a turn",
    "first",
    "later",
    "record",
    "second",
    "third",
  ]);
  assert.deepEqual(
    seen.filter(([, store]) => store !== undefined),
    [],
  );
});
