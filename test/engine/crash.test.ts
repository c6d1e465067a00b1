// Crashes at every commit of random applications: nothing acknowledged is lost, nothing is done twice.
// STATEFUN_CRASH_APPS says how many applications.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Random, randomOf } from "../support/random.js";
import { type App, randomApp } from "./app.js";
import { type CrashPoint, CrashRun } from "./crash-run.js";
import { shrink } from "./shrink.js";

const apps = Number(process.env.STATEFUN_CRASH_APPS ?? 4);

async function failureOf(app: App, seed: number, points: readonly CrashPoint[]): Promise<Error | undefined> {
  try {
    await new CrashRun(app, seed).run(...points);
    return undefined;
  } catch (thrown) {
    return thrown as Error;
  }
}

async function report(app: App, seed: number, points: readonly CrashPoint[], failure: Error): Promise<never> {
  const small = await shrink(app, async (one) => (await failureOf(one, seed, points)) !== undefined, 500);
  const why = (await failureOf(small, seed, points)) ?? failure;
  const where = inspect(points, { breakLength: 200 });
  assert.fail(
    `STATEFUN_SEED=${seed}, crashes ${where}: ${why.message}\n${inspect(small, { depth: 20 })}\n${why.stack}`,
  );
}

test(`a crash at every commit of ${apps} applications, before and after it is on disk`, async (t) => {
  const first = randomOf(t).below(2 ** 31);
  const input = process.env.STATEFUN_SEED;
  let crashes = 0;
  for (let run = 0; run < (input === undefined ? apps : 1); run += 1) {
    const seed = input === undefined ? first + run : Number(input);
    const random = new Random(seed);
    const app = randomApp(random, { steps: 8, commuting: true });
    const whole = new CrashRun(app, seed);
    try {
      await whole.run();
    } catch (thrown) {
      await report(app, seed, [], thrown as Error);
    }
    for (let commit = 0; commit < whole.commits; commit += 1) {
      for (const kept of [false, true]) {
        const points: CrashPoint[] = [{ commit, kept }];
        // Some crash once more while they are at what the first crash left.
        if (random.chance(0.3)) points.push({ commit: commit + 1 + random.below(5), kept: random.chance() });
        const failure = await failureOf(app, seed, points);
        if (failure !== undefined) await report(app, seed, points, failure);
        crashes += points.length;
      }
    }
  }
  t.diagnostic(`${crashes} crashes`);
});
