// Random workflows, with a crash at every commit and their results in every order, against what their programs must do.
// STATEFUN_WORKFLOWS says how many more there are besides the fixed ones, STATEFUN_SEED repeats them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Random, randomOf } from "../support/random.js";
import { explore } from "./model/find.js";
import { plainRun } from "./model/plain-run.js";
import { randomCase } from "./model/random-program.js";
import { follow } from "./model/reference.js";

const more = Number(process.env.STATEFUN_WORKFLOWS ?? 0);
/** A usual test run takes the first of the fixed ones. */
const plain = more > 0 ? 300 : 60;
const fixed = more > 0 ? 12 : 5;

test("the model agrees with programs that run in memory, without a workflow", async () => {
  for (let seed = 0; seed < plain; seed++) {
    const one = randomCase(new Random(seed));
    const { arrivals, outcome } = await plainRun(one);
    const program = { ...one.program, restarts: 0 };
    const expected = await follow(program, one.events, arrivals, {
      exact: true,
      startedAt: 0,
      received: new Map(),
      refused: false,
    });
    assert.deepEqual(outcome, expected.outcome, `seed ${seed}`);
  }
});

test("workflows do what their programs say, whatever crashes and in whatever order results come", async (t) => {
  let runs = 0;
  for (let seed = 0; seed < fixed; seed++) {
    const random = new Random(seed);
    runs += await explored(seed, () => explore(randomCase(random), random, { most: 5, others: 3 }));
  }
  t.diagnostic(`${runs} runs`);
});

if (more > 0)
  test(`${more} more of them`, async (t) => {
    const seeds = randomOf(t);
    let runs = 0;
    for (let index = 0; index < more; index++) {
      const seed =
        process.env.STATEFUN_SEED === undefined || index > 0 ? seeds.below(2 ** 31) : Number(process.env.STATEFUN_SEED);
      const random = new Random(seed);
      runs += await explored(seed, () => explore(randomCase(random), random, { most: 200, others: 20 }));
    }
    t.diagnostic(`${more} workflows in ${runs} runs`);
  });

async function explored(seed: number, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (thrown) {
    throw new Error(`STATEFUN_SEED=${seed}: ${(thrown as Error).message}`, { cause: thrown });
  }
}
