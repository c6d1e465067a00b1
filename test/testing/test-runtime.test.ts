// The runtime of a test: the production engine on a clock that the test moves.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Context,
  Handles,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
} from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";

@StatefulFunction("test/counter")
class Counter {
  @State("total", Types.int) total = 0;
  @State("last", Types.string) last?: string;

  @Handles(Types.int)
  add(amount: number, context: Context) {
    this.total += amount;
    if (amount === 3) context.sendAfter({ minutes: 30 }, Counter, context.address.id, Types.int.pack(100));
    context.sendEgress("test/totals", Types.int.pack(this.total));
    return this.total;
  }

  @Handles(Types.string)
  name(name: string, context: Context) {
    this.last = name;
    context.send(Counter, name, Types.int.pack(1));
  }
}

const functions = new StatefulFunctions(Counter);
const quiet = { warn() {}, error() {} };

test("a message is handled, and its effects are there, when the runtime has settled", async () => {
  const app = await TestRuntime.open({ functions });
  await app.send(Counter, "bob", Types.int.pack(5));
  await app.send(Counter, "bob", "ann");
  await app.settle();
  assert.deepEqual(await app.state(Counter, "bob"), { total: 5, last: "ann" });
  assert.deepEqual(await app.state(Counter, "ann"), { total: 1 });
  assert.deepEqual(await app.state(Counter, "nobody"), { total: 0 });
  assert.deepEqual(app.egress("test/totals"), [5, 1]);
  await app.close();
});

test("a call resolves to a plain answer", async () => {
  const app = await TestRuntime.open({ functions });
  assert.equal(await app.call(Counter, "bob", Types.int.pack(5)), 5);
  assert.equal(await app.ref(Counter, "bob").add(2), 7);
  await app.close();
});

test("a delayed message comes at its time and not before", async () => {
  const app = await TestRuntime.open({ functions });
  await app.send(Counter, "bob", Types.int.pack(3));
  await app.settle();
  assert.deepEqual(await app.delayed(), [{ to: "test/counter/bob", message: 100, delay: 30 * 60_000 }]);
  await app.advance({ minutes: 29 });
  assert.deepEqual(await app.state(Counter, "bob"), { total: 3 });
  await app.advance({ minutes: 1 });
  assert.deepEqual(await app.state(Counter, "bob"), { total: 103 });
  assert.deepEqual(await app.delayed(), []);
  await app.close();
});

test("what was durable outlives a crash, and what was not is gone", async () => {
  const app = await TestRuntime.open({ functions });
  await app.send(Counter, "bob", Types.int.pack(3));
  await app.settle();
  const lost = app.send(Counter, "bob", Types.int.pack(5));
  lost.catch(() => {});
  await app.crash();
  await assert.rejects(lost, { code: "ENGINE_RESTARTING" });
  await app.settle();
  assert.deepEqual(await app.state(Counter, "bob"), { total: 3 });
  await app.advance({ minutes: 30 });
  assert.deepEqual(await app.state(Counter, "bob"), { total: 103 });
  assert.deepEqual(app.egress("test/totals"), [3, 103]);
  await app.close();
});

test("a planned failure is tried again with the backoff of the function, on the clock", async () => {
  const app = await TestRuntime.open({ functions, logger: quiet });
  app.failNext(Counter, "bob", new Error("no luck"));
  await app.send(Counter, "bob", Types.int.pack(5));
  await app.settle();
  assert.deepEqual(await app.state(Counter, "bob"), { total: 0 });
  await app.advance({ seconds: 1 });
  assert.deepEqual(await app.state(Counter, "bob"), { total: 5 });
  app.failNext(Counter, "bob", new TerminalError("never", { code: "NO" }));
  await assert.rejects(app.call(Counter, "bob", Types.int.pack(5)), { code: "NO" });
  await app.close();
});
