// The world of the console's pages about failures holds what those pages are to show.

import assert from "node:assert/strict";
import { test } from "node:test";
import { failingWorld } from "./failing-world.js";

test("the failing shop holds something of everything that can go wrong", async (t) => {
  const world = await failingWorld();
  t.after(() => world.close());
  const runs = (await world.ask("GET /functions/shop/checkout/runs")).runs;
  const ended = (await world.ask("GET /functions/shop/checkout/runs?status=ended")).runs;
  const statuses = new Set([...runs, ...ended].map(({ status }) => status));
  assert.deepEqual([...statuses].sort(), ["cancelled", "completed", "failed", "queued", "restarted", "waiting"]);
  const { letters } = await world.ask("GET /dead-letters");
  assert.deepEqual(new Set(letters.map(({ error }: any) => error.code)), new Set(["HANDLER_FAILED", "SOLD_OUT"]));
  const { schedules } = await world.ask("GET /schedules");
  const shown = schedules.map(({ schedule, pausedAt, failure }: any) => [
    schedule,
    pausedAt !== null,
    failure !== null,
  ]);
  assert.deepEqual(shown, [
    ["digest", false, true],
    ["nightly-report", false, false],
    ["spring-cleaning", true, false],
  ]);
});

test("once the shop is mended, what has failed succeeds when it is tried again", async (t) => {
  const world = await failingWorld();
  t.after(() => world.close());
  world.mend();
  assert.equal((await world.ask("POST /parked/retry")).retried, 4);
  await world.until("GET /parked", ({ total }) => total === 0);
  await world.ask("POST /dead-letters/resend?code=HANDLER_FAILED");
  await world.until("GET /dead-letters", ({ total }) => total === 1);
});
