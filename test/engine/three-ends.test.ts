// How a message ends: it succeeds, it is tried again within its budget, or it is set aside or parks its address, as the policy
// of its function says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { at, type Batch } from "./functions.js";
import { open } from "./support.js";

test("each function is tried as its own policy says, and as the engine's where it says nothing", async (t) => {
  const tries: string[] = [];
  const handle = ({ self }: Batch) => {
    tries.push(self);
    throw new Error("on purpose");
  };
  const running = await open(t, {
    policy: { retry: { attempts: 3, firstMs: 10 } },
    functions: { f: handle, g: { handle, policy: { retry: { attempts: 2 } } } },
  });
  await running.send("f/a", "x");
  await running.send("g/a", "x");
  await running.clock.advance(10_000);
  const count = (self: string) => tries.filter((tried) => tried === self).length;
  assert.deepEqual([count("f/a"), count("g/a")], [3, 2]);
  assert.equal(running.engine.metrics.parked, 2);
});

test("a window ends the tries of a message when it is over, and not before: the last try is at its end", async (t) => {
  const tries: number[] = [];
  const running = await open(t, {
    policy: { retry: { attempts: Number.POSITIVE_INFINITY, firstMs: 100, longestMs: 400, windowMs: 1_000 } },
    functions: {
      f() {
        tries.push(running.clock.now() - begun);
        throw new Error("on purpose");
      },
    },
  });
  const begun = running.clock.now();
  await running.send("f/a", "x");
  await running.clock.advance(60_000);
  assert.deepEqual(tries, [0, 100, 300, 700, 1_000]);
  assert.equal(running.engine.metrics.parked, 1);
  assert.ok(running.log.some((line) => line.includes("try 4 failed")));
});

test("a window begins with the first failure of each message", async (t) => {
  const tries: number[] = [];
  let fails = 1;
  const running = await open(t, {
    policy: { retry: { windowMs: 1_000, firstMs: 600 } },
    functions: {
      f() {
        tries.push(running.clock.now() - begun);
        if (fails-- > 0) throw new Error("on purpose");
      },
    },
  });
  const begun = running.clock.now();
  await running.send("f/a", "1");
  await running.clock.advance(5_000);
  fails = 1;
  await running.send("f/a", "2");
  await running.clock.advance(5_000);
  assert.deepEqual(tries, [0, 600, 5_000, 5_600]);
  assert.equal(running.engine.metrics.parked, 0);
});

test("with dead letters the bad message goes aside alone, and those round it go on in their order", async (t) => {
  const seen: string[] = [];
  const gate = new Gate();
  const running = await open(t, {
    policy: { onFailure: "deadLetter", retry: { attempts: 2 } },
    functions: {
      async f({ messages }) {
        await gate.promise;
        if (messages.includes("bad")) throw new Error("on purpose");
        seen.push(...messages);
      },
    },
  });
  for (const value of ["1", "2", "bad", "3", "4"]) await running.send("f/a", value);
  gate.open();
  await running.clock.advance(10_000);
  assert.deepEqual(seen, ["1", "2", "3", "4"]);
  const { letters } = await running.engine.deadLetters.list();
  assert.deepEqual(
    letters.map(({ value, attempts }) => [Buffer.from(value.value).toString(), attempts]),
    [["bad", 2]],
  );
  assert.equal(running.engine.metrics.parked, 0);
  assert.equal((await running.engine.inspect(at("f/a"))).depth, 0);
});

test("a good message is never set aside for a bad one behind it, although one try is all there is", async (t) => {
  const seen: string[] = [];
  const gate = new Gate();
  const running = await open(t, {
    policy: { onFailure: "deadLetter", retry: { attempts: 1 } },
    functions: {
      async f({ messages }) {
        await gate.promise;
        if (messages.includes("bad")) throw new Error("on purpose");
        seen.push(...messages);
      },
    },
  });
  await running.send("f/a", "1");
  for (const value of ["2", "bad", "3"]) await running.send("f/a", value);
  gate.open();
  await running.clock.advance(10_000);
  assert.deepEqual(seen, ["1", "2", "3"]);
  assert.equal(running.engine.metrics.deadLettersKept, 1);
});

test("when no more letters are kept and nobody takes them, the address is parked", async (t) => {
  const running = await open(t, {
    policy: { onFailure: "deadLetter", retry: { attempts: 1 } },
    limits: { deadLetters: 1 },
    functions: {
      f() {
        throw new Error("on purpose");
      },
    },
  });
  await running.send("f/a", "1");
  await running.send("f/b", "2");
  await running.settle();
  assert.deepEqual([running.engine.metrics.deadLettersKept, running.engine.metrics.parked], [1, 1]);
  const { letters } = await running.engine.deadLetters.list();
  await running.engine.deadLetters.drop(letters[0]?.id as string);
  await running.engine.retry(at("f/b"));
  await running.settle();
  assert.deepEqual([running.engine.metrics.deadLettersKept, running.engine.metrics.parked], [1, 0]);
});

test("a letter waits while the store can't say whether its caller has an answer, and the caller then gets its failure", async (t) => {
  let tries = 0;
  const gate = new Gate();
  const running = await open(t, {
    policy: { onFailure: "deadLetter", retry: { attempts: 1 } },
    functions: {
      async f() {
        await gate.promise;
        tries += 1;
        running.store.failReads = tries < 3 ? "STORE_FAILED" : undefined;
        throw new Error("on purpose");
      },
    },
  });
  const call = running.call("f/a", "x", { idempotencyKey: "once" });
  const failed = rejectsCode(call, "ENDPOINT_FAILED", "test/f/a");
  await running.settle(); // the call is on the disk
  gate.open();
  await running.clock.advance(5_000);
  await failed;
  assert.deepEqual([tries, running.engine.metrics.deadLettersKept], [3, 1]);
  await rejectsCode(running.call("f/a", "x", { idempotencyKey: "once" }), "ENDPOINT_FAILED");
});
