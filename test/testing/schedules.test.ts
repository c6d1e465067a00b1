// Schedules in tests: the test moves the clock, and each due time comes at its own moment.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Context,
  Handles,
  Schedule,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
  Workflow,
  type WorkflowContext,
} from "../../src/index.js";
import { schedule } from "../../src/runtime/entry.js";
import { TestRuntime } from "../../src/testing/entry.js";

@StatefulFunction("test/report")
class Report {
  @State("written", Types.int) written = 0;
  @State("last", Types.string) last = "";

  @Handles(Types.string)
  @Schedule({ name: "nightly", cron: "0 3 * * *", timezone: "Europe/Berlin", id: "all", message: "write" })
  write(_order: string, context: Context) {
    this.written += 1;
    this.last = context.metadata.getText("statefun-schedule-due") ?? "";
    assert.equal(context.now, Date.parse(this.last));
  }
}

@StatefulFunction("test/nightly")
class Nightly {
  @State("steps", Types.string) steps = "";

  @Workflow(Types.string)
  @Schedule({ name: "flow", cron: "0 3 * * *", id: "all", message: "go" })
  async run(order: string, flow: WorkflowContext) {
    await flow.step("first", () => {
      this.steps += order;
    });
    await flow.sleep({ hours: 1 });
    await flow.step("second", () => {
      this.steps += "!";
    });
  }
}

const functions = new StatefulFunctions(Report);

test("advance brings each due time at its own moment", async () => {
  await using app = await TestRuntime.open({ functions });
  await app.advance({ days: 1 });
  assert.deepEqual(await app.state(Report, "all"), { written: 1, last: "2026-01-01T02:00:00.000Z" });
  await app.advance({ days: 30 });
  assert.deepEqual(await app.state(Report, "all"), { written: 31, last: "2026-01-31T02:00:00.000Z" });
});

test("the clocks go ahead, and each day has one message", async () => {
  await using app = await TestRuntime.open({ functions, startAt: new Date("2026-03-22T00:00:00Z") });
  await app.advance({ days: 10 });
  assert.equal((await app.state(Report, "all")).written, 10);
});

test("a crash loses no due time and repeats none", async () => {
  await using app = await TestRuntime.open({ functions });
  for (let step = 0; step < 20; step++) {
    await app.advance({ hours: 6 });
    await app.crash();
  }
  await app.settle();
  assert.equal((await app.state(Report, "all")).written, 5);
});

test("a schedule of the test itself sends to a fake, and is paused, resumed and run", async () => {
  const hourly = schedule({ name: "hourly", cron: "@hourly", target: "test/elsewhere", id: "x", message: "go" });
  await using app = await TestRuntime.open({ functions, schedules: [hourly] });
  const fake = app.fake("test/elsewhere");
  await app.advance({ hours: 2 });
  await app.schedules.pause("hourly");
  await app.advance({ hours: 2 });
  await app.schedules.run("hourly");
  await app.schedules.resume("hourly");
  await app.advance({ hours: 1 });
  assert.equal(fake.received.length, 4);
});

test("a schedule begins a workflow", async () => {
  await using app = await TestRuntime.open({ functions: new StatefulFunctions(Nightly) });
  await app.advance({ hours: 3.5 });
  assert.deepEqual(await app.state(Nightly, "all"), { steps: "go" });
  await app.advance({ hours: 1 });
  assert.deepEqual(await app.state(Nightly, "all"), { steps: "go!" });
});

test("the next due time is nothing that a test leaves behind", async () => {
  await using app = await TestRuntime.open({ functions });
  await app.settle();
  assert.deepEqual([await app.waiting(), await app.delayed()], [[], []]);
});
