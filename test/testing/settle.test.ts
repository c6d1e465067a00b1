// When a runtime of a test comes to rest: exactly when nothing is left to do at the clock's present.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { StatefulFunctions, Types } from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";
import { rejectsCode } from "../support/expect-code.js";
import { Counter, functions } from "./functions.js";

test("a chain of a thousand messages has ended, and its last record was taken", async () => {
  const chain = new StatefulFunctions().register(
    "test/chain",
    (left: number, context) => {
      if (left > 0) context.send("test/chain", `n${left}`, Types.int.pack(left - 1));
      else context.sendEgress("test/ends", "done");
    },
    { handles: [Types.int] },
  );
  const app = await TestRuntime.open({ functions: chain });
  await app.send("test/chain", "first", Types.int.pack(1_000));
  await app.settle();
  assert.deepEqual(app.egress("test/ends"), ["done"]);
  await app.close();
});

test("five thousand messages to a hundred addresses are all handled", async () => {
  const app = await TestRuntime.open({ functions });
  for (let index = 0; index < 5_000; index += 1) void app.send(Counter, `id${index % 100}`, Types.int.pack(1));
  await app.settle();
  for (let index = 0; index < 100; index += 1) assert.deepEqual(await app.state(Counter, `id${index}`), { total: 50 });
  assert.equal(app.egress("test/totals").length, 5_000);
  await app.close();
});

test("a handler that waits for the machine is waited for", async () => {
  const reading = new StatefulFunctions().register(
    "test/reading",
    async (path: string, _context, state) => {
      for (let count = 0; count < 3; count += 1) await readFile(path);
      state.read = path;
    },
    { handles: [Types.string], state: { read: Types.string } },
  );
  const app = await TestRuntime.open({ functions: reading });
  await app.send("test/reading", "a", "package.json");
  await app.settle();
  assert.deepEqual(await app.state("test/reading", "a"), { read: "package.json" });
  await app.close();
});

test("a message that was sent and not awaited is handled too", async () => {
  const app = await TestRuntime.open({ functions });
  void app.send(Counter, "bob", "ann");
  await app.settle();
  assert.deepEqual(await app.state(Counter, "ann"), { total: 1 });
  await app.close();
});

test("a delayed message without a delay is due at once", async () => {
  const app = await TestRuntime.open({ functions });
  await app.send(Counter, "bob", Types.long.pack(0n));
  await app.settle();
  assert.deepEqual(await app.state(Counter, "bob"), { total: 100 });
  await app.close();
});

test("what is done while the runtime settles is waited for as well", async () => {
  const app = await TestRuntime.open({ functions });
  await app.send(Counter, "a", "b");
  const settled = app.settle();
  void app.send(Counter, "c", "d");
  await settled;
  assert.deepEqual([await app.state(Counter, "b"), await app.state(Counter, "d")], [{ total: 1 }, { total: 1 }]);
  await app.close();
});

test("nothing waits when the runtime has settled, and the store holds everything", async () => {
  const app = await TestRuntime.open({ functions });
  await app.send(Counter, "bob", "ann");
  await app.settle();
  assert.deepEqual(await app.waiting(), []);
  await app.crash();
  assert.deepEqual(await app.state(Counter, "ann"), { total: 1 });
  assert.deepEqual(app.egress("test/totals"), [1]);
  await app.close();
});

test("functions that send to each other for ever are named", async () => {
  const endless = new StatefulFunctions()
    .register("test/ping", (_message, context) => context.send("test/pong", "b", true))
    .register("test/pong", (_message, context) => context.send("test/ping", "a", true));
  const app = await TestRuntime.open({ functions: endless, logger: false });
  await app.send("test/ping", "a", true);
  await rejectsCode(app.settle(), "TEST_STUCK", "test/p");
  await app.close();
});

test("functions that send to ever more addresses are found", async () => {
  let next = 0;
  const spreading = new StatefulFunctions().register("test/spreading", (_message, context) => {
    context.send("test/spreading", `${next++}`, true);
  });
  const app = await TestRuntime.open({ functions: spreading });
  await app.send("test/spreading", "first", true);
  await rejectsCode(app.settle(), "TEST_STUCK", "test/spreading");
  await app.close();
});

test("a call that only the time can answer is told so, with what still waits", async () => {
  const app = await TestRuntime.open({
    functions: new StatefulFunctions().register("test/later", (_message, context) => {
      context.deferReply();
      context.sendAfter({ seconds: 30 }, "test/later", "other", true);
    }),
    patience: 20,
  });
  await rejectsCode(app.call("test/later", "a", true), "TEST_STUCK", "test/later/a", "test/later/other", "30 s");
  await app.close();
});

test("a runtime goes on while the test has faked the timers of the process", async (t) => {
  const app = await TestRuntime.open({ functions });
  t.mock.timers.enable();
  assert.equal(await app.call(Counter, "bob", Types.int.pack(5)), 5);
  await app.send(Counter, "bob", Types.long.pack(1_000n));
  await app.advance({ seconds: 1 });
  await app.crash();
  assert.deepEqual(await app.state(Counter, "bob"), { total: 105 });
  await app.close();
});
