// How many calls begin in one turn of the event loop.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TurnBudget } from "../../src/engine/turn-budget.js";

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function setUp(t: TestContext) {
  let now = 1000;
  t.mock.method(performance, "now", () => now);
  let turns = 0;
  const budget = new TurnBudget(() => {
    turns += 1;
  });
  return {
    budget,
    turns: () => turns,
    pass(ms: number) {
      now += ms;
    },
  };
}

test("128 calls begin in a turn, and as many in the next one", async (t) => {
  const { budget, turns } = setUp(t);
  for (let turn = 0; turn < 3; turn++) {
    for (let count = 0; count < 128; count++) {
      assert.equal(budget.spent, false);
      budget.spend();
      budget.checkTime();
    }
    assert.equal(budget.spent, true);
    assert.equal(turns(), turn);
    await nextTurn();
    assert.equal(turns(), turn + 1);
  }
});

test("no new turn is awaited when no call began", async (t) => {
  const { budget, turns } = setUp(t);
  await nextTurn();
  assert.equal(turns(), 0);
  budget.spend();
  budget.spend();
  await nextTurn();
  await nextTurn();
  assert.equal(turns(), 1);
});

test("a turn that has taken 5 ms begins no further call", async (t) => {
  const { budget, pass } = setUp(t);
  budget.spend();
  await nextTurn();
  budget.spend();
  pass(4.9);
  budget.checkTime();
  assert.equal(budget.spent, false);
  pass(0.2);
  budget.checkTime();
  assert.equal(budget.spent, true);
  await nextTurn();
  assert.equal(budget.spent, false);
});

test("after an idle time as many calls begin in a turn as in any other", async (t) => {
  const { budget, pass } = setUp(t);
  budget.spend();
  await nextTurn();
  pass(60_000);
  for (let count = 0; count < 128; count++) {
    assert.equal(budget.spent, false, `before call ${count + 1}`);
    budget.spend();
    budget.checkTime();
  }
  assert.equal(budget.spent, true);
});
