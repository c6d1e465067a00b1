// The engine's numbers: counters, which its parts count up, and gauges, which are read from the parts that keep them. The
// engine decides nothing by a metric.

import { bucketBounds, type EngineMetrics } from "./engine-api.js";

type GaugeName =
  | "mailboxMessages"
  | "mailboxBytes"
  | "inFlight"
  | "parked"
  | "delayedPending"
  | "outboxRecords"
  | "outboxBytes"
  | "callsWaiting"
  | "deadLettersKept";

/** Counts of events since the start. */
export type Counters = { -readonly [Name in Exclude<keyof EngineMetrics, GaugeName>]: EngineMetrics[Name] } & {
  readonly commitBuckets: number[];
  readonly batchBuckets: number[];
};

/** The sizes at this moment: an object of getters. */
export type Gauges = Pick<EngineMetrics, GaugeName>;

/** All counters, at zero. */
export function newCounters(): Counters {
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
    deadLetters: 0,
    commits: 0,
    commitBytes: 0,
    commitWrites: 0,
    commitSeconds: 0,
    commitBuckets: new Array(bucketBounds.length + 1).fill(0),
    batchSeconds: 0,
    batchBuckets: new Array(bucketBounds.length + 1).fill(0),
  };
}

/** The counters with the gauges added: one object that always shows the numbers of the moment. */
export function metricsOf(counters: Counters, gauges: Gauges): EngineMetrics {
  return Object.defineProperties(counters, Object.getOwnPropertyDescriptors(gauges)) as Counters & Gauges;
}

/** Counts a duration into the bucket of a histogram; see {@link bucketBounds}. */
export function countDuration(buckets: number[], seconds: number): void {
  let index = 0;
  while (index < bucketBounds.length && seconds > (bucketBounds[index] as number)) index++;
  buckets[index] = (buckets[index] as number) + 1;
}
