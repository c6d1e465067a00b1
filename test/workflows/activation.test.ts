// The order in which a pass delivers results, and what becomes of code that its pass has left behind.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Address } from "../../src/index.js";
import { Ask, Begin, Note, open } from "./world.js";

test("the code runs from its top at each pass, and what has a result is not done again", async () => {
  const tops: string[] = [];
  await using world = await open(async (_input, flow) => {
    tops.push("top");
    const a = await flow.call("test/other", "a", Ask.pack("a"));
    const b = await flow.call("test/other", "b", Ask.pack("b"));
    return [a, b];
  });
  assert.deepEqual(await world.begin(), ["a", "b"]);
  assert.equal(tops.length, 3);
  assert.deepEqual(world.log, ['asked "a"', 'asked "b"']);
});

test("a race has the same winner at each pass", async () => {
  const winners: unknown[] = [];
  await using world = await open(
    async (_input, flow) => {
      const late = flow.call("test/other", "late", Ask.pack("late"));
      const soon = flow.call("test/other", "soon", Ask.pack("soon"));
      winners.push(await Promise.race([late, soon]));
      await flow.receive(Note);
      await flow.receive(Note);
      return Promise.all([late, soon]);
    },
    {
      answer(asked, context) {
        if (asked !== "late") return asked;
        context.sendAfter({ minutes: 1 }, context.deferReply(), Ask.pack("late"));
        return undefined;
      },
    },
  );
  const answered = world.begin();
  await world.app.settle();
  await world.app.advance({ minutes: 2 });
  await world.note(1);
  await world.note(2);
  assert.deepEqual(await answered, ["late", "soon"]);
  assert.ok(winners.length >= 3);
  assert.deepEqual(new Set(winners), new Set(["soon"]));
});

test("results that came in another order than they are asked for are delivered in the order in which they came", async () => {
  const orders: string[][] = [];
  await using world = await open(async (_input, flow) => {
    const order: string[] = [];
    orders.push(order);
    const branch = async (name: string, delay: number) => {
      await flow.sleep({ minutes: delay });
      order.push(name);
      await flow.step(`step ${name}`, () => name);
      order.push(`${name}!`);
    };
    await Promise.all([branch("c", 3), branch("a", 1), branch("b", 2)]);
    await flow.receive(Note);
    return order;
  });
  const answered = world.begin();
  await world.app.settle();
  await world.app.advance({ minutes: 1 });
  await world.app.advance({ minutes: 1 });
  await world.app.advance({ minutes: 1 });
  await world.note("end");
  const expected = ["a", "a!", "b", "b!", "c", "c!"];
  assert.deepEqual(await answered, expected);
  assert.deepEqual(orders.at(-2), expected);
});

test("Promise.any takes the first that does not fail, and loops ask for as many operations as they run", async () => {
  await using world = await open(
    async (_input, flow) => {
      const found = await Promise.any([
        flow.call("test/other", "1", Ask.pack("fail")),
        flow.call("test/other", "2", Ask.pack("good")),
      ]);
      const sums: number[] = [];
      for (let count = 0; count < 5; count++) sums.push(await flow.step(`add ${count}`, () => count * 2));
      for (let count = 0; count < 3; count++) await flow.call("test/other", "3", Ask.pack("again"));
      return { found, sums };
    },
    {
      answer(asked) {
        if (asked === "fail") return Promise.reject(new Error("down"));
        return asked;
      },
    },
  );
  const answered = world.begin();
  await world.app.settle();
  assert.deepEqual(await answered, { found: "good", sums: [0, 2, 4, 6, 8] });
  assert.equal(world.log.filter((line) => line === 'asked "again"').length, 3);
});

test("an async function in the workflow fails, and the workflow catches it in finally and catch", async () => {
  const seen: string[] = [];
  await using world = await open(async (_input, flow) => {
    const inner = async () => {
      try {
        await flow.step("bad", () => Promise.reject(new Error("no")), { attempts: 1 });
      } finally {
        await flow.step("clean", () => void seen.push("clean"));
      }
    };
    try {
      await inner();
    } catch (error) {
      return (error as { code: string }).code;
    }
    return "none";
  });
  assert.equal(await world.begin(), "STEP_FAILED");
  assert.deepEqual(seen, ["clean"]);
});

