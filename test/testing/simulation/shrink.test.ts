// A plan that fails becomes as small as it can be: first its faults, then its commands, then its order.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command, Plan } from "statefun-ts/testing";
import { shrink } from "../../../src/testing/simulation/shrink.js";

const command = (id: string, amount = 100): Command => ({ send: "test/f", id, typename: "test/t", value: { amount } });

const large: Plan = {
  commands: ["a", "b", "c", "d", "e"].map((id) => command(id)),
  faults: [
    { fault: "crash", at: 4, written: true },
    { fault: "fullDisk", at: 9 },
    { fault: "crash", at: 7 },
  ],
  order: [5, 0, 3, 9, 0, 0, 2, 8, 1, 0, 4],
};

async function smallestOf(holds: (plan: Plan) => boolean, keepCommands = false): Promise<Plan> {
  const fails = async (plan: Plan) => ({ fails: holds(plan), order: plan.order });
  return shrink(large, fails, { mostRuns: 5_000, keepCommands });
}

test("everything goes that the failure does not need", async () => {
  assert.deepEqual(await smallestOf(() => true), { commands: [], faults: [], order: [] });
});

test("a fault stays that the failure needs, as early as it may come", async () => {
  const { faults } = await smallestOf((plan) => plan.faults.some(({ fault, at }) => fault === "fullDisk" && at > 1));
  assert.deepEqual(faults, [{ fault: "fullDisk", at: 2 }]);
});

test("a crash whose commit need not be on disk loses it", async () => {
  const { faults } = await smallestOf((plan) => plan.faults.some(({ fault }) => fault === "crash"));
  assert.deepEqual(faults, [{ fault: "crash", at: 0 }]);
});

test("commands stay that the failure needs, with the smallest numbers", async () => {
  const { commands } = await smallestOf((plan) => {
    const amounts = plan.commands.map((each) => ("value" in each ? (each.value as { amount: number }).amount : 0));
    return plan.commands.length >= 2 && amounts.every((amount) => amount >= 3);
  });
  assert.equal(commands.length, 2);
  assert.deepEqual(
    commands.map((each) => "value" in each && each.value),
    [{ amount: 3 }, { amount: 3 }],
  );
});

test("commands stay when they must", async () => {
  const { commands, faults } = await smallestOf(() => true, true);
  assert.deepEqual([commands, faults], [large.commands, []]);
});

test("the order is as plain as it may be", async () => {
  const { order } = await smallestOf((plan) => plan.order.reduce((sum, number) => sum + number, 0) >= 4);
  assert.deepEqual(order, [4]);
});

test("it ends after so many runs", async () => {
  let runs = 0;
  const fails = async (plan: Plan) => {
    runs += 1;
    return { fails: true, order: plan.order };
  };
  await shrink(large, fails, { mostRuns: 3, keepCommands: false });
  assert.equal(runs, 3);
});
