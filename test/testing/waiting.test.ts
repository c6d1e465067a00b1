// What still waits, in words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Address, StatefulFunctions, TerminalError, Types } from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";
import { Gate } from "../support/gate.js";
import { Counter, functions } from "./functions.js";

test("everything that waits has a line with its address", async () => {
  const gate = new Gate();
  const some = new StatefulFunctions(Counter).register("test/gated", () => gate.promise);
  const app = await TestRuntime.open({ functions: some, logger: false });
  app.failNext("test/counter", "tried");
  app.failNext("test/counter", "never");
  app.failNext("test/counter", "never");
  app.fakeEgress("test/totals", () => {
    throw new Error("down");
  });
  await app.send(Counter, "tried", Types.int.pack(1));
  await app.send(Counter, "tried", Types.int.pack(2));
  await app.send(Counter, "bob", Types.int.pack(1));
  await app.send(Counter, "bob", Types.int.pack(7), { delay: { minutes: 5 }, cancellationToken: "seven" });
  const answer = app.call("test/gated", "a", true);
  await app.settle({ leaveRunning: true });
  assert.deepEqual(await app.waiting(), [
    "test/counter/tried: 2 messages wait; the first one has failed 1 time, the next try is in 0.1 s: HANDLER_FAILED: test/counter/tried, message 1 of 1 (io.statefun.types/int): The test has planned this failure.",
    "test/gated/a: 1 message waits; its handler has not ended",
    "test/gated/a: a call waits for its answer",
    'test/counter/bob: a delayed message is due in 300 s (cancellation token "seven")',
    "the egress test/totals: 1 record waits",
    "test/counter/never: 2 planned failures have not happened",
  ]);
  gate.open();
  await answer;
  assert.equal(await app.cancel("seven"), true);
  app.fakeEgress("test/totals", () => {});
  await app.advance({ seconds: 1 });
  assert.deepEqual(await app.waiting(), ["test/counter/never: 2 planned failures have not happened"]);
  await app.close();
});

test("a parked address says why it is parked", async () => {
  const app = await TestRuntime.open({ functions, logger: false, retry: { attempts: 1 } });
  app.failNext(Counter, "bob", new Error("no luck\nat all"));
  await app.send(Counter, "bob", Types.int.pack(1));
  await app.settle();
  const [line, ...more] = await app.waiting();
  assert.match(
    line as string,
    /^test\/counter\/bob: 1 message waits; the address is parked: HANDLER_FAILED: .*no luck$/,
  );
  assert.deepEqual(more, []);
  await app.close();
});

test("what failed goes on when somebody retries it, or sends it again", async () => {
  const app = await TestRuntime.open({ functions, logger: false, retry: { attempts: 1 } });
  app.failNext(Counter, "bob");
  await app.send(Counter, "bob", Types.int.pack(5));
  await app.settle();
  await app.engine.retry(Address.of("test/counter", "bob"));
  await app.settle();
  assert.deepEqual([await app.state(Counter, "bob"), await app.parked()], [{ total: 5 }, []]);
  await app.close();
  const other = await TestRuntime.open({ functions, logger: false, onFailure: "deadLetter" });
  other.failNext(Counter, "bob", new TerminalError("no"));
  await other.send(Counter, "bob", Types.int.pack(5));
  await other.settle();
  await other.engine.deadLetters.resendAll();
  await other.settle();
  assert.deepEqual([await other.state(Counter, "bob"), await other.deadLetters()], [{ total: 5 }, []]);
  await other.close();
});

test("a dead letter waits for nobody, and has its message, its reason and its details", async () => {
  const app = await TestRuntime.open({ functions, logger: false, retry: { attempts: 2 }, onFailure: "deadLetter" });
  app.failNext(Counter, "bob", new Error("one"));
  app.failNext(Counter, "bob", new Error("two"));
  await app.send(Counter, "bob", Types.int.pack(5));
  await app.advance({ seconds: 1 });
  assert.deepEqual(await app.waiting(), []);
  const [letter, ...more] = await app.deadLetters();
  assert.match(letter?.reason as string, /two$/);
  assert.deepEqual(
    { ...letter, reason: "" },
    {
      address: "test/counter/bob",
      message: 5,
      code: "HANDLER_FAILED",
      reason: "",
      attempts: 2,
    },
  );
  assert.deepEqual(more, []);
  await app.close();
});
