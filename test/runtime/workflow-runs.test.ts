// Runs of real workflows, as they are seen and cancelled on a running runtime: over HTTP, by the client, and in the process.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect } from "../../src/client/entry.js";
import {
  type Context,
  Continuation,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "../../src/index.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";
import { rejectsCode } from "../support/expect-code.js";
import { ManualClock } from "../support/manual-clock.js";

const Order = json<{ total: number }>("shop.types/place-order");
const Approval = json<{ by: string }>("shop.types/approval");
type Order = { total: number };

@StatefulFunction("shop/checkout")
class Checkout {
  @State("status", Types.string) status = "new";

  @Workflow(Order)
  async place(order: Order, flow: WorkflowContext<{ by: string }>) {
    const charge = await flow.step("charge", () => {
      this.status = "charged";
      return { id: `c-${order.total}` };
    });
    try {
      const { by } = await flow.receive(Approval);
      return { charge: charge.id, by };
    } catch (error) {
      await flow.step("refund", () => {
        this.status = "refunded";
      });
      throw error;
    }
  }

  @Handles(Types.string)
  show(_question: string) {
    return this.status;
  }
}

@StatefulFunction("shop/flaky")
class Flaky {
  @Workflow(Order)
  async place(order: Order, flow: WorkflowContext) {
    if (order.total === 0) throw new TerminalError("nothing to pay", { code: "NOTHING" });
    await flow.step("pay", () => {
      throw new Error("the bank is closed");
    });
  }
}

/** Calls a function that never answers, in the form of a continuation. */
@StatefulFunction("shop/asks")
class Asks {
  @Handles(Types.string)
  ask(_text: string, context: Context<Asks>) {
    context.call("shop/silent", "s", "?", { then: "answered", timeout: { hours: 1 } });
  }

  @Continuation(Types.string)
  answered(_answer: string) {}
}

@StatefulFunction("shop/silent")
class Silent {
  @Handles(Types.string)
  take(_text: string, context: Context) {
    context.deferReply();
  }
}

const functions = new StatefulFunctions(Checkout, Flaky, Asks, Silent);

async function open(t: TestContext, dir: string | false = false): Promise<StatefunRuntime> {
  const quiet = { warn() {}, error() {} };
  const runtime = await StatefunRuntime.open({
    functions,
    types: [Order, Approval],
    dir,
    ingress: { port: 0 },
    admin: { port: 0 },
    logger: quiet,
  });
  t.after(() => runtime.close());
  return runtime;
}

/** Asks the admin server. */
async function ask(runtime: StatefunRuntime, line: string): Promise<any> {
  const [method = "", path = ""] = line.split(" ");
  return (await fetch(`${runtime.admin?.url}${path}`, { method })).json();
}

/** Waits until a run of an address has this status. Everything that it waits for is under way by itself. */
async function reached(runtime: StatefunRuntime, typeName: string, id: string, status: string): Promise<any> {
  const endsAt = Date.now() + 20_000;
  for (;;) {
    const shown = await ask(runtime, `GET /addresses/${typeName}/${id}/runs`);
    const found = shown.runs.find((run: any) => run.status === status);
    if (found !== undefined) return found;
    if (Date.now() > endsAt) assert.fail(`No run is ${status}: ${JSON.stringify(shown)}`);
  }
}

test("a run is listed with what it waits for, shown with what it has done, and gone from the list when it has ended", async (t) => {
  const runtime = await open(t);
  await runtime.send("shop/checkout", "o-17", Order.pack({ total: 5 }));
  const shown = await reached(runtime, "shop/checkout", "o-17", "waiting");
  assert.deepEqual(
    shown.operations.map(({ key, state, value }: any) => [key, state, value?.value]),
    [
      ["step:charge", "done", { id: "c-5" }],
      ["receive:shop.types/approval", "waiting", undefined],
    ],
  );
  assert.deepEqual(shown.input, { typename: "shop.types/place-order", value: { total: 5 } });
  const [listed] = (await ask(runtime, "GET /functions/shop/checkout/runs?status=waiting")).runs;
  assert.deepEqual([listed.id, listed.run, listed.waitsFor[0].key], ["o-17", shown.run, "receive:shop.types/approval"]);
  assert.deepEqual(
    (await ask(runtime, "GET /addresses/shop/checkout/o-17")).states.map((one: any) => one.name),
    ["status"],
  );
  const listedFunctions = (await ask(runtime, "GET /functions")).functions;
  const checkout = listedFunctions.find((one: any) => one.function === "shop/checkout");
  assert.deepEqual(
    checkout.states.map(({ name }: any) => name),
    ["status"],
  );
  await runtime.send("shop/checkout", "o-17", Approval.pack({ by: "ann" }));
  const last = await reached(runtime, "shop/checkout", "o-17", "completed");
  assert.deepEqual([last.run, last.operationCount], [shown.run, 2]);
  assert.deepEqual((await ask(runtime, "GET /functions/shop/checkout/runs")).runs, []);
  const { runs } = await runtime.findRuns("shop/checkout", { status: "ended", workflow: "shop.types/place-order" });
  assert.deepEqual(
    runs.map(({ run, status }) => [run, status]),
    [[shown.run, "completed"]],
  );
});

test("a step that is tried again shows its tries, its last error and when the next try is", async (t) => {
  const runtime = await open(t);
  await runtime.send("shop/flaky", "a", Order.pack({ total: 1 }));
  const { operations } = await reached(runtime, "shop/flaky", "a", "waiting");
  assert.deepEqual([operations[0].key, operations[0].state, operations[0].attempts], ["step:pay", "retrying", 1]);
  assert.match(operations[0].error.message, /the bank is closed/);
  assert.ok(Date.parse(operations[0].until) > Date.parse(operations[0].requestedAt));
  await assert.rejects(runtime.call("shop/flaky", "b", Order.pack({ total: 0 })), { code: "NOTHING" });
  const failed = await reached(runtime, "shop/flaky", "b", "failed");
  assert.deepEqual(failed.error, { code: "NOTHING", message: "nothing to pay" });
});

test("runs that wait for their turn are shown, and messages that no run has received", async (t) => {
  const runtime = await open(t);
  for (const total of [1, 2, 3]) await runtime.send("shop/checkout", "q", Order.pack({ total }));
  await reached(runtime, "shop/checkout", "q", "queued");
  const { runs } = await runtime.runs("shop/checkout", "q");
  assert.deepEqual(
    runs.map(({ status }) => status),
    ["waiting", "queued", "queued"],
  );
  assert.deepEqual(
    runs.map(({ input }) => input?.as(Order)),
    [{ total: 1 }, { total: 2 }, { total: 3 }],
  );
  await runtime.send("shop/checkout", "q", Types.int.pack(3));
  await runtime.call("shop/checkout", "q", "?"); // comes behind the message
  const { unreceived } = await runtime.runs("shop/checkout", "q");
  assert.deepEqual(
    unreceived.map(({ caller, value }) => [caller, value.as(Types.int)]),
    [[undefined, 3]],
  );
});

test("a call of an ordinary handler whose answer has not come is shown, and is no run", async (t) => {
  const runtime = await open(t);
  await runtime.call("shop/asks", "a", "?");
  const { runs, calls } = await ask(runtime, "GET /addresses/shop/asks/a/runs");
  assert.deepEqual([runs, calls.length], [[], 1]);
  assert.deepEqual([calls[0].target, calls[0].then], ["shop/silent/s", "answered"]);
  assert.equal(Date.parse(calls[0].until) - Date.parse(calls[0].requestedAt), 3_600_000);
  assert.deepEqual(await runtime.cancelRuns("shop/asks", "a"), []);
});

test("a run is cancelled by the client, compensates, and its caller learns it", async (t) => {
  const runtime = await open(t);
  const client = connect(runtime.ingress?.url as string, { timeout: { minutes: 1 } });
  const answer = client.ref<Checkout>("shop/checkout", "c").place({ total: 7 });
  answer.catch(() => {});
  const { run } = await reached(runtime, "shop/checkout", "c", "waiting");
  assert.equal(await client.cancelRun("shop/checkout", "c", run, { reason: "too late" }), true);
  await assert.rejects(answer, { code: "RUN_CANCELLED" });
  assert.equal((await runtime.runs("shop/checkout", "c")).runs[0]?.status, "cancelled");
  assert.equal((await runtime.call("shop/checkout", "c", "?"))?.as(Types.string), "refunded");
  assert.equal(await client.cancelRun("shop/checkout", "c", run), true, "it was cancelled before");
  assert.equal(await runtime.cancelRun("shop/checkout", "c", "nobody"), false);
  await rejectsCode(runtime.cancelRun("shop/checkout", "c", undefined as never), "VALUE_INVALID");
});

test("all runs of an address are cancelled at once, those that wait for their turn too", async (t) => {
  const runtime = await open(t);
  for (const total of [1, 2]) await runtime.send("shop/checkout", "all", Order.pack({ total }));
  await reached(runtime, "shop/checkout", "all", "queued");
  const { cancelled } = await ask(runtime, "POST /addresses/shop/checkout/all/runs/cancel");
  assert.equal(cancelled.length, 2);
  await reached(runtime, "shop/checkout", "all", "cancelled");
  await runtime.call("shop/checkout", "all", "?");
  assert.deepEqual((await runtime.findRuns("shop/checkout")).runs, []);
});

test("a call of a workflow that takes longer than the call's time is answered to whoever repeats it, also after a restart", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "statefun-runs-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const first = await open(t, dir);
  const order = Order.pack({ total: 9 });
  const key = { idempotencyKey: "order-9" };
  await rejectsCode(first.call("shop/checkout", "k", order, { ...key, timeout: 50 }), "ANSWER_TIMEOUT");
  await first.close();
  const second = await open(t, dir);
  const client = connect(second.ingress?.url as string);
  await rejectsCode(client.call("shop/checkout", "k", order, { ...key, timeout: 50 }), "ANSWER_TIMEOUT");
  assert.equal((await second.runs("shop/checkout", "k")).runs.length, 1, "the repeat began no run");
  const waits = client.call("shop/checkout", "k", order, key);
  await second.send("shop/checkout", "k", Approval.pack({ by: "ann" }));
  const answer = { charge: "c-9", by: "ann" };
  const Plain = json<object>("statefun.types/json");
  assert.deepEqual((await waits)?.as(Plain), answer);
  assert.deepEqual((await client.call("shop/checkout", "k", order, key))?.as(Plain), answer, "the run has ended");
});

test("a key counts from the first call on: once it is forgotten, a call with it begins another run", async (t) => {
  const clock = new ManualClock();
  const runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    ingress: false,
    admin: false,
    logger: { warn() {}, error() {} },
    clock,
    idempotencyKeyLifetime: { hours: 1 },
  });
  t.after(() => runtime.close());
  const call = async () => {
    const answer = runtime.call("shop/checkout", "k", Order.pack({ total: 1 }), {
      idempotencyKey: "order-1",
      timeout: { seconds: 1 },
    });
    const failed = rejectsCode(answer, "ANSWER_TIMEOUT");
    await clock.settle();
    await clock.advance(1_000);
    await failed;
    return (await runtime.runs("shop/checkout", "k")).runs.map(({ status }) => status);
  };
  assert.deepEqual(await call(), ["waiting"]);
  await clock.advance(3_500_000);
  assert.deepEqual(await call(), ["waiting"]);
  await clock.advance(200_000);
  assert.deepEqual(await call(), ["waiting", "queued"]);
});
