// The time of a test: everything that is due by time goes by the one clock.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatefulFunctions, Types } from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { Counter, functions } from "./functions.js";

const five = Types.int.pack(5);

test("the clock begins in 2026, or when the test says, and stands still", async () => {
  const app = await TestRuntime.open();
  assert.equal(app.now, Date.UTC(2026, 0, 1));
  await app.advance({ seconds: 1.5 });
  assert.equal(app.now, Date.UTC(2026, 0, 1) + 1_500);
  await app.close();
  const later = await TestRuntime.open({ startAt: new Date(5_000) });
  assert.equal(later.now, 5_000);
  await rejectsCode(later.advance(-1), "DURATION_INVALID");
  await rejectsCode(later.advance({ fortnights: 1 } as never), "DURATION_INVALID");
  await later.close();
});

test("delayed messages come at their own moments, in the order of their times", async () => {
  const seen: [string, number][] = [];
  const noted = new StatefulFunctions().register(
    "test/noted",
    (name: string, context) => {
      seen.push([name, context.now - Date.UTC(2026, 0, 1)]);
      if (name === "first") context.sendAfter({ hours: 2 }, "test/noted", "a", "fourth");
    },
    { handles: [Types.string] },
  );
  const app = await TestRuntime.open({ functions: noted });
  await app.send("test/noted", "a", "third", { delay: { hours: 2 } });
  await app.send("test/noted", "b", "second", { delay: { hours: 1, milliseconds: 1 } });
  await app.send("test/noted", "c", "first", { delay: { hours: 1 } });
  await app.advance({ days: 1 });
  const hour = 3_600_000;
  assert.deepEqual(seen, [
    ["first", hour],
    ["second", hour + 1],
    ["third", 2 * hour],
    ["fourth", 3 * hour],
  ]);
  assert.equal(app.now, Date.UTC(2026, 0, 2));
  await app.close();
});

test("a message that fails is tried again after its backoff and not before, and is parked when its tries are used up", async () => {
  let tries = 0;
  const failing = new StatefulFunctions().register(
    "test/failing",
    () => {
      tries += 1;
      throw new Error("no luck");
    },
    { retry: { attempts: 3, firstDelay: { seconds: 10 } } },
  );
  const app = await TestRuntime.open({ functions: failing, logger: false });
  await app.send("test/failing", "a", five);
  await app.settle();
  assert.equal(tries, 1);
  await app.advance({ seconds: 9 });
  assert.equal(tries, 1);
  await app.advance({ seconds: 2 });
  assert.equal(tries, 2);
  assert.deepEqual(await app.parked(), []);
  await app.advance({ days: 1 });
  assert.equal(tries, 3);
  const [parked] = await app.parked();
  assert.deepEqual(
    { ...parked, reason: "" },
    { address: "test/failing/a", code: "HANDLER_FAILED", reason: "", attempts: 3 },
  );
  await app.close();
});

test("a state expires by the clock", async () => {
  const app = await TestRuntime.open({ functions });
  await app.send(Counter, "bob", "ann");
  await app.advance({ minutes: 59 });
  assert.deepEqual(await app.state(Counter, "bob"), { total: 0, last: "ann" });
  await app.advance({ minutes: 1 });
  assert.deepEqual(await app.state(Counter, "bob"), { total: 0 });
  await app.close();
});

test("an idempotency key is remembered for its lifetime on the clock", async () => {
  const app = await TestRuntime.open({ functions, idempotencyKeyLifetime: { hours: 1 } });
  const send = () => app.send(Counter, "bob", five, { idempotencyKey: "once" });
  await send();
  await app.advance({ minutes: 59 });
  await send();
  await app.settle();
  assert.deepEqual(await app.state(Counter, "bob"), { total: 5 });
  await app.advance({ hours: 1 });
  await send();
  await app.settle();
  assert.deepEqual(await app.state(Counter, "bob"), { total: 10 });
  await app.close();
});

test("a call waits for its timeout on the clock", async () => {
  const app = await TestRuntime.open({
    functions: new StatefulFunctions().register("test/deferring", (_message, context) => {
      context.deferReply();
    }),
  });
  const call = app.call("test/deferring", "a", five, { timeout: { minutes: 10 } });
  const rejected = rejectsCode(call, "ANSWER_TIMEOUT");
  await app.advance({ minutes: 9 });
  assert.deepEqual(await app.waiting(), ["test/deferring/a: a call waits for its answer"]);
  await app.advance({ minutes: 1 });
  await rejected;
  await app.close();
});

test("a handler that waits holds the clock, unless it is left to wait: then its callTimeout passes", async () => {
  const gates = [new Gate(), new Gate()];
  let run = 0;
  const slow = new StatefulFunctions().register("test/slow", async () => {
    await gates[run++]?.promise;
  });
  const app = await TestRuntime.open({ functions: slow, logger: false, callTimeout: { minutes: 1 }, patience: 20 });
  await app.send("test/slow", "a", five);
  await rejectsCode(app.settle(), "TEST_STUCK", "test/slow/a");
  await rejectsCode(app.advance({ minutes: 1 }), "TEST_STUCK", "test/slow/a");
  assert.deepEqual(await app.waiting(), ["test/slow/a: 1 message waits; its handler has not ended"]);
  await app.advance({ minutes: 1 }, { leaveRunning: true });
  assert.deepEqual((await app.waiting()).length, 1);
  assert.match((await app.waiting())[0] as string, /CALL_TIMEOUT/);
  (gates[1] as Gate).open();
  await app.advance({ seconds: 1 });
  assert.equal(run, 2);
  assert.deepEqual(await app.waiting(), []);
  await app.close();
});

test("a month passes in a moment", async () => {
  const app = await TestRuntime.open({ functions });
  await app.send(Counter, "bob", Types.long.pack(BigInt(29 * 86_400_000)));
  await app.advance({ days: 28 });
  assert.deepEqual(await app.state(Counter, "bob"), { total: 0 });
  await app.advance({ days: 2 });
  assert.deepEqual(await app.state(Counter, "bob"), { total: 100 });
  await app.close();
});

test("runtimes beside each other have times of their own", async () => {
  const apps = await Promise.all(Array.from({ length: 12 }, () => TestRuntime.open({ functions })));
  await Promise.all(
    apps.map(async (app, index) => {
      await app.send(Counter, "bob", five, { delay: { hours: index } });
      await app.advance({ hours: 10 });
      assert.deepEqual(await app.state(Counter, "bob"), { total: index <= 10 ? 5 : 0 });
      await app.close();
    }),
  );
});
