// Runs of workflows in a runtime of a test: the clock wakes them, and the test sees them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { json, State, StatefulFunction, StatefulFunctions, Types, Workflow, type WorkflowContext } from "statefun-ts";
import { TestRuntime } from "statefun-ts/testing";

const Order = json<{ readonly sku: string }>("shop/order");
const Nod = json<{ readonly yes: boolean }>("shop/nod");

@StatefulFunction("shop/orders")
class Orders {
  @State("status", Types.string) status = "new";

  @Workflow(Order)
  async place({ sku }: { readonly sku: string }, flow: WorkflowContext<{ readonly yes: boolean }>) {
    const left = await flow.call("shop/stock", sku, Types.int.pack(1), { answer: Types.int });
    const nod = await flow.receive(Nod, { timeout: { days: 3 } });
    await flow.sleep({ hours: 1 });
    await flow.step("end", () => {
      this.status = nod === undefined ? "nobody came" : `${left} left`;
    });
    return Types.string.pack(this.status);
  }
}

const open = () => TestRuntime.open({ functions: new StatefulFunctions(Orders) });
const order = Order.pack({ sku: "tea" });

test("advance wakes runs that sleep, each at its own moment", async () => {
  await using app = await open();
  app.fake("shop/stock", () => Types.int.pack(7));
  await app.send(Orders, "o1", order);
  await app.settle();
  await app.send(Orders, "o1", Nod.pack({ yes: true }));
  await app.advance({ minutes: 59 });
  assert.deepEqual(await app.state(Orders, "o1"), { status: "new" });
  await app.crash();
  await app.advance({ minutes: 1 });
  assert.deepEqual(await app.state(Orders, "o1"), { status: "7 left" });
});

test("a wait for a message ends with its time", async () => {
  await using app = await open();
  app.fake("shop/stock", () => Types.int.pack(7));
  await app.send(Orders, "o1", order);
  await app.advance({ days: 3, hours: 1 });
  assert.deepEqual(await app.state(Orders, "o1"), { status: "nobody came" });
});

test("runs shows what a run has done and waits for, and which run waits for its turn", async () => {
  await using app = await open();
  app.fake("shop/stock", () => Types.int.pack(7));
  assert.deepEqual(await app.runs(Orders, "o1"), []);
  await app.send(Orders, "o1", order);
  await app.send(Orders, "o1", order);
  await app.settle();
  const [first, second, ...others] = await app.runs(Orders, "o1");
  assert.deepEqual(others, []);
  assert.deepEqual(
    { ...first, run: "" },
    {
      run: "",
      workflow: "shop/order",
      status: "waiting",
      waitsFor: ["receive:shop/nod"],
      operations: [
        { key: "call:shop/stock/tea:io.statefun.types/int", state: "done", value: 7 },
        { key: "receive:shop/nod", state: "waiting" },
      ],
    },
  );
  assert.deepEqual([second?.status, second?.operations], ["queued", []]);
  assert.deepEqual(await app.delayed(), []);
  assert.deepEqual(await app.waiting(), [
    "shop/orders/o1: a run of shop/order waits for receive:shop/nod",
    "shop/orders/o1: a run of shop/order waits for its turn",
  ]);
});

test("a test that leaves no run behind sees none that waits", async () => {
  await using app = await open();
  app.fake("shop/stock", () => Types.int.pack(7));
  await app.send(Orders, "o1", order);
  await app.advance({ days: 4 });
  assert.deepEqual(await app.waiting(), []);
  assert.deepEqual(
    (await app.runs(Orders, "o1")).map(({ status }) => status),
    ["completed"],
  );
});
