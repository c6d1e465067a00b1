// Steps: tries, results, what they change and send, and what code outside them may not do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { json, type StepContext, TerminalError, Types } from "../../src/index.js";
import type { LogEntry } from "../support/recording-logger.js";
import { Ask, Begin, Note, open } from "./world.js";

const codeOf = (error: unknown) => (error as { code?: string }).code;
/** The fields of a line, without the stack. */
const fieldsOf = (entry: LogEntry | undefined) => {
  const { function: of, id, attempt } = entry?.fields ?? {};
  return { function: of, id, attempt };
};
const caught = (promise: Promise<unknown>) => promise.then(() => "no failure", codeOf);

test("a step's result is remembered with its type, and the workflow always gets a copy", async () => {
  const Money = json<{ cents: number }>("test/money");
  const seen: unknown[] = [];
  await using world = await open(async (_input, flow) => {
    const list = [1, 2];
    const results = [
      await flow.step("number", () => 1.5),
      await flow.step("text", () => "text"),
      await flow.step("nothing", () => {}),
      await flow.step("null", () => null),
      await flow.step("bytes", () => new Uint8Array([1, 2])),
      await flow.step("long", () => 7n),
      await flow.step("packed", () => Money.pack({ cents: 5 })),
      await flow.step("typed", () => ({ cents: 6 }), { type: Money }),
      await flow.step("list", () => list),
    ];
    (results[8] as number[]).push(3);
    (results[4] as Uint8Array)[0] = 9;
    seen.push(list.length, results);
    await flow.receive(Note);
    return "end";
  });
  const answered = world.begin();
  await world.app.settle();
  await world.note("end");
  assert.equal(await answered, "end");
  const expected = [1.5, "text", undefined, null, new Uint8Array([9, 2]), 7n, { cents: 5 }, { cents: 6 }, [1, 2, 3]];
  assert.deepEqual(seen, [2, expected, 2, expected]);
});

test("a result that can't be remembered fails the step, which is not done again", async () => {
  let done = 0;
  await using world = await open((_input, flow) =>
    caught(
      flow.step("class", () => {
        done += 1;
        return new Map();
      }),
    ),
  );
  assert.equal(await world.begin(), "VALUE_INVALID");
  assert.equal(done, 1);
});

test("a try that fails is tried again later, and other messages are handled meanwhile", async () => {
  const attempts: number[] = [];
  const keys = new Set<string>();
  await using world = await open((_input, flow) =>
    flow.step(
      "flaky",
      async ({ attempt, idempotencyKey }) => {
        attempts.push(attempt);
        keys.add(idempotencyKey);
        if (attempt < 4) throw new Error("not yet");
        return attempt;
      },
      { firstDelay: { minutes: 1 }, longestDelay: { minutes: 3 } },
    ),
  );
  const answered = world.begin();
  await world.app.settle();
  assert.deepEqual(attempts, [1]);
  assert.deepEqual(await world.app.call("test/flow", "1", "?"), { count: 0, list: [] });
  await world.app.advance({ minutes: 1 });
  assert.deepEqual(attempts, [1, 2]);
  await world.app.advance({ minutes: 1 });
  assert.deepEqual(attempts, [1, 2]);
  await world.app.advance({ minutes: 1 });
  assert.deepEqual(attempts, [1, 2, 3]);
  await world.app.advance({ minutes: 3 });
  assert.equal(await answered, 4);
  assert.equal(keys.size, 1);
  assert.deepEqual(await world.app.waiting(), []);
});

