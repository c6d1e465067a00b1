// The gauges: each shows the number of the part that keeps it, as it is when it is read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ArrivalTimes } from "../../src/engine/arrival-times.js";
import { gaugesOf } from "../../src/engine/gauges.js";
import { Labelled } from "../../src/engine/labelled.js";
import { newFunctionCounters } from "../../src/engine/metrics.js";
import { ManualClock } from "../support/manual-clock.js";

test("each gauge shows its part's number of the moment", () => {
  const parts = {
    mailboxes: { entries: 1, bytes: 2 },
    records: { entries: 3, bytes: 4 },
    dispatcher: { inFlight: 5 },
    parked: { count: 6 },
    delayed: { pending: 7 },
    calls: { count: 8 },
    letters: { count: 9 },
    queues: {
      functions: { all: () => [], counters: new Labelled(newFunctionCounters) },
      instances: { all: () => [] },
      outboxes: { all: () => [] },
      arrivals: new ArrivalTimes(0, 0),
      clock: new ManualClock(),
    },
  };
  const gauges = gaugesOf(parts);
  parts.parked.count = 60;
  assert.deepEqual(
    { ...gauges },
    {
      mailboxMessages: 1,
      mailboxBytes: 2,
      outboxRecords: 3,
      outboxBytes: 4,
      inFlight: 5,
      parked: 60,
      delayedPending: 7,
      callsWaiting: 8,
      deadLettersKept: 9,
      functionQueues: [],
      egresses: [],
    },
  );
});
