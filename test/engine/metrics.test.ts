// Counters and gauges: one object that shows the numbers of the moment.

import assert from "node:assert/strict";
import { test } from "node:test";
import { countDuration, metricsOf, newCounters } from "../../src/engine/metrics.js";
import { bucketBounds } from "../../src/engine/metrics-api.js";

test("counters begin at zero, each engine's its own", () => {
  const [one, two] = [newCounters(), newCounters()];
  one.commits += 1;
  countDuration(one.commitBuckets, 1);
  assert.deepEqual([two.commits, two.commitBuckets.some((count) => count > 0)], [0, false]);
  assert.equal(two.commitBuckets.length, bucketBounds.length + 1);
});

test("metrics show counters and gauges as they are when they are read", () => {
  const counters = newCounters();
  let waiting = 0;
  const metrics = metricsOf(counters, {
    get mailboxMessages() {
      return waiting;
    },
    mailboxBytes: 0,
    outboxBytes: 0,
    inFlight: 0,
    parked: 0,
    delayedPending: 0,
    outboxRecords: 0,
    callsWaiting: 0,
    deadLettersKept: 0,
    functionQueues: [],
    egresses: [],
  });
  waiting = 5;
  counters.messagesIn += 2;
  assert.deepEqual([metrics.mailboxMessages, metrics.messagesIn], [5, 2]);
  waiting = 6;
  assert.equal(metrics.mailboxMessages, 6);
  assert.ok(Object.keys(metrics).includes("mailboxMessages"), "a list of all metrics has the gauges too");
});

test("a duration counts in the first bucket whose bound it does not exceed, and in the last when it exceeds all", () => {
  const { batchBuckets } = newCounters();
  for (const bound of bucketBounds) countDuration(batchBuckets, bound);
  assert.deepEqual(batchBuckets, [...bucketBounds.map(() => 1), 0]);
  countDuration(batchBuckets, 0);
  countDuration(batchBuckets, 1_000_000);
  assert.deepEqual([batchBuckets[0], batchBuckets.at(-1)], [2, 1]);
});
