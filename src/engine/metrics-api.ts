// The numbers of an engine, as metrics and people see them.

import type { RunCounts } from "./run-counts.js";

/** Numbers of one function, or of all functions that have no numbers of their own. */
export interface FunctionMetrics {
  /** Messages that have ended. */
  readonly messages: number;
  /** Calls that failed, by the code of the error. */
  readonly failures: Iterable<readonly [code: string, numbers: { readonly count: number }]>;
  /** Messages that were set aside as dead letters. */
  readonly deadLetters: number;
  /** Calls that are with the function. */
  readonly inFlight: number;
  /** Seconds that all calls took together. */
  readonly batchSeconds: number;
  /** How many calls fell into each bucket, see {@link bucketBounds}. */
  readonly batchBuckets: readonly number[];
  /** Runs of its workflows; undefined while there was none. */
  readonly runs: RunCounts | undefined;
}

/** What waits for one function or one egress. */
export interface QueueMetrics {
  /** The type name of the function or the egress, or "other" for all that have no numbers of their own. */
  readonly label: string;
  readonly entries: number;
  /**
   * For how many seconds the oldest entry has waited, to about a second, and 0 when nothing waits. Entries from before the
   * start count from the start. Messages of parked addresses do not count, nor do addresses that are only in the store.
   */
  readonly oldestSeconds: number;
}

/** What waits for one egress, and how often it has not taken a record. */
export interface EgressMetrics extends QueueMetrics {
  /** Tries to hand a record out that failed. */
  readonly failures: number;
}

/** Counts since the start, and sizes now. The object always shows the numbers of the moment. */
export interface EngineMetrics {
  /** Messages taken from outside. */
  readonly messagesIn: number;
  /** Messages that functions have handled. */
  readonly messagesDelivered: number;
  /** Batches that functions have answered. */
  readonly batches: number;
  /** Tries of a batch that failed. */
  readonly batchFailures: number;
  /** Calls from outside that were answered. */
  readonly callsAnswered: number;
  /** Records that functions have sent to egresses. */
  readonly egressRecords: number;
  /** Records that egresses have acknowledged. */
  readonly egressAcknowledged: number;
  /** Delayed messages that were sent. */
  readonly delayedScheduled: number;
  /** Delayed messages that became due. */
  readonly delayedFired: number;
  /** Delayed messages that were withdrawn. */
  readonly delayedCancelled: number;
  /** Messages that were set aside as dead letters. */
  readonly deadLetters: number;
  /** Transactions that are on disk. */
  readonly commits: number;
  /** Bytes that transactions have written. */
  readonly commitBytes: number;
  /** Keys that transactions have written. */
  readonly commitWrites: number;
  /** Seconds that all commits took together. */
  readonly commitSeconds: number;
  /** How many commits fell into each bucket, see {@link bucketBounds}. */
  readonly commitBuckets: readonly number[];
  /** Seconds that all batches took together. */
  readonly batchSeconds: number;
  /** How many batches fell into each bucket, see {@link bucketBounds}. */
  readonly batchBuckets: readonly number[];
  /** Numbers by the function's type name. At most 100 functions have their own, and "other" has those of all others. */
  readonly functions: Iterable<readonly [label: string, numbers: FunctionMetrics]>;
  /** The messages that wait, by function. What comes after here is read at this moment. */
  readonly functionQueues: readonly QueueMetrics[];
  /** The records that are not acknowledged, by egress. At most 100 egresses have numbers of their own. */
  readonly egresses: readonly EgressMetrics[];
  /** Messages that wait. */
  readonly mailboxMessages: number;
  /** Bytes of the messages that wait. */
  readonly mailboxBytes: number;
  /** Batches that are with their functions. */
  readonly inFlight: number;
  /** Addresses that get no more messages. */
  readonly parked: number;
  /** Delayed messages that are not due. */
  readonly delayedPending: number;
  /** Records that egresses have not acknowledged. */
  readonly outboxRecords: number;
  /** Bytes of the records that wait to be handed out. */
  readonly outboxBytes: number;
  /** Dead letters that are kept. */
  readonly deadLettersKept: number;
  /** Calls from outside that wait for their answer. */
  readonly callsWaiting: number;
}

/** Upper bounds, in seconds, of the histograms' buckets; the last bucket has none. */
export const bucketBounds = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;
