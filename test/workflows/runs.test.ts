// Runs of one address beside each other: concurrency, cancellation, restart, limits, and who is answered.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "../../src/engine/engine.js";
import {
  Address,
  type Context,
  Handles,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";
import { cancelMessage } from "../../src/workflows/journal/hidden-messages.js";
import { Ask, Begin, Note, open, type World } from "./world.js";

const codeOf = (error: unknown) => (error as { code?: string }).code;
// Nobody outside may send this message by itself. The engine's own call shows besides what the function answers.
const cancel = (world: World, run = "", reason = "") =>
  (world.app.engine as Engine).call(Address.of("test/flow", "1"), cancelMessage({ run, reason }));

test("by default one run of a workflow lives at an address, and the others wait their turn", async () => {
  const order: string[] = [];
  await using world = await open(async (input, flow) => {
    order.push(`begin ${input}`);
    await flow.sleep({ minutes: 1 });
    order.push(`end ${input}`);
    return input;
  });
  const answers = ["a", "b", "c"].map((input) => world.begin(input));
  const elsewhere = world.begin("z", "2");
  await world.app.settle();
  for (let minute = 0; minute < 3; minute++) await world.app.advance({ minutes: 1 });
  assert.deepEqual(await Promise.all([...answers, elsewhere]), ["a", "b", "c", "z"]);
  const mine = order.filter((line) => !line.endsWith("z"));
  assert.deepEqual([...new Set(mine)], ["begin a", "end a", "begin b", "end b", "begin c", "end c"]);
  assert.deepEqual(await world.app.waiting(), []);
});

test("parallel runs live beside each other, and a rejecting workflow refuses at once", async () => {
  await using parallel = await open(
    async (input, flow) => {
      await flow.sleep({ minutes: 1 });
      return input;
    },
    { concurrency: "parallel" },
  );
  const answers = ["a", "b"].map((input) => parallel.begin(input));
  await parallel.app.settle();
  await parallel.app.advance({ minutes: 1 });
  assert.deepEqual(await Promise.all(answers), ["a", "b"]);

  await using rejecting = await open(
    async (input, flow) => {
      await flow.sleep({ minutes: 1 });
      return input;
    },
    { concurrency: "reject" },
  );
  const first = rejecting.begin("a");
  await assert.rejects(rejecting.begin("b"), { code: "RUN_BUSY", status: 409 });
  await rejecting.app.advance({ minutes: 1 });
  assert.equal(await first, "a");
  const next = rejecting.begin("c");
  await rejecting.app.settle();
  await rejecting.app.advance({ minutes: 1 });
  assert.equal(await next, "c");
});

test("a run that is cancelled compensates: what waits fails, the signal aborts, and later operations work", async () => {
  const seen: unknown[] = [];
  await using world = await open(async (_input, flow) => {
    const { signal } = flow;
    const other = flow.receive(Note, { timeout: { days: 2 } });
    try {
      await flow.sleep({ days: 1 });
    } catch (error) {
      seen.push([codeOf(error), signal.aborted, codeOf(signal.reason)]);
      seen.push(codeOf(await other.catch((failed: unknown) => failed)));
      await flow.call("test/other", "1", Ask.pack("undo"));
      await flow.step("undo", () => void seen.push("undone"));
      throw error;
    }
  });
  const answered = world.begin();
  await world.app.settle();
  assert.equal(await cancel(world, "", "too late"), undefined);
  await world.app.settle();
  await assert.rejects(answered, (error: TerminalError) => {
    assert.equal(error.code, "RUN_CANCELLED");
    assert.match(error.message, /too late/);
    return true;
  });
  assert.deepEqual(
    [...new Set(seen.map((line) => JSON.stringify(line)))],
    ['["RUN_CANCELLED",true,"RUN_CANCELLED"]', '"RUN_CANCELLED"', '"undone"'],
  );
  assert.equal(seen.filter((line) => line === "undone").length, 1);
  assert.deepEqual(world.log, ['asked "undo"']);
  assert.deepEqual(await world.app.waiting(), []);
});

test("a queue goes on when the message that begins its next run was set aside", async () => {
  let fails = true;

  @StatefulFunction("test/queues", { onFailure: "deadLetter", retry: { attempts: 1 } })
  class Queues {
    @Workflow(Begin)
    async run(input: number, flow: WorkflowContext) {
      if (input === 2 && fails) throw new Error("a mistake of the code");
      await flow.sleep(1_000);
      return input;
    }
  }

  await using app = await TestRuntime.open({ functions: new StatefulFunctions(Queues) });
  const begin = (input: number) => app.call(Queues, "1", Begin.pack(input), { timeout: { days: 1 } });
  const answers = [begin(1), begin(2)];
  await app.settle();
  await app.advance({ minutes: 1 });
  assert.equal((await app.deadLetters()).length, 1);
  fails = false;
  answers.push(begin(3));
  await app.settle();
  await app.advance({ minutes: 1 });
  assert.deepEqual(await Promise.all(answers), [1, 2, 3]);
});

test("a run that waits its turn is cancelled without having begun, and an unknown run is RUN_NOT_FOUND", async () => {
  let begun = 0;
  await using world = await open(async (_input, flow) => {
    begun += 1;
    await flow.sleep({ days: 1 });
  });
  const first = world.begin("a");
  const second = world.begin("b");
  await world.app.settle();
  await assert.rejects(cancel(world, "0".repeat(32)), { code: "RUN_NOT_FOUND" });
  await cancel(world);
  await assert.rejects(first, { code: "RUN_CANCELLED" });
  await assert.rejects(second, { code: "RUN_CANCELLED" });
  await world.app.settle();
  assert.equal(begun, 2);
  await assert.rejects(cancel(world), { code: "RUN_NOT_FOUND" });
});

test("a cancelled run may go on and end well", async () => {
  await using world = await open(async (_input, flow) => {
    await flow.sleep({ days: 1 }).catch(() => {});
    await flow.sleep({ minutes: 1 });
    return "saved";
  });
  const answered = world.begin();
  await world.app.settle();
  await cancel(world);
  await world.app.settle();
  await cancel(world);
  await world.app.advance({ minutes: 1 });
  assert.equal(await answered, "saved");
});

test("restart ends a run and begins the next one with the same caller, before other runs that wait", async () => {
  const ids = new Set<string>();
  const order: unknown[] = [];
  await using world = await open(async (input, flow) => {
    ids.add(flow.id);
    order.push(input);
    await flow.step("work", async () => 1);
    if (input < 3) return flow.restart(input + 1);
    return input;
  });
  const first = world.begin(1);
  const other = world.begin(9);
  assert.equal(await first, 3);
  assert.equal(await other, 9);
  assert.deepEqual([...new Set(order)], [1, 2, 3, 9]);
  assert.equal(ids.size, 4);
});

test("a function that calls gets the answer or the failure of the run, and one that only sends gets nothing", async () => {
  await using world = await open(async (input, flow) => {
    await flow.sleep({ minutes: 1 });
    if (input === "fail") throw new TerminalError("no", { code: "NO" });
    if (input === "inner") return "inner!";
    const results: unknown[] = [await flow.call("test/flow", "2", Begin.pack("inner"))];
    results.push(await flow.call("test/flow", "2", Begin.pack("fail")).catch(codeOf));
    return results;
  });
  const answered = world.begin("outer");
  await world.app.settle();
  for (let minute = 0; minute < 4; minute++) await world.app.advance({ minutes: 1 });
  assert.deepEqual(await answered, ["inner!", "NO"]);
  await world.app.send("test/flow", "3", Begin.pack("inner"));
  await world.app.advance({ minutes: 2 });
  assert.deepEqual(await world.app.waiting(), []);
});

test("a run that calls its own workflow at its own address fails at once", async () => {
  await using world = await open((_input, flow) =>
    flow.call("test/flow", flow.address.id, Begin.pack("again")).catch(codeOf),
  );
  assert.equal(await world.begin(), "WORKFLOW_CALLS_ITSELF");
});

test("a call may be answered later, too late, twice, or never", async () => {
  await using world = await open(
    async (_input, flow) => {
      const late = await flow.call("test/other", "1", Ask.pack("late"), { timeout: { minutes: 1 } }).catch(codeOf);
      const twice = await flow.call("test/other", "1", Ask.pack("twice"));
      const fails = await flow.call("test/other", "1", Ask.pack("fails")).catch(codeOf);
      const nothing = await flow.call("test/other", "1", Ask.pack("nothing"));
      return [late, twice, fails, nothing === undefined ? "nothing" : nothing];
    },
    {
      answer(asked, context) {
        if (asked === "nothing") return undefined;
        if (asked === "fails") throw new TerminalError("no", { code: "NO" });
        const caller = context.deferReply();
        if (asked === "late") context.sendAfter({ minutes: 2 }, caller, Ask.pack("late"));
        else {
          context.send(caller, Ask.pack("once"));
          context.send(caller, Ask.pack("twice"));
        }
        return undefined;
      },
    },
  );
  const answered = world.begin();
  await world.app.settle();
  await world.app.advance({ minutes: 1 });
  assert.deepEqual(await answered, ["ANSWER_TIMEOUT", "once", "NO", "nothing"]);
  await world.app.advance({ minutes: 5 });
  assert.deepEqual(await world.app.waiting(), []);
  assert.equal(world.logger.lines.filter((line) => line.startsWith("test/flow")).length, 0);
});

test("more than 1,000 runs, and more than 1 MiB of them, may not wait", async () => {
  await using world = await open((_input, flow) => flow.sleep({ days: 1 }));
  void world.begin("first");
  await world.app.settle();
  await Promise.all(Array.from({ length: 1_000 }, (_, count) => world.app.send("test/flow", "1", Begin.pack(count))));
  await assert.rejects(world.begin("one more"), { code: "RUNS_FULL", status: 429 });
  const half = "x".repeat(600_000);
  await world.app.send("test/flow", "2", Begin.pack("first"));
  await world.app.send("test/flow", "2", Begin.pack(half));
  await world.app.send("test/flow", "2", Begin.pack(half));
  await assert.rejects(world.begin(half, "2"), { code: "RUNS_FULL" });
});

test("a run gets the message for which it waits, also when no more messages are kept for later", async () => {
  await using world = await open((_input, flow) => flow.receive(Note, { where: (note: unknown) => note === "wanted" }));
  const answered = world.begin();
  await world.app.settle();
  await Promise.all(Array.from({ length: 1_000 }, (_, count) => world.app.send("test/flow", "1", Ask.pack(count))));
  await assert.rejects(world.app.call("test/flow", "1", Note.pack("unwanted")), { code: "RUNS_FULL" });
  await assert.rejects(world.app.call("test/flow", "1", Ask.pack("one more")), { code: "RUNS_FULL" });
  await world.note("wanted");
  assert.equal(await answered, "wanted");
});

test("a run has at most 1,000 operations and 1 MiB of results", async () => {
  await using world = await open(async (input, flow) => {
    let done = 0;
    try {
      for (;;) {
        await flow.step(`step ${done}`, () => (input === "large" ? "x".repeat(100_000) : done));
        done += 1;
      }
    } catch (error) {
      return [codeOf(error), done];
    }
  });
  assert.deepEqual(await world.begin("many"), ["RUN_TOO_LARGE", 1_000]);
  assert.deepEqual(await world.begin("large"), ["RUN_TOO_LARGE", 10]);
});

test("messages of several runs and handlers in one batch each have their own end", async () => {
  await using world = await open(
    async (input, flow) => {
      await flow.step("add", () => input);
      if (input === "bad") throw new TerminalError("no", { code: "NO" });
      const { by } = await flow.receive(Note, { where: (note) => note.to === input });
      return by;
    },
    { concurrency: "parallel" },
  );
  const answers = ["a", "bad", "b"].map((input) => world.begin(input).catch(codeOf));
  const counted = world.app.send("test/flow", "1", Types.int.pack(5));
  await Promise.all([counted, world.note({ to: "b", by: "ann" }), world.note({ to: "a", by: "bob" })]);
  assert.deepEqual(await Promise.all(answers), ["bob", "NO", "ann"]);
  assert.deepEqual(await world.app.state("test/flow", "1"), { count: 5, list: [] });
});

test("a message that fails takes back what it did to the journal, and the next one goes on", async () => {
  let fails = true;
  await using world = await open(async (_input, flow) => {
    const note = await flow.receive(Note);
    if (fails) {
      fails = false;
      throw new Error("not yet");
    }
    return note;
  });
  const answered = world.begin();
  await world.app.settle();
  await world.note("kept");
  await world.app.settle();
  await world.app.advance({ seconds: 1 });
  assert.equal(await answered, "kept");
});

test("a workflow in a function of another process gets its answer by the address alone", async () => {
  // A function of another SDK drops metadata, and answers by a plain message to its caller.
  @StatefulFunction("test/forgetful")
  class Forgetful {
    @Handles(Types.string)
    ask(asked: string, context: Context) {
      context.sendAfter({ seconds: asked === "first" ? 2 : 1 }, context.caller as never, `${asked}!`);
      context.deferReply();
    }
  }
  const { functions } = await flowAlone();
  functions.bind(Forgetful);
  await using app = await TestRuntime.open({ functions });
  const answered = app.call("test/alone", "1", Begin.pack({}));
  await app.settle();
  await app.advance({ seconds: 3 });
  assert.deepEqual(await answered, ["second!", "first!"]);
});

async function flowAlone() {
  const { Workflow } = await import("../../src/index.js");
  @StatefulFunction("test/alone")
  class Alone {
    @Workflow(Begin)
    run(_input: unknown, flow: import("../../src/index.js").WorkflowContext) {
      return Promise.all([flow.call("test/forgetful", "1", "first"), flow.call("test/forgetful", "1", "second")]);
    }
  }
  return { functions: new StatefulFunctions(Alone) };
}
