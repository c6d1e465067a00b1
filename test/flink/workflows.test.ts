// Workflows on the real engines: runs wait over a restore from a checkpoint, and each ends once.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Context,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "statefun-ts";
import { journalName } from "../../src/workflows/journal/names.js";
import { async33, okhttp33, statefun22 } from "./flavours.js";
import { tell, World } from "./world.js";

interface Order {
  readonly number: number;
  readonly sleepMs: number;
}
const Order = json<Order>("shop/Order");
const Nod = json<{ readonly number: number }>("shop/Nod");

/** How often the bodies of steps have run, by the numbers of their orders. */
const charged = new Map<number, number>();

@StatefulFunction("shop/orders")
class Orders {
  @State("ended", Types.int) ended = 0;

  @Workflow(Order)
  async place({ number, sleepMs }: Order, flow: WorkflowContext) {
    const reserved = await flow.call("shop/stock", "tea", Types.int.pack(1), { answer: Types.int });
    const charge = await flow.step(
      "charge",
      async () => {
        const tries = (charged.get(number) ?? 0) + 1;
        charged.set(number, tries);
        if (tries === 1) throw new Error("The first try fails.");
        return number * 10;
      },
      { firstDelay: 50 },
    );
    const refused = await flow.call("shop/stock", "tea", Types.int.pack(-1)).catch((error) => error.code);
    await flow.sleep(sleepMs);
    const nod = await flow.receive(Nod, { timeout: { minutes: 5 } });
    const ended = await flow.step("end", () => {
      this.ended += 1;
      return this.ended;
    });
    tell(flow as unknown as Context, { reserved, charge, refused, nod: nod?.number, ended });
  }
}

@StatefulFunction("shop/stock")
class Stock {
  @State("sum", Types.int) sum = 0;

  @Handles(Types.int)
  reserve(pieces: number) {
    if (pieces < 0) throw new TerminalError("No.", { code: "REFUSED" });
    this.sum += pieces;
    return Types.int.pack(this.sum);
  }
}

const functions = () => {
  charged.clear();
  return new StatefulFunctions(Orders, Stock);
};

for (const flavour of [async33, okhttp33, statefun22]) {
  describe(flavour.name, { concurrency: true, timeout: 600_000 }, () => {
    test("runs call, sleep and receive over a restore from a checkpoint, and each ends once", async () => {
      const world = new World(flavour, { functions: functions() });
      world.expectFailures("is refused for good: REFUSED");
      world.expectFailures('try 1 of 5 of the step "charge" failed');
      const ids = Array.from({ length: 20 }, (_, index) => `o-${index}`);
      try {
        await world.start();
        for (const [number, id] of ids.entries()) world.send("shop/orders", id, Order.pack({ number, sleepMs: 6_000 }));
        await world.server.until("the second tries", () => ids.every((_, number) => (charged.get(number) ?? 0) > 1));
        await world.engine.waitForCheckpoint();
        await world.engine.kill();
        await world.restore();
        for (const [number, id] of ids.entries()) world.send("shop/orders", id, Nod.pack({ number }));
        const reserved: number[] = [];
        for (const [number, id] of ids.entries()) {
          const [last] = (await world.told(`shop/orders/${id}`, 1)).slice(-1);
          assert.deepEqual(
            { ...last, reserved: 0 },
            { reserved: 0, charge: number * 10, refused: "REFUSED", nod: number, ended: 1 },
          );
          reserved.push(last.reserved);
        }
        assert.deepEqual(
          reserved.toSorted((a, b) => a - b),
          ids.map((_, index) => index + 1),
        );
        assert.deepEqual(world.unexpectedFailures, []);
      } finally {
        await world.stop();
      }
    });
  });
}

describe("StateFun 2.2", { timeout: 600_000 }, () => {
  test("a module file that lacks the journal: the log says what to add", async () => {
    const world = new World(statefun22, { functions: functions(), undeclared: [journalName] });
    world.expectFailures("shop/orders");
    try {
      await world.start();
      world.send("shop/orders", "a", Order.pack({ number: 1, sleepMs: 0 }));
      await world.server.until("a failure", () =>
        world.server.logger.lines.some((line) => line.includes("STATE_UNDECLARED")),
      );
      const line = world.server.logger.lines.find((logged) => logged.includes("STATE_UNDECLARED"));
      assert.match(line ?? "", /- name: statefun\.workflow\/journal/);
      assert.deepEqual(world.unexpectedFailures, []);
    } finally {
      await world.stop();
    }
  });
});
