// The engine's numbers: counters, which its parts count up, and gauges, which are read from the parts that keep them. The
// engine decides nothing by a metric.

import { Labelled } from "./labelled.js";
import { bucketBounds, type EngineMetrics, type FunctionMetrics } from "./metrics-api.js";
import type { RunCounters } from "./run-counts.js";

type GaugeName =
  | "mailboxMessages"
  | "mailboxBytes"
  | "inFlight"
  | "parked"
  | "delayedPending"
  | "outboxRecords"
  | "outboxBytes"
  | "callsWaiting"
  | "deadLettersKept"
  | "functionQueues"
  | "egresses";

/** Counts of events since the start. */
export type Counters = { -readonly [Name in Exclude<keyof EngineMetrics, GaugeName>]: EngineMetrics[Name] } & {
  readonly commitBuckets: number[];
  readonly batchBuckets: number[];
  readonly functions: Labelled<FunctionCounters>;
};

/** Counts of one function. `inFlight` is a size, but no part of the engine needs it. */
export interface FunctionCounters extends FunctionMetrics {
  messages: number;
  readonly failures: Labelled<{ count: number }>;
  deadLetters: number;
  inFlight: number;
  batchSeconds: number;
  readonly batchBuckets: number[];
  runs: RunCounters | undefined;
}

/** A code may be an application's own, so only so many codes of one function, and of one ingress, have a label. */
export const mostCodes = 20;

export const newFunctionCounters = (): FunctionCounters => ({
  messages: 0,
  failures: new Labelled(() => ({ count: 0 }), mostCodes),
  deadLetters: 0,
  inFlight: 0,
  batchSeconds: 0,
  batchBuckets: newBuckets(),
  runs: undefined,
});

/** The buckets of a histogram, all of them empty; see {@link bucketBounds}. */
export const newBuckets = (): number[] => new Array(bucketBounds.length + 1).fill(0);

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
    commitBuckets: newBuckets(),
    batchSeconds: 0,
    batchBuckets: newBuckets(),
    functions: new Labelled(newFunctionCounters),
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
