// Runs begin, wait, go on and end.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
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
import { TestRuntime } from "../../src/testing/entry.js";

const Order = json<{ id: string; sku: string }>("shop/order");
const Reserve = json<{ amount: number }>("shop/reserve");
const Approval = json<{ by: string }>("shop/approval");
type Order = { id: string; sku: string };

let log: string[] = [];

@StatefulFunction("shop/stock")
class Stock {
  @State("pieces", Types.int) pieces = 2;

  @Handles(Reserve)
  reserve({ amount }: { amount: number }) {
    if (amount > this.pieces) throw new TerminalError("sold out", { code: "SOLD_OUT", status: 409 });
    this.pieces -= amount;
    return { left: this.pieces };
  }
}

@StatefulFunction("shop/checkout")
class Checkout {
  @State("status", Types.string) status = "new";

  @Workflow(Order)
  async place(order: Order, flow: WorkflowContext<{ by: string }>) {
    log.push("top");
    const held = await flow.call(Stock, order.sku, Reserve.pack({ amount: 1 }), { timeout: { seconds: 30 } });
    const charge = await flow.step("charge", async () => {
      log.push("charge");
      return { id: `c-${order.id}` };
    });
    await flow.step("mark", () => {
      log.push("mark");
      this.status = "charged";
    });
    const approval = await flow.receive(Approval, { timeout: { days: 3 } });
    if (approval === undefined) throw new TerminalError("nobody approved", { code: "NOBODY" });
    await flow.sleep({ hours: 1 });
    flow.send("shop/mail", "1", `sent to ${approval.by}`);
    return { charge: charge.id, left: held.left };
  }

  @Handles(Types.string)
  show(_question: string) {
    return this.status;
  }
}

test("a run calls, does steps, receives, sleeps, sends and answers its caller", async () => {
  log = [];
  await using app = await TestRuntime.open({ functions: new StatefulFunctions(Checkout, Stock) });
  const mail = app.fake("shop/mail");
  const answer = app.call(Checkout, "1", Order.pack({ id: "7", sku: "tea" }), { timeout: { days: 20 } });
  await app.settle();
  assert.equal(await app.call(Checkout, "1", "how is it?"), "charged");
  assert.deepEqual(
    log.filter((entry) => entry !== "top"),
    ["charge", "mark"],
  );
  await app.send(Checkout, "1", Approval.pack({ by: "ann" }));
  await app.settle();
  await app.advance({ hours: 1 });
  assert.deepEqual(await answer, { charge: "c-7", left: 1 });
  assert.deepEqual(
    log.filter((entry) => entry !== "top"),
    ["charge", "mark"],
  );
  assert.deepEqual(
    mail.received.map(({ message }) => message),
    ["sent to ann"],
  );
});
