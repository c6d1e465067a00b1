// The simulations of the bank and of the reminders: what comes, and what must hold. `simulate(app, options)` runs them.

import { type CommandRandom, type SimulateOptions, send } from "statefun-ts/testing";
import * as bank from "./bank.js";
import * as fixedBank from "./bank-fixed.js";
import * as reminders from "./reminders.js";
import * as fixedReminders from "./reminders-fixed.js";

const people = ["alice", "bob"] as const;

/** Makes up to `most` commands. */
const several = <T>(random: CommandRandom, most: number, make: () => T) =>
  Array.from({ length: 1 + random.below(most) }, make);

function transfer(random: CommandRandom) {
  const [from, to] = random.chance(0.5) ? people : [people[1], people[0]];
  return { from, to, amount: 1 + random.below(120) };
}

export const bankOptions: SimulateOptions = {
  commands: (random) =>
    several(random, 6, () => {
      const { from, ...rest } = transfer(random);
      return send(bank.Account, from, bank.Transfer.pack(rest));
    }),
  invariants: {
    "the accounts hold 200": (app) =>
      app.state(bank.Account, "alice").balance + app.state(bank.Account, "bob").balance === 200,
  },
};

export const fixedBankOptions: SimulateOptions = {
  commands: (random) =>
    several(random, 6, () => send(fixedBank.Ledger, "main", fixedBank.Transfer.pack(transfer(random)))),
  invariants: {
    "the accounts hold 200": (app) => {
      const { alice = 0, bob = 0 } = app.state(fixedBank.Ledger, "main").balances;
      return alice + bob === 200;
    },
  },
};

/** The simulation of either version of the reminders. */
function remindersOptions({ Task, Begin, Done }: typeof reminders | typeof fixedReminders): SimulateOptions {
  return {
    commands: (random) =>
      several(random, 6, () => {
        const task = random.pick(["shoes", "dishes"]);
        return random.pick([
          send(Task, task, Begin.pack({})),
          send(Task, task, Done.pack({})),
          { wait: { minutes: random.below(40) } },
        ]);
      }),
    invariants: {
      "nobody is reminded of what is done": (app) => {
        const done = new Set<string>();
        for (const { kind, task } of app.egress("tasks/mails")) {
          if (kind === "thanks") done.add(task);
          else if (done.has(task)) throw new Error(`a reminder of ${task} came after the thanks`);
        }
      },
    },
  };
}

export const buggyRemindersOptions = remindersOptions(reminders);
export const fixedRemindersOptions = remindersOptions(fixedReminders);
