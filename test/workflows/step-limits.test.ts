// Steps at the edges: states that do not fit, results without room, tokens that two steps take, and failures without end.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Handles,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";
import { Ask, Begin, open } from "./world.js";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => "no failure",
    (error: { code?: string }) => error.code,
  );

test("a state that does not fit after parallel steps takes all of them back, and none of them is remembered", async () => {
  const done: string[] = [];
  await using world = await open(async function (_input, flow) {
    await Promise.all([
      flow.step("good", async () => {
        done.push("good");
        this.count = 5;
      }),
      flow.step("bad", async () => {
        await turn();
        done.push("bad");
        this.list = (done.length < 3 ? [1n] : ["fits"]) as string[];
      }),
    ]);
    return this.count;
  });
  void world.begin();
  await world.app.settle();
  await world.app.advance({ minutes: 1 });
  assert.deepEqual(done, ["good", "bad", "good", "bad"]);
  assert.deepEqual(await world.app.state("test/flow", "1"), { count: 5, list: ["fits"] });
});

test("a step that deletes a large state and fails has changed nothing", async () => {
  const long = "long ".repeat(100);

  @StatefulFunction("test/deletes")
  class Deletes {
    @State("text", Types.string) text?: string = "default";

    @Handles(Types.string)
    set(text: string) {
      this.text = text;
    }

    @Workflow(Begin)
    async run(_input: unknown, flow: WorkflowContext) {
      const code = await caught(
        flow.step("delete", () => {
          delete this.text;
          throw new TerminalError("no");
        }),
      );
      await flow.step("next", () => {});
      return [code, this.text];
    }
  }

  await using app = await TestRuntime.open({ functions: new StatefulFunctions(Deletes) });
  await app.send(Deletes, "1", long);
  assert.deepEqual(await app.call(Deletes, "1", Begin.pack({})), ["TERMINAL", long]);
});

test("a step whose result can't be remembered leaves nothing behind", async () => {
  await using world = await open(function (_input, flow) {
    return caught(
      flow.step("map", (step) => {
        this.count = 5;
        step.send("test/other", "1", Ask.pack("sent"));
        return new Map();
      }),
    );
  });
  assert.equal(await world.begin(), "VALUE_INVALID");
  await world.app.settle();
  assert.deepEqual(await world.app.state("test/flow", "1"), { count: 0, list: [] });
  assert.deepEqual(world.log, []);
});

test("a result that can't be asked whether it is a promise fails its step", async () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error("no");
      },
    },
  );
  await using world = await open((_input, flow) => caught(flow.step("hostile", () => hostile, { attempts: 1 })));
  assert.equal(await world.begin(), "STEP_FAILED");
});

test("answers count among the results of a run, and a result that had no room takes none", async () => {
  await using world = await open(
    async (_input, flow) => {
      const codes: unknown[] = [];
      for (let index = 0; index < 3; index++) codes.push(await caught(flow.call("test/other", "1", Ask.pack(index))));
      codes.push(await caught(flow.step("big", () => "x".repeat(2 ** 20))));
      codes.push(await caught(flow.step("undo", () => "small")));
      return codes;
    },
    { answer: () => "x".repeat(400_000) },
  );
  const fails = "RUN_TOO_LARGE";
  assert.deepEqual(await world.begin(), ["no failure", "no failure", fails, fails, "no failure"]);
});

test("a cancellation token that an earlier step of the pass has taken fails the step, and one that it has given back does not", async () => {
  await using world = await open(async (_input, flow) => {
    const options = { cancellationToken: "token" };
    const send = (name: string) =>
      flow.step(name, (step) => step.sendAfter(60_000, "test/other", "1", Ask.pack(name), options), { attempts: 1 });
    const codes = [await caught(send("first")), await caught(send("second"))];
    await flow.step("withdraw", (step) => step.cancelDelayedMessage("token"));
    return [...codes, await caught(send("third"))];
  });
  assert.deepEqual(await world.begin(), ["no failure", "STEP_FAILED", "no failure"]);
  await world.app.advance({ minutes: 1 });
  assert.deepEqual(world.log, ['asked "third"']);
});

test("a loop that catches failures without end fails its run, and does not stop the process", async () => {
  await using world = await open(async (_input, flow) => {
    for (let index = 0; ; index++) await caught(flow.step(`step ${index}`, () => index));
  });
  await assert.rejects(world.begin(), { code: "RUN_TOO_LARGE" });
});
