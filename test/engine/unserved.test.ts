// What waits for a function that nothing serves any more, or for an egress that is no longer declared: it is logged when
// the engine opens, and can be looked at and dropped.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { MemoryStore } from "../../src/store/memory-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { at, type Batch, text } from "./functions.js";
import { open, Taker } from "./support.js";

/** Three messages wait for a function, one of its addresses is parked, and two records for an egress. */
async function leftBehind(t: TestContext): Promise<MemoryStore> {
  const store = new MemoryStore();
  const functions = {
    gone() {
      throw new Error("no");
    },
    f(batch: Batch) {
      batch.egress("all", "1");
      batch.egress("all", "2");
    },
  };
  const before = await open(t, { store, functions, policy: { retry: { attempts: 1 } } });
  await before.send("gone/a", "1");
  await before.settle();
  await before.send("gone/a", "2");
  await before.engine.park(at("gone/b"), "for the test");
  await before.send("gone/b", "3");
  await before.send("f/a", "x");
  await before.settle();
  await before.close();
  return store;
}

test("a function that nothing serves is logged once, with how much waits for it, when the engine opens", async (t) => {
  const running = await open(t, { store: await leftBehind(t), functions: { f() {} } });
  const lines = running.log.filter((line) => line.includes("test/gone"));
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /messages: 3, parked addresses: 2/);
});

test("its addresses are shown, retried and dropped; then it is forgotten", async (t) => {
  const running = await open(t, { store: await leftBehind(t), functions: { f() {} } });
  const { engine } = running;
  const gone = async () => (await engine.functions({ limit: 100 })).find(({ typeName }) => typeName === "test/gone");
  assert.deepEqual(await gone(), {
    typeName: "test/gone",
    endpoint: "served by nothing",
    states: [],
    policy: undefined,
  });
  assert.deepEqual(await engine.function("test/gone"), await gone());
  assert.equal((await engine.inspect(at("gone/a"))).mailbox.length, 2);
  await rejectsCode(engine.park(at("gone/a"), "again"), "FUNCTION_UNKNOWN");
  await engine.retry(at("gone/b"));
  assert.equal((await engine.inspect(at("gone/b"))).parked, undefined);
  assert.equal(engine.metrics.parked, 1);
  assert.equal(await engine.drop(at("gone/a"), "all"), 2);
  assert.equal(await engine.drop(at("gone/b"), "first"), 1);
  assert.equal(await gone(), undefined);
  assert.equal(await engine.function("test/gone"), undefined);
  await running.reopen();
  assert.deepEqual([engine.metrics.mailboxMessages, engine.metrics.parked], [0, 0]);
  assert.equal(running.log.filter((line) => line.includes("test/gone")).length, 1, "only at the first start");
});

test("one function is found without a look at all others", async (t) => {
  const store = new MemoryStore();
  const names = Array.from({ length: 50 }, (_, index) => `gone${index}`);
  const before = await open(t, { store, functions: Object.fromEntries(names.map((name) => [name, () => {}])) });
  for (const name of names) await before.engine.park(at(`${name}/a`), "for the test");
  await before.close();
  const { engine, store: watched } = await open(t, { store, functions: { f() {}, quiet() {} } });
  await engine.setState(at("f/a"), "count", text("1"));
  assert.deepEqual(
    (await engine.function("test/f"))?.states.map(({ name }) => name),
    (await engine.functions({ limit: 1 }))[0]?.states.map(({ name }) => name),
  );
  const reads = watched.done;
  assert.equal((await engine.function("test/gone49"))?.endpoint, "served by nothing");
  assert.equal(await engine.function("test/nowhere"), undefined);
  assert.equal((await engine.function("test/quiet"))?.endpoint, "all", "it is served, although it has had no message");
  assert.ok(watched.done - reads <= 4, `${watched.done - reads} reads`);
  await rejectsCode(engine.function("nowhere"), "TYPE_NAME_INVALID");
});

test("an egress that nobody declares is logged with its records, unless a program attaches it in time", async (t) => {
  const store = await leftBehind(t);
  const running = await open(t, { store, functions: { f() {}, gone() {} }, egresses: [] });
  const told = () => running.log.filter((line) => line.includes("out/all"));
  await running.clock.advance(60_000);
  assert.equal(told().length, 1);
  assert.match(told()[0] ?? "", /waiting: 2/);
  await running.reopen();
  running.engine.attach("out/all", new Taker(0));
  await running.clock.advance(60_000);
  assert.equal(told().length, 1);
  await running.reopen();
  await running.close();
  await running.clock.advance(60_000);
  assert.equal(told().length, 1, "nothing is told after the end");
  await running.open();
});