test("after its last try a step fails with STEP_FAILED; the workflow learns why, and the caller of the run does not", async () => {
  let message = "";
  await using world = await open(async (_input, flow) => {
    try {
      await flow.step("pay", () => Promise.reject(new Error("the secret is 42")), { attempts: 2 });
    } catch (error) {
      message = (error as Error).message;
      throw error;
    }
  });
  const answered = world.begin();
  await world.app.settle();
  await world.app.advance({ seconds: 1 });
  await assert.rejects(answered, (error: TerminalError) => {
    assert.equal(error.code, "STEP_FAILED");
    assert.deepEqual(error.details, { step: "pay", attempts: 2 });
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
  assert.match(message, /secret is 42/);
});

test("each try that fails is a warning of its own, with the step, the run, the try and the next one", async () => {
  let run = "";
  await using world = await open(async (_input, flow) => {
    run = flow.id;
    await caught(flow.step("pay", () => Promise.reject(new Error("no money")), { attempts: 2 }));
    await caught(flow.step("final", () => Promise.reject(new TerminalError("refused"))));
    return "end";
  });
  const answered = world.begin();
  await world.app.settle();
  assert.equal(world.logger.entries.length, 1);
  await world.app.advance({ seconds: 1 });
  assert.equal(await answered, "end");
  const [first, last, ...others] = world.logger.entries;
  for (const part of ["test/flow/1", "try 1 of 2", '"pay"', run, "1 s", "no money"]) {
    assert.ok(first?.line.includes(part), `${part} in ${first?.line}`);
  }
  assert.deepEqual(
    [first?.level, codeOf(first?.error), fieldsOf(first)],
    ["warn", "HANDLER_FAILED", { function: "test/flow", id: "1", attempt: 1 }],
  );
  assert.equal((first?.error.cause as Error | undefined)?.message, "no money");
  for (const part of ["try 2 of 2", '"pay"', run, "STEP_FAILED"]) assert.ok(last?.line.includes(part), last?.line);
  assert.equal(last?.fields?.attempt, 2);
  assert.deepEqual(others, []); // a TerminalError is a result and no failed try
});

test("a TerminalError fails a step at once, with its own code", async () => {
  let tries = 0;
  await using world = await open((_input, flow) =>
    caught(
      flow.step("pay", () => {
        tries += 1;
        throw new TerminalError("declined", { code: "DECLINED" });
      }),
    ),
  );
  assert.equal(await world.begin(), "DECLINED");
  assert.equal(tries, 1);
});

test("what a try that fails has changed and sent is taken back", async () => {
  await using world = await open(async function (_input, flow) {
    await flow.step("first", () => {
      this.count = 5;
      this.list.push("first");
    });
    await flow.step(
      "second",
      async (step) => {
        this.count += 1;
        this.list.push("second");
        step.send("test/other", "1", Ask.pack(`try ${step.attempt}`));
        await null;
        if (step.attempt === 1) throw new Error("not yet");
      },
      { firstDelay: 1_000 },
    );
    await flow.step("third", (step) => {
      this.list.push("third");
      step.state.set("count", Types.int.pack(100));
    });
    return "end";
  });
  const answered = world.begin();
  await world.app.settle();
  assert.deepEqual(await world.app.state("test/flow", "1"), { count: 5, list: ["first"] });
  assert.deepEqual(world.log, []);
  await world.app.advance({ seconds: 1 });
  assert.equal(await answered, "end");
  assert.deepEqual(await world.app.state("test/flow", "1"), { count: 100, list: ["first", "second", "third"] });
  assert.deepEqual(world.log, ['asked "try 2"']);
});

test("a synchronous step that fails beside another one takes back what it has changed", async () => {
  await using world = await open(async function (_input, flow) {
    const slow = flow.step("slow", async () => {
      this.list.push("slow");
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.list.push("slow end");
    });
    const failing = flow.step(
      "failing",
      () => {
        this.list.push("failing");
        throw new TerminalError("no");
      },
      { attempts: 1 },
    );
    return [await caught(failing), await caught(slow)];
  });
  assert.deepEqual(await world.begin(), ["TERMINAL", "no failure"]);
  assert.deepEqual(await world.app.state("test/flow", "1"), { count: 0, list: ["slow", "slow end"] });
});

test("parallel steps of which one fails: the others are remembered", async () => {
  const tries: Record<string, number> = {};
  await using world = await open(async (_input, flow) => {
    const work = (name: string) =>
      flow.step(
        name,
        async (step) => {
          tries[name] = step.attempt;
          if (name === "b" && step.attempt < 3) throw new Error("not yet");
          return name;
        },
        { firstDelay: { minutes: 1 } },
      );
    return Promise.all([work("a"), work("b"), work("c")]);
  });
  const answered = world.begin();
  await world.app.settle();
  await world.app.advance({ minutes: 10 });
  assert.deepEqual(await answered, ["a", "b", "c"]);
  assert.deepEqual(tries, { a: 1, b: 3, c: 1 });
});

test("a change of a state outside a step fails the message, and names the property", async () => {
  for (const change of ["count", "list"] as const) {
    await using world = await open(async function (_input, flow) {
      await flow.step("fine", () => {
        this.count = 1;
      });
      if (change === "count") this.count += 1;
      else this.list.push("outside");
      await flow.sleep({ minutes: 1 });
    });
    void world.begin();
    await world.app.settle();
    await world.app.advance({ seconds: 1 });
    const [parked] = await world.app.parked();
    assert.match(parked?.reason ?? "", new RegExp(`this\\.${change}`));
    assert.deepEqual(await world.app.state("test/flow", "1"), { count: 1, list: [] });
  }
});

test("a change outside is found at the next step, in a pass that returns, and in one that fails for good", async () => {
  const ends = [
    async (flow: any) => void (await flow.step("next", () => {})),
    async () => "returned",
    async () => {
      throw new TerminalError("refused");
    },
  ];
  for (const end of ends) {
    await using world = await open(async function (_input, flow) {
      this.count = 7;
      return end(flow);
    });
    void world.begin();
    await world.app.settle();
    await world.app.advance({ seconds: 1 });
    const [parked] = await world.app.parked();
    assert.match(parked?.reason ?? "", /this\.count/);
    assert.deepEqual(await world.app.state("test/flow", "1"), { count: 0, list: [] });
  }
});

test("a failure of the code after a step does not undo the step, whatever the message is tried", async () => {
  let steps = 0;
  let failures = 0;
  await using world = await open(async function (_input, flow) {
    const result = await flow.step("charge", async () => {
      steps += 1;
      this.count += 1;
      return "charged";
    });
    failures += 1;
    if (failures < 3) throw new Error("a mistake of the code");
    return result;
  });
  const answered = world.begin();
  await world.app.settle();
  await world.app.advance({ seconds: 10 });
  assert.equal(await answered, "charged");
  assert.equal(steps, 1);
  assert.deepEqual(await world.app.state("test/flow", "1"), { count: 1, list: [] });
});

test("a TerminalError of the code ends the run, and keeps what its steps have done", async () => {
  await using world = await open(async function (_input, flow) {
    await flow.step("mark", () => {
      this.count = 3;
    });
    flow.send("test/other", "1", Ask.pack("told"));
    throw new TerminalError("no", { code: "NO", details: { a: 1 }, status: 410 });
  });
  await assert.rejects(world.begin(), { code: "NO", details: { a: 1 }, status: 410 });
  await world.app.settle();
  assert.deepEqual(await world.app.state("test/flow", "1"), { count: 3, list: [] });
  assert.deepEqual(world.log, ['asked "told"']);
  assert.deepEqual(await world.app.parked(), []);
});

test("the context of a step ends with it, and flow can't be used in the work of a step", async () => {
  let escaped: StepContext | undefined;
  await using world = await open(async (_input, flow) => {
    await flow.step("leak", (step) => {
      escaped = step;
    });
    const codes = [
      await caught(flow.step("nested", () => flow.step("inner", () => 1))),
      await caught(flow.step("sends", () => flow.send("test/other", "1", Ask.pack(1)), { attempts: 1 })),
    ];
    try {
      escaped?.send("test/other", "1", Ask.pack("late"));
    } catch (error) {
      codes.push(codeOf(error));
    }
    return codes;
  });
  const answered = world.begin();
  await world.app.settle();
  await world.app.advance({ minutes: 10 });
  assert.deepEqual(await answered, ["STEP_FAILED", "STEP_FAILED", "CONTEXT_CLOSED"]);
});

test("a name stands for one step of a run", async () => {
  await using world = await open(async (_input, flow) => {
    await flow.step("once", () => 1);
    return caught(flow.step("once", () => 2));
  });
  assert.equal(await world.begin(), "OPERATION_DUPLICATE");
});

test("a step that takes time ends its pass before the next step, and synchronous steps share a pass", async () => {
  let passes = 0;
  await using world = await open(async (_input, flow) => {
    passes += 1;
    for (const name of ["a", "b", "c"]) await flow.step(name, () => 1);
    await flow.step("slow 1", async () => 1);
    await flow.step("slow 2", async () => 1);
    return passes;
  });
  assert.equal(await world.begin(), 2);
});

test("a crash after a step does not repeat the step before it", async () => {
  const done: string[] = [];
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  await using world = await open(async (_input, flow) => {
    await flow.step("a", async () => void done.push("a"));
    await flow.step("b", async () => {
      done.push("b");
      await gate;
    });
    return "end";
  });
  await world.app.send("test/flow", "1", Begin.pack({}));
  await world.app.settle({ leaveRunning: true });
  assert.deepEqual(done, ["a", "b"]);
  await world.app.crash();
  release();
  await world.app.settle();
  assert.deepEqual(done, ["a", "b", "b"]);
});