test("now is the time of the last result, and random and uuid are the same at each pass", async () => {
  const passes: unknown[][] = [];
  await using world = await open(async (_input, flow) => {
    const seen = [flow.now(), flow.random(), flow.uuid()];
    passes.push(seen);
    await flow.sleep({ hours: 1 });
    seen.push(flow.now(), flow.random());
    await flow.receive(Note);
    return flow.id;
  });
  const started = world.app.now;
  const answered = world.begin();
  await world.app.settle();
  await world.app.advance({ hours: 5 });
  await world.note("end");
  assert.match(await answered, /^[0-9a-f]{32}$/);
  assert.equal(passes.length, 3);
  assert.deepEqual(passes[2], passes[1]);
  assert.deepEqual(passes[1]?.slice(0, 3), passes[0]);
  assert.equal(passes[2]?.[0], started);
  assert.equal(passes[2]?.[3], started + 3_600_000);
});

test("code that goes on after its pass has ended has no effect, and ends no process", async () => {
  const escaped: unknown[] = [];
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let passes = 0;
  await using world = await open(async function (_input, flow) {
    passes += 1;
    if (passes === 1) {
      void gate
        .then(() => {
          escaped.push("runs");
          this.count = 99;
          flow.send("test/other", "x", Ask.pack("ghost"));
          void flow.step("ghost", () => void escaped.push("step")).then(() => escaped.push("resolved"));
          throw flow; // nothing handles what is thrown here but the test
        })
        .catch(() => escaped.push("thrown"));
    }
    await flow.receive(Note);
    return "end";
  });
  const answered = world.begin();
  await world.app.settle();
  release();
  await world.app.settle();
  await world.app.settle();
  assert.deepEqual(escaped, ["runs", "thrown"]);
  await world.note("end");
  assert.equal(await answered, "end");
  assert.deepEqual(await world.app.state("test/flow", "1"), { count: 0, list: [] });
  assert.deepEqual(world.log, []);
});

test("operations that nobody awaits may fail, and those without a result are dropped with their timers", async () => {
  await using world = await open(
    async (_input, flow) => {
      void flow.step("bad", () => Promise.reject(new Error("no")), { attempts: 1 });
      void flow.sleep({ days: 3 });
      void flow.call("test/other", "1", Ask.pack("late"), { timeout: { days: 2 } });
      void flow.receive(Note, { timeout: { days: 1 } });
      await flow.step("good", () => 1);
      return "end";
    },
    {
      answer(_asked, context) {
        context.deferReply();
      },
    },
  );
  assert.equal(await world.begin(), "end");
  await world.app.settle();
  assert.deepEqual(await world.app.waiting(), []);
});

test("a promise that is no operation is waited for, and done again at each pass", async () => {
  let raw = 0;
  await using world = await open(async (_input, flow) => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    raw += 1;
    await flow.sleep({ minutes: 1 });
    return "end";
  });
  const answered = world.begin();
  await world.app.settle();
  await world.app.advance({ minutes: 1 });
  assert.equal(await answered, "end");
  assert.equal(raw, 2);
});

test("a workflow may be a plain function without any operation", async () => {
  await using world = await open((input) => input.n + 1);
  assert.equal(await world.begin({ n: 1 }), 2);
  assert.equal(Begin.typename, "test/begin");
});

test("flow.sendAt and flow.sendAfter send once, at their time, however many passes the run takes", async () => {
  await using world = await open(async (_input, flow) => {
    const hours = (count: number) => flow.now() + count * 3_600_000;
    const at = new Date(hours(2));
    flow.sendAt(0, "test/other", "1", Ask.pack("past"));
    flow.sendAt(at, "test/other", "1", Ask.pack("date"), { cancellationToken: "kept" });
    flow.sendAt(hours(3), new Address("test", "other", "1"), Ask.pack("milliseconds"));
    flow.sendAfter({ hours: 4 }, "test/other", "1", Ask.pack("after"));
    await flow.sleep({ hours: 1 });
    return flow.sleep({ hours: 5 });
  });
  const answered = world.begin();
  await world.app.settle();
  assert.deepEqual(world.log, ['asked "past"']);
  for (const next of ["date", "milliseconds", "after"]) {
    await world.app.advance({ hours: next === "date" ? 2 : 1 });
    assert.equal(world.log.at(-1), `asked ${JSON.stringify(next)}`);
  }
  await world.app.advance({ hours: 2 });
  await answered;
  assert.equal(world.log.length, 4);
});
