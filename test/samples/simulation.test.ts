// The sample of simulations: its unit tests pass over two bugs that the simulations find, and the corrected functions survive.
// STATEFUN_SIMULATION_RUNS says for how many runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SimulationError, simulate, TestRuntime } from "statefun-ts/testing";
import { Account, functions as bank, Transfer } from "../../samples/simulation/bank.js";
import { functions as fixedBank } from "../../samples/simulation/bank-fixed.js";
import { Begin, Done, functions as reminders, Task } from "../../samples/simulation/reminders.js";
import { functions as fixedReminders } from "../../samples/simulation/reminders-fixed.js";
import {
  bankOptions,
  buggyRemindersOptions,
  fixedBankOptions,
  fixedRemindersOptions,
} from "../../samples/simulation/simulations.js";

const runs = Number(process.env.STATEFUN_SIMULATION_RUNS ?? 60);

test("a unit test of the bank passes: after a transfer, both accounts are right", async () => {
  await using app = await TestRuntime.open({ functions: bank });
  await app.send(Account, "alice", Transfer.pack({ to: "bob", amount: 30 }));
  await app.settle();
  assert.deepEqual(await app.state(Account, "alice"), { balance: 70 });
  assert.deepEqual(await app.state(Account, "bob"), { balance: 130 });
});

test("a unit test of the reminders passes: what is done in time is not reminded of", async () => {
  await using app = await TestRuntime.open({ functions: reminders });
  await app.send(Task, "late", Begin.pack({}));
  await app.send(Task, "done", Begin.pack({}));
  await app.advance({ minutes: 20 });
  await app.send(Task, "done", Done.pack({}));
  await app.advance({ hours: 1 });
  assert.deepEqual(app.egress("tasks/mails"), [
    { kind: "thanks", task: "done" },
    { kind: "reminder", task: "late" },
  ]);
});

test("the simulation of the bank finds, within 200 runs, that a transfer can be seen half done", async () => {
  const error = await foundBy(simulate({ functions: bank }, { ...bankOptions, runs: 200, seed: 1 }));
  assert.equal(error.invariant, "the accounts hold 200");
  assert.equal(error.replay.commands.length, 1);
  assert.deepEqual(error.replay.faults, []);
  assert.deepEqual(error.replay.order, []);
});

test("the simulation of the reminders finds, within 200 runs, a reminder after its cancellation", async () => {
  const error = await foundBy(simulate({ functions: reminders }, { ...buggyRemindersOptions, runs: 200, seed: 1 }));
  assert.equal(error.invariant, "nobody is reminded of what is done");
  assert.deepEqual(
    error.replay.commands.map((command) => "send" in command && command.typename),
    ["tasks/begin", "tasks/done"],
  );
  assert.deepEqual(error.replay.faults, []);
});

test(`the corrected bank survives ${runs} runs`, async () => {
  assert.equal((await simulate({ functions: fixedBank }, { ...fixedBankOptions, runs, seed: 1 })).runs, runs);
});

test(`the corrected reminders survive ${runs} runs`, async () => {
  const { runs: done } = await simulate({ functions: fixedReminders }, { ...fixedRemindersOptions, runs, seed: 1 });
  assert.equal(done, runs);
});

async function foundBy(simulation: Promise<unknown>): Promise<SimulationError> {
  const error = await simulation.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof SimulationError, String(error));
  return error;
}
