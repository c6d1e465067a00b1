// Random failures at every place, with crashes between them, end as a plain model says: nothing is lost, nothing is done twice,
// each address keeps its order, and each caller is told the right thing. STATEFUN_FAILURE_RUNS says how many plans there are for
// each way to the functions, STATEFUN_SEED repeats one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Random, randomOf } from "../support/random.js";
import type { Way } from "./failure-ends.js";
import { type Planned, randomPlan } from "./failure-plan.js";
import { FailureRun } from "./failure-run.js";

const runs = Number(process.env.STATEFUN_FAILURE_RUNS ?? 8);

const kinds: readonly Planned["kind"][] = ["good", "good", "good", "late", "late", "refused", "fails", "broken"];
/** Another SDK does not say that a message was refused. */
const ways: readonly (readonly [Way, typeof kinds])[] = [
  ["in this process", kinds],
  ["over HTTP", kinds],
  ["of another SDK", kinds.filter((kind) => kind !== "refused")],
];

for (const [way, kindsOfWay] of ways) {
  test(`functions ${way}: ${runs} random plans of failures and crashes end as the model says`, async (t) => {
    const first = randomOf(t).below(2 ** 31);
    const input = process.env.STATEFUN_SEED;
    for (let run = 0; run < (input === undefined ? runs : 1); run += 1) {
      const seed = input === undefined ? first + run : Number(input);
      const plan = randomPlan(new Random(seed), kindsOfWay);
      try {
        await new FailureRun(plan, way).run();
      } catch (thrown) {
        const { message, stack } = thrown as Error;
        assert.fail(`STATEFUN_SEED=${seed}: ${message}\n${inspect(plan, { depth: 20 })}\n${stack}`);
      }
    }
  });
}
