// The engine's counts, all at zero.

import { bucketBounds, type EngineMetrics } from "./engine-api.js";

export function newMetrics(): EngineMetrics {
  return {
    messagesIn: 0,
    messagesDelivered: 0,
    batches: 0,
    batchFailures: 0,
    callsAnswered: 0,
    egressRecords: 0,
    egressAcknowledged: 0,
    delayedScheduled: 0,
    delayedFired: 0,
    delayedCancelled: 0,
    commits: 0,
    commitBytes: 0,
    commitWrites: 0,
    commitSeconds: 0,
    commitBuckets: new Array(bucketBounds.length + 1).fill(0),
    batchSeconds: 0,
    batchBuckets: new Array(bucketBounds.length + 1).fill(0),
    mailboxMessages: 0,
    mailboxBytes: 0,
    inFlight: 0,
    parked: 0,
    delayedPending: 0,
    outboxRecords: 0,
    callsWaiting: 0,
  };
}
