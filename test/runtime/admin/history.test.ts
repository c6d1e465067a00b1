// The last hour of a runtime, in columns of ten seconds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { countDuration, metricsOf, newCounters } from "../../../src/engine/metrics.js";
import { bucketBounds, type EgressMetrics, type QueueMetrics } from "../../../src/engine/metrics-api.js";
import { Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { columnMs, History } from "../../../src/runtime/admin/history.js";
import { percentile } from "../../../src/runtime/admin/percentile.js";
import { Watch } from "../../../src/runtime/admin/watch.js";
import { wellness } from "../../../src/runtime/admin/well.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import { ManualClock } from "../../support/manual-clock.js";
import { world } from "./world.js";

/** A history of numbers that the test sets. */
function openHistory() {
  const clock = new ManualClock();
  const counters = newCounters();
  const egresses: EgressMetrics[] = [];
  const functionQueues: QueueMetrics[] = [];
  const sizes = {
    mailboxMessages: 0,
    mailboxBytes: 0,
    inFlight: 0,
    parked: 0,
    delayedPending: 0,
    outboxRecords: 0,
    outboxBytes: 0,
    callsWaiting: 0,
    deadLettersKept: 0,
    functionQueues,
    egresses,
  };
  const metrics = metricsOf(counters, sizes);
  const engine = { metrics };
  const held = { ms: 0 };
  const loop = {
    longestMs: () => {
      const { ms } = held;
      held.ms = 0;
      return ms;
    },
    stop: () => {},
  };
  return { clock, counters, metrics, egresses, functionQueues, held, history: new History({ engine, clock, loop }) };
}

test("a column has the counts of its ten seconds and the sizes at its end", async () => {
  const { clock, counters, metrics, functionQueues, held, history } = openHistory();
  counters.messagesIn += 5;
  counters.egressRecords += 1;
  Object.assign(metrics, { mailboxMessages: 7, parked: 2 });
  functionQueues.push({ label: "a/b", entries: 7, oldestSeconds: 61 }, { label: "a/c", entries: 1, oldestSeconds: 3 });
  held.ms = 250;
  assert.deepEqual([history.times, history.now.messagesIn, history.now.batchP50], [[], 0, null]);
  assert.deepEqual([history.now.backlog, history.now.oldestSeconds], [7, 61]);
  await clock.advance(columnMs);
  counters.messagesIn += 3;
  Object.assign(metrics, { parked: 0 });
  await clock.advance(columnMs);
  const { series, now } = history;
  assert.deepEqual(history.times, [clock.now() - columnMs, clock.now()]);
  assert.deepEqual(
    [series.messagesIn, series.egressRecords, series.parked],
    [
      [5, 3],
      [1, 0],
      [2, 0],
    ],
  );
  assert.deepEqual([series.oldestSeconds, series.heldMs, history.longestHeldMs], [[61, 61], [250, 0], 250]);
  assert.deepEqual(
    [series.batchP50, series.commitP99],
    [
      [null, null],
      [null, null],
    ],
  );
  counters.messagesIn += 100;
  Object.assign(metrics, { parked: 9 });
  assert.deepEqual(
    [history.now.messagesIn, history.now.parked, now.parked],
    [3, 9, 0],
    "a size is that of this moment",
  );
});

test("durations are those of the column's own batches and commits", async () => {
  const { clock, counters, history } = openHistory();
  for (let count = 0; count < 99; count++) countDuration(counters.batchBuckets, 0.0002);
  countDuration(counters.batchBuckets, 3);
  await clock.advance(columnMs);
  countDuration(counters.commitBuckets, 0.02);
  await clock.advance(columnMs);
  const { series } = history;
  const [p50, none] = series.batchP50;
  assert.ok(p50 !== null && p50 !== undefined && p50 > 0.1 && p50 < 0.25, `${p50}`);
  assert.equal(none, null);
  assert.ok((series.batchP99[0] as number) <= 0.25);
  assert.ok((series.commitP50[1] as number) > 10 && (series.commitP50[1] as number) <= 25);
});

test("a percentile lies within the bucket that holds it, and behind the last bound at that bound", () => {
  const buckets = new Array(bucketBounds.length + 1).fill(0);
  assert.equal(percentile(buckets, 0.5), null);
  buckets[0] = 2;
  assert.equal(percentile(buckets, 0.5), (1000 * bucketBounds[0]) / 2);
  buckets[bucketBounds.length] = 100;
  assert.equal(percentile(buckets, 0.5), 10_000);
});

test("after an hour the oldest columns are gone, with their failures", async () => {
  const { clock, counters, history } = openHistory();
  const failed = (code: string) => {
    counters.functions.of("a/b").failures.of(code).count += 1;
  };
  failed("OLD");
  counters.messagesIn += 1;
  await clock.advance(columnMs);
  failed("LATER");
  failed("LATER");
  assert.deepEqual(history.failuresByCode, { OLD: 1 }, "a failure counts with its column");
  await clock.advance(columnMs);
  assert.deepEqual(history.failuresByCode, { LATER: 2, OLD: 1 });
  await clock.advance(359 * columnMs);
  const { series, times, failuresByCode } = history;
  assert.deepEqual([times.length, series.messagesIn.length, series.messagesIn[0]], [360, 360, 0]);
  assert.equal(times[0], clock.now() - 359 * columnMs);
  assert.deepEqual(failuresByCode, { LATER: 2 });
  history.close();
  assert.equal(clock.timers, 0);
});

test("an egress counts as failing for two minutes after a failed try", async () => {
  const { clock, egresses, history } = openHistory();
  egresses.push({ label: "a/log", entries: 1, oldestSeconds: 1, failures: 1 });
  await clock.advance(columnMs);
  assert.deepEqual(history.failingEgresses, ["a/log"]);
  await clock.advance(120_000);
  assert.deepEqual(history.failingEgresses, []);
  egresses[0] = { label: "a/log", entries: 1, oldestSeconds: 1, failures: 2 };
  await clock.advance(columnMs);
  assert.deepEqual(history.failingEgresses, ["a/log"]);
});

test("a runtime is well, or every reason is named, the worst first", async (t) => {
  const policy = { retry: { attempts: 5, firstMs: 3_600_000, longestMs: 3_600_000 } };
  const { engine } = await world(t, {}, {}, new MemoryStore(), policy);
  const clock = new ManualClock();
  let heldMs = 0;
  const watch = new Watch({ clock, loop: { longestMs: () => heldMs, stop: () => {} } });
  watch.follow(engine);
  const { history } = watch;
  const codes = async () => (await wellness(engine, history)).reasons.map(({ code }) => code);
  assert.deepEqual(await wellness(engine, history), { ok: true, reasons: [] });
  await engine.send(new Address("shop", "counter", "bob"), Types.string.pack("fail"));
  while ((await engine.failing({ limit: 1 })).total < 1) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(await codes(), ["FAILING"]);
  await engine.park(new Address("shop", "counter", "eve"), "by hand");
  heldMs = 201;
  await clock.advance(columnMs);
  assert.deepEqual(await codes(), ["PARKED", "FAILING", "EVENT_LOOP_HELD"]);
  engine.refuse();
  assert.deepEqual((await codes())[0], "SHUTTING_DOWN");
});

test("the history is served", async (t) => {
  const { ask, tell } = await world(t);
  await tell("bob", "hi");
  const { status, json } = await ask("GET /history");
  assert.deepEqual([status, json.columnMs, json.times, json.series.messagesIn], [200, columnMs, [], []]);
  assert.deepEqual([json.now.messagesIn, json.failuresByCode], [0, {}]);
  assert.deepEqual(json.well, { ok: true, reasons: [] });
});
