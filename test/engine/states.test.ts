// States: registered when a function asks for them, frozen in their typename, gone when their time is over.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ValueSpec } from "../../src/model/invocation.js";
import { rejectsCode } from "../support/expect-code.js";
import { at, type Batch, type Functions, spec, type TestFunction, text } from "./functions.js";
import { open, stores } from "./support.js";

/** Answers "get" with a state, and sets it to any other message. */
function keep(batch: Batch): void {
  for (const message of batch.messages) {
    if (message === "get") batch.reply(batch.state("kept") ?? "none");
    else if (message === "clear") batch.set("kept", undefined);
    else if (message !== "touch") batch.set("kept", message);
  }
}

test("many addresses that ask at once for the same states all get them, and the batch comes again", async (t) => {
  const running = await open(t, {
    functions: {
      f: {
        states: ["a", "b"],
        handle(batch) {
          batch.set("a", batch.messages.join());
        },
      },
    },
  });
  await Promise.all(Array.from({ length: 500 }, (_, index) => running.send(`f/${index}`, `${index}`)));
  await running.settle();
  for (const index of [0, 1, 250, 499]) assert.equal(await running.state(`f/${index}`, "a"), `${index}`);
  assert.deepEqual(
    (await running.engine.functions({ limit: 100 }))[0]?.states.map(({ name }) => name),
    ["a", "b"],
  );
  assert.equal(running.engine.metrics.batchFailures, 0);
});

test("a function that asks again for states it was given fails, and is parked", async (t) => {
  const running = await open(t, {
    policy: { retry: { attempts: 2 } },
    functions: {
      f(batch) {
        batch.missing(["a"]);
      },
    },
  });
  await running.send("f/a", "x");
  await running.clock.advance(1000);
  assert.equal((await running.engine.parked({ limit: 1 }))[0]?.code, "RESPONSE_MALFORMED");
});

for (const store of stores) {
  test(`a state expires after it was written, whatever is read meanwhile, over a restart too, ${store.name}`, async (t) => {
    const f = { states: [spec("kept", "after-write", 1000)], handle: keep };
    const running = await open(t, { store: await store.open(t), functions: { f } });
    await running.send("f/a", "one");
    await running.clock.advance(600);
    assert.equal(await running.call("f/a", "get"), "one");
    await running.reopen();
    assert.equal(await running.call("f/a", "get"), "one");
    await running.clock.advance(399);
    assert.equal(await running.call("f/a", "get"), "one");
    await running.clock.advance(1);
    assert.equal(await running.state("f/a", "kept"), undefined);
    assert.equal(await running.call("f/a", "get"), "none");
    await running.send("f/a", "two");
    await running.clock.advance(999);
    await running.send("f/a", "three");
    await running.clock.advance(999);
    assert.equal(await running.call("f/a", "get"), "three");
  });

  test(`a state expires after the last call, over a restart too, ${store.name}`, async (t) => {
    const f = { states: [spec("kept", "after-call", 1000)], handle: keep };
    const running = await open(t, { store: await store.open(t), functions: { f } });
    await running.send("f/a", "one");
    for (let round = 0; round < 4; round += 1) {
      await running.clock.advance(999);
      assert.equal(await running.call("f/a", "get"), "one");
      if (round === 1) await running.reopen();
    }
    await running.clock.advance(1000);
    assert.equal(await running.call("f/a", "get"), "none");
    assert.equal(await running.state("f/a", "kept"), undefined);
  });

  test(`sweeping removes expired states at addresses that sleep, and no others, ${store.name}`, async (t) => {
    const inner = await store.open(t);
    const states: ValueSpec[] = [spec("kept", "after-write", 1000), spec("stays")];
    const handle = (batch: Batch) => {
      keep(batch);
      batch.set("stays", "yes");
    };
    const running = await open(t, { store: inner, functions: { f: { states, handle } } });
    for (const id of ["a", "b", "c"]) await running.send(`f/${id}`, "one");
    await running.clock.advance(600);
    await running.send("f/b", "later");
    await running.settle();
    await running.reopen();
    await running.clock.advance(500);
    const swept = running.engine.sweep();
    await running.clock.advance(10);
    await swept;
    await running.settle();
    const keys = await inner.keys({ from: "s", to: "t", limit: 100 });
    assert.deepEqual(
      keys.map((key) => key.split("\0").slice(2).join("/")),
      ["a/stays", "b/kept", "b/stays", "c/stays"],
    );
  });
}

test("a state's typename is frozen, over a restart too: the address is parked and its state stays", async (t) => {
  const handle = keep;
  const running = await open(t, { policy: { retry: { attempts: 2 } }, functions: { f: { states: ["kept"], handle } } });
  await running.send("f/a", "one");
  await running.settle();
  running.functions = { f: { states: [{ ...spec("kept"), typename: "test/other" }], handle } };
  await running.reopen();
  // No other try can end it, so who waits is told before the next one.
  await rejectsCode(running.call("f/a", "two"), "STATE_TYPENAME_CHANGED");
  await running.clock.advance(1000);
  assert.equal((await running.engine.parked({ limit: 1 }))[0]?.code, "STATE_TYPENAME_CHANGED");
  assert.equal(await running.state("f/a", "kept"), "one");
  running.functions = { f: { states: ["kept"], handle } };
  await running.reopen();
  await running.engine.retry({ ...(await running.engine.parked({ limit: 1 }))[0]?.address } as never);
  await running.settle();
  assert.equal(await running.state("f/a", "kept"), "two");
});

