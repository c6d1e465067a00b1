// Random applications on the engine and on a plain model must come to the same. STATEFUN_MODEL_RUNS says how many (10,000
// in CI), STATEFUN_SEED repeats one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { openLevelStore } from "../../src/store/level-store.js";
import { freshFolder } from "../store/folders.js";
import { Random, randomOf } from "../support/random.js";
import { type App, randomApp } from "./app.js";
import { runApp } from "./model-run.js";
import { shrink } from "./shrink.js";

const runs = Number(process.env.STATEFUN_MODEL_RUNS ?? 40);

async function failureOf(app: App): Promise<Error | undefined> {
  try {
    await runApp(app);
    return undefined;
  } catch (thrown) {
    return thrown as Error;
  }
}

async function report(seed: number, app: App, failure: Error): Promise<never> {
  const small = await shrink(app, async (one) => (await failureOf(one)) !== undefined);
  const why = (await failureOf(small)) ?? failure;
  assert.fail(`STATEFUN_SEED=${seed}: ${why.message}\n${inspect(small, { depth: 20 })}\n${why.stack}`);
}

test(`${runs} random applications end as the model says`, async (t) => {
  const first = randomOf(t).below(2 ** 31);
  const input = process.env.STATEFUN_SEED;
  for (let run = 0; run < (input === undefined ? runs : 1); run += 1) {
    const seed = input === undefined ? first + run : Number(input);
    const app = randomApp(new Random(seed), { steps: 20, commuting: false });
    const failure = await failureOf(app);
    if (failure !== undefined) await report(seed, app, failure);
  }
});

test("some of them on the disk, too", async (t) => {
  const random = randomOf(t);
  for (let run = 0; run < Math.max(5, runs / 500); run += 1) {
    await runApp(randomApp(random, { steps: 20, commuting: false }), await openLevelStore(freshFolder(t)));
  }
});
