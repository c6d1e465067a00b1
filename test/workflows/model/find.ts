// Looks for a case that goes wrong, and makes it smaller.

import type { SimulatedFault } from "../../../src/testing/simulation/faults.js";
import { randomFaults } from "../../../src/testing/simulation/faults.js";
import { type Plan, randomOrder } from "../../../src/testing/simulation/plan.js";
import type { Random } from "../../support/random.js";
import type { Case } from "./program.js";
import { smallerCases } from "./random-program.js";
import { type CaseResult, runCase } from "./run-case.js";

type Conditions = Omit<Plan, "commands">;

const plain: Conditions = { faults: [], order: [] };

/** The most cases that are tried to make one smaller. */
const mostTries = 1500;

/**
 * Runs a case in its plain order; then with a crash at each commit; then in other orders and with other faults. Throws for the
 * first of these runs that goes wrong, with the smallest case that goes wrong in the same way. Returns how many runs there were.
 */
export async function explore(
  one: Case,
  random: Random,
  { most, others }: { most: number; others: number },
): Promise<number> {
  const { commits } = await check(one, () => [plain]);
  const crashes = crashesIn(commits);
  const chosen = crashes.length <= most ? crashes : Array.from({ length: most }, () => random.pick(crashes));
  for (const faults of chosen)
    await check(one, (size) => [
      { faults, order: [] },
      ...crashesIn(size).map((other) => ({ faults: other, order: [] })),
    ]);
  for (let count = 0; count < others; count++) {
    const faults = random.chance(0.3)
      ? []
      : randomFaults(
          random,
          ["crash", "crash", "fullDisk", "lostAnswer", "failingHandler", "slowHandler", "egressDown"],
          commits + 4,
        );
    const conditions = { faults, order: randomOrder(random) };
    await check(one, () => [conditions]);
  }
  return 1 + chosen.length + others;
}

function crashesIn(commits: number): SimulatedFault[][] {
  return Array.from({ length: commits }, (_, at): SimulatedFault[][] => [
    [{ fault: "crash", at }],
    [{ fault: "crash", at, written: true }],
  ]).flat();
}

/** Runs a case under the first of its conditions. A smaller case may go wrong under any of them. */
async function check(one: Case, conditionsOf: (commits: number) => readonly Conditions[]): Promise<CaseResult> {
  const [first = plain] = conditionsOf(0);
  const result = await runCase(one, first);
  if (result.violation === undefined) return result;
  const kind = kindOf(result);
  let found = { one, conditions: first, result };
  let left = mostTries;
  for (let smaller = true; smaller && left > 0; ) {
    smaller = false;
    for (const candidate of smallerCases(found.one)) {
      for (const conditions of conditionsOf(found.result.commits)) {
        if (left-- <= 0) break;
        const tried = await runCase(candidate, conditions).catch(() => undefined);
        if (tried === undefined || kindOf(tried) !== kind) continue;
        found = { one: candidate, conditions, result: tried };
        smaller = true;
        break;
      }
      if (smaller) break;
    }
  }
  throw new Error(
    `${found.result.violation?.message}\n\ncase: ${JSON.stringify(found.one)}\nfaults: ${JSON.stringify(found.conditions.faults)}\norder: ${JSON.stringify(found.conditions.order)}\n\n${found.result.history}`,
  );
}

/** What a result shows of why it is wrong: its first words, without paths and numbers. */
const kindOf = ({ violation }: CaseResult): string | undefined =>
  violation && `${violation.name} ${violation.message}`.replaceAll(/r\d[\w.*/]*|\d+/g, "").slice(0, 90);