test("a state that is set before its function asks for it has the typename that it was set with", async (t) => {
  const running = await open(t, {
    policy: { retry: { attempts: 1 } },
    functions: { f: { states: ["kept"], handle: keep } },
  });
  await running.engine.setState(at("f/a"), "kept", text("1", "test/other"));
  await rejectsCode(running.engine.setState(at("f/b"), "kept", text("1")), "STATE_TYPENAME_CHANGED");
  await running.reopen();
  await running.send("f/a", "two");
  await running.settle();
  assert.equal((await running.engine.parked({ limit: 1 }))[0]?.code, "STATE_TYPENAME_CHANGED");
  assert.equal(await running.state("f/a", "kept"), "1");
});

test("a state that is set first expires as its function says afterwards", async (t) => {
  const states = [spec("kept", "after-write", 1000)];
  const running = await open(t, { functions: { f: { states, handle: keep } } });
  await running.engine.setState(at("f/a"), "kept", text("one"));
  assert.equal(await running.call("f/a", "get"), "one");
  await running.clock.advance(1000);
  assert.equal(await running.call("f/a", "get"), "none");
});

test("a state of a v2 function has no typename, so setting one freezes none", async (t) => {
  const states = [{ ...spec("kept"), typename: "" }];
  const running = await open(t, { functions: { f: { states, handle: keep, generation: "v2" } } });
  for (const name of ["kept", "added"]) await running.engine.setState(at("f/a"), name, text("one", "test/other"));
  running.functions = { f: { states: ["kept", "added"], handle: keep } };
  await running.reopen();
  for (const name of ["kept", "added"]) await running.engine.setState(at("f/a"), name, text("two"));
  await rejectsCode(running.engine.setState(at("f/a"), "kept", text("1", "test/other")), "STATE_TYPENAME_CHANGED");
  assert.equal(await running.call("f/a", "get"), "two");
});

test("a state whose time is over is not shown, although nothing was called since the start or serves it now", async (t) => {
  const f = { states: [spec("kept", "after-write", 1000), spec("stays")], handle: keep };
  const running = await open(t, { functions: { f } });
  await running.send("f/a", "one");
  await running.engine.setState(at("f/a"), "stays", text("yes"));
  for (const functions of [{ f }, {}]) {
    running.functions = functions;
    await running.reopen();
    assert.equal(await running.state("f/a", "kept"), "one");
  }
  await running.clock.advance(1000);
  assert.equal(await running.state("f/a", "kept"), undefined);
  running.functions = { f };
  await running.reopen();
  assert.equal(await running.state("f/a", "kept"), undefined);
  assert.equal(await running.state("f/a", "stays"), "yes");
});

test("a value of another typename, and a state that was never declared, are refused as a whole", async (t) => {
  const running = await open(t, {
    policy: { retry: { attempts: 1 } },
    functions: {
      f: {
        states: ["kept", "other"],
        handle(batch) {
          batch.set("other", "written");
          batch.send("g/x", "sent");
          batch.set(batch.messages[0] === "undeclared" ? "undeclared" : "kept", "1", "test/another");
        },
      },
      g: (batch) => assert.fail(`nothing may come: ${batch.messages}`),
    },
  });
  await running.send("f/a", "undeclared");
  await running.send("f/b", "typename");
  await running.settle();
  assert.deepEqual((await running.engine.parked({ limit: 9 })).map(({ code }) => code).sort(), [
    "STATE_TYPENAME_CHANGED",
    "STATE_UNDECLARED",
  ]);
  assert.equal(await running.state("f/a", "other"), undefined);
  await rejectsCode(
    running.engine.setState((await running.engine.parked({ limit: 1 }))[0]!.address, "kept", text("1", "test/another")),
    "STATE_TYPENAME_CHANGED",
  );
});

test("a function that was forgotten for thousands of others finds its states again", async (t) => {
  const counter: TestFunction = {
    states: ["count"],
    handle(batch) {
      const count = Number(batch.state("count") ?? 0) + batch.messages.length;
      batch.set("count", String(count));
      batch.reply(String(count));
    },
  };
  const own: Functions = { f: counter, old: { ...counter, generation: "v2" } };
  const functions = new Proxy(own, { get: (all, name: string) => all[name] ?? (() => {}) });
  const running = await open(t, { functions });
  const listed = async () => (await running.engine.functions({ limit: 100_000 })).map(({ typeName }) => typeName);
  assert.deepEqual([await running.call("f/a", "x"), await running.call("old/a", "x")], ["1", "1"]);
  for (let from = 0; from < 10_000; from += 1_000) {
    const names = Array.from({ length: 1_000 }, (_, index) => `other${from + index}/a`);
    await Promise.all(names.map((name) => running.send(name, "x")));
    await running.settle();
  }
  const names = await listed();
  assert.ok(names.length < 6_000, `${names.length} functions are remembered`);
  assert.ok(!names.includes("test/f") && !names.includes("test/old"));
  assert.deepEqual([await running.call("f/a", "x"), await running.call("old/a", "x")], ["2", "2"]);
  assert.deepEqual([await running.state("f/a", "count"), await running.state("old/a", "count")], ["2", "2"]);
});
