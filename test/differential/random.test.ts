// Random applications end the same on Flink and on the embedded runtime. STATEFUN_SEED repeats the application of that
// seed, and those that follow it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Types } from "statefun-ts";
import { placeOf } from "./application.js";
import { type EmbeddedOptions, runEmbedded, runOnFlink } from "./engines.js";
import { type Outcome, outcomesOf } from "./outcome.js";
import { type Plan, planOf } from "./plan.js";

const applications = Number(process.env.STATEFUN_APPLICATIONS ?? 250);
const firstSeed = Number(process.env.STATEFUN_SEED ?? Math.floor(Math.random() * 2 ** 31));
const plans = Array.from({ length: applications }, (_, index) => planOf(firstSeed + index));

const variants: EmbeddedOptions[] = [
  { store: "memory", functions: "in this process" },
  { store: "disk", functions: "in this process", restart: true },
  { store: "memory", functions: "over HTTP" },
  { store: "disk", functions: "over HTTP", restart: true },
];

describe("random applications", { timeout: 600_000 }, () => {
  let onFlink: Map<number, Outcome>;

  test("on Flink, every message arrives once", async (t) => {
    t.diagnostic(`STATEFUN_SEED=${firstSeed}`);
    t.diagnostic(`${plans.length} applications, ${sum(({ steps }) => steps)} commands in ${sum(messages)} messages`);
    onFlink = outcomesOf(await runOnFlink(plans));
    for (const plan of plans) assert.deepEqual(arrived(onFlink, plan), arriving(plan), `STATEFUN_SEED=${plan.seed}`);
  });

  for (const variant of variants) {
    const { store, functions, restart } = variant;
    const where = `with its store ${store === "disk" ? "on disk" : "in memory"} and functions ${functions}`;
    test(`the embedded runtime ${where} ends as Flink does${restart ? ", over a restart" : ""}`, async () => {
      const embedded = outcomesOf(await runEmbedded(plans, variant));
      for (const { seed } of plans) {
        assert.deepEqual(embedded.get(seed), onFlink.get(seed), `STATEFUN_SEED=${seed}`);
      }
    });
  }
});

const sum = (of: (plan: Plan) => number) => plans.reduce((total, plan) => total + of(plan), 0);
const messages = ({ arriving }: Plan) => arriving.reduce((total, count) => total + count, 0);

/** How many messages each address reports to have received. */
function arrived(outcomes: Map<number, Outcome>, { seed, places }: Plan): (string | null | undefined)[] {
  const states = outcomes.get(seed)?.states ?? {};
  return Array.from({ length: places }, (_, place) => states[String(placeOf(seed, place))]?.arrived);
}

/** A number as a state shows it: 0 is the default, which is never written. */
function arriving(plan: Plan): string[] {
  return plan.arriving.map((count) => {
    const { typename, value } = Types.int.pack(count);
    return `${typename} ${Buffer.from(value).toString("hex")}`;
  });
}
