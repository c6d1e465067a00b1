// Functions and consumers of a test, in the place of those elsewhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { Address, json, StatefulFunctions, TerminalError, Types } from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";
import { rejectsCode } from "../support/expect-code.js";
import { Counter, functions } from "./functions.js";

const Order = json<{ item: string }>("test/fake-order");

function shop() {
  return new StatefulFunctions().register(
    "test/shop",
    (message, context, state) => {
      if (message.is(Order)) context.send("elsewhere/stock", message.as(Order).item, message);
      else if (message.is(Types.bool)) state.reserved = message.as(Types.bool);
    },
    { state: { reserved: Types.bool } },
  );
}

test("a fake takes the messages of a function elsewhere as plain values, and its answer goes to the caller", async () => {
  const app = await TestRuntime.open({ functions: shop() });
  const stock = app.fake("elsewhere/stock", (order) => order.item === "tea");
  await app.send("test/shop", "bob", Order.pack({ item: "tea" }));
  await app.settle();
  assert.deepEqual(stock.received, [{ id: "tea", message: { item: "tea" } }]);
  assert.deepEqual(await app.state("test/shop", "bob"), { reserved: true });
  await app.close();
});

test("without a fake, nothing serves the function elsewhere, as in a runtime", async () => {
  const app = await TestRuntime.open({ functions: shop(), logger: false, retry: { attempts: 1 } });
  await app.send("test/shop", "bob", Order.pack({ item: "tea" }));
  await app.settle();
  assert.deepEqual(
    (await app.parked()).map(({ code }) => code),
    ["FUNCTION_UNKNOWN"],
  );
  await rejectsCode(app.send("elsewhere/stock", "tea", true), "FUNCTION_UNKNOWN");
  await app.close();
});

test("a fake answers late, sends, fails, and is called itself", async () => {
  const app = await TestRuntime.open({ functions, logger: false });
  app.fake("elsewhere/late", async (name: string, context) => {
    await null;
    context.send(Counter, name, Types.int.pack(3));
    return `hello ${name}`;
  });
  assert.equal(await app.call("elsewhere/late", "a", "bob"), "hello bob");
  await app.settle();
  assert.deepEqual(await app.state(Counter, "bob"), { total: 3 });
  app.fake("elsewhere/late", () => {
    throw new TerminalError("closed", { code: "CLOSED" });
  });
  await assert.rejects(app.call("elsewhere/late", "a", "bob"), { code: "CLOSED" });
  await app.close();
});

test("a fake stands in for a function of the test, by its class", async () => {
  const app = await TestRuntime.open({ functions });
  assert.equal(await app.call(Counter, "bob", Types.int.pack(1)), 1);
  const fake = app.fake(Counter, () => 77);
  assert.equal(await app.call(Counter, "bob", Types.int.pack(5)), 77);
  assert.deepEqual(fake.received, [{ id: "bob", message: 5 }]);
  assert.deepEqual(await app.state(Counter, "bob"), { total: 1 });
  await app.close();
});

test("a protobuf message is plain for a fake", async () => {
  const app = await TestRuntime.open();
  const fake = app.fake("elsewhere/users");
  await app.send("elsewhere/users", "a", example.User.create({ name: "Ann" }));
  await app.settle();
  assert.deepEqual(fake.received, [{ id: "a", message: { userId: "", name: "Ann" } }]);
  await app.close();
});

test("every egress is open, unless the test lists the egresses", async () => {
  const app = await TestRuntime.open({ functions, egresses: ["test/other"], logger: false, retry: { attempts: 1 } });
  await app.send(Counter, "bob", Types.int.pack(5));
  await app.settle();
  assert.deepEqual(
    (await app.parked()).map(({ code }) => code),
    ["EGRESS_UNKNOWN"],
  );
  assert.deepEqual(app.egress("test/totals"), []);
  await app.close();
});

test("a consumer of the test takes records in order, and a record that it refuses comes again after a while", async () => {
  const app = await TestRuntime.open({ functions, logger: false });
  const taken: number[] = [];
  let down = true;
  app.fakeEgress("test/totals", async (total: number) => {
    await null;
    if (down) throw new Error("down");
    taken.push(total);
  });
  for (const amount of [1, 2]) await app.send(Counter, "bob", Types.int.pack(amount));
  await app.settle();
  assert.deepEqual([taken, app.egress("test/totals")], [[], [1]]);
  assert.deepEqual(await app.waiting(), ["the egress test/totals: 2 records wait"]);
  down = false;
  await app.advance({ seconds: 1 });
  assert.deepEqual(
    [taken, app.egress("test/totals")],
    [
      [1, 3],
      [1, 3],
    ],
  );
  assert.deepEqual(await app.waiting(), []);
  await app.close();
});

test("a function of the test may be reached by its address, and a caller's answer too", async () => {
  const app = await TestRuntime.open({ functions });
  const asked = app.fake("elsewhere/door", (who: string, context) => {
    if (context.caller === undefined) context.send(Address.of("test/counter", who), Types.int.pack(1));
  });
  await app.send("elsewhere/door", "front", "bob");
  await app.settle();
  assert.deepEqual([asked.received.length, await app.state(Counter, "bob")], [1, { total: 1 }]);
  await app.close();
});
