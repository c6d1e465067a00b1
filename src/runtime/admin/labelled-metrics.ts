// The metrics with labels: which there are, and what each of them reads.

import type { EgressMetrics, EngineMetrics, FunctionMetrics, QueueMetrics } from "../../engine/metrics-api.js";
import type { RunCounts } from "../../engine/run-counts.js";
import type { IngressMetrics } from "../ingress/ingress-metrics.js";
import type { ScheduleNumbers } from "../schedules/schedules.js";

/** What the metrics with labels are read from. */
export interface LabelledNumbers {
  readonly engine: EngineMetrics;
  readonly schedules: readonly ScheduleNumbers[];
  readonly ingresses: IngressMetrics;
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface LabelledMetric {
  readonly type: "counter" | "gauge";
  readonly labels: readonly string[];
  readonly help: string;
  readonly of: (numbers: LabelledNumbers) => Sample[];
}

interface Distribution {
  readonly labels: Readonly<Record<string, string>>;
  readonly buckets: readonly number[];
  readonly sum: number;
}

interface LabelledHistogram {
  readonly labels: readonly string[];
  readonly help: string;
  readonly of: (numbers: LabelledNumbers) => Distribution[];
}

const byFunction =
  (of: (numbers: FunctionMetrics) => number) =>
  ({ engine }: LabelledNumbers) =>
    Array.from(engine.functions, ([label, numbers]) => ({ labels: { function: label }, value: of(numbers) }));

const byRuns =
  (of: (runs: RunCounts) => readonly Sample[]) =>
  ({ engine }: LabelledNumbers) =>
    Array.from(engine.functions, ([label, { runs }]) =>
      (runs === undefined ? [] : of(runs)).map(({ labels, value }) => ({
        labels: { function: label, ...labels },
        value,
      })),
    ).flat();

const byQueue =
  (of: (queue: QueueMetrics) => number) =>
  ({ engine }: LabelledNumbers) =>
    engine.functionQueues.map((queue) => ({ labels: { function: queue.label }, value: of(queue) }));

const byEgress =
  (of: (egress: EgressMetrics) => number) =>
  ({ engine }: LabelledNumbers) =>
    engine.egresses.map((egress) => ({ labels: { egress: egress.label }, value: of(egress) }));

/** Numbers with labels, by name. */
export const labelledMetrics: Readonly<Record<string, LabelledMetric>> = {
  statefun_function_messages_total: {
    type: "counter",
    labels: ["function"],
    help: "Messages that have ended.",
    of: byFunction(({ messages }) => messages),
  },
  statefun_function_failures_total: {
    type: "counter",
    labels: ["function", "code"],
    help: "Tries that failed, and messages that were refused for good.",
    of: ({ engine }) =>
      Array.from(engine.functions, ([label, { failures }]) =>
        Array.from(failures, ([code, { count }]) => ({ labels: { function: label, code }, value: count })),
      ).flat(),
  },
  statefun_function_dead_letters_total: {
    type: "counter",
    labels: ["function"],
    help: "Messages that were set aside as dead letters.",
    of: byFunction(({ deadLetters }) => deadLetters),
  },
  statefun_workflow_runs_taken_total: {
    type: "counter",
    labels: ["function"],
    help: "Runs of workflows that have begun, or wait for their turn.",
    of: byRuns(({ taken }) => [{ labels: {}, value: taken }]),
  },
  statefun_workflow_runs_ended_total: {
    type: "counter",
    labels: ["function", "outcome"],
    help: "Runs of workflows that have ended.",
    of: byRuns(({ ended }) => Object.entries(ended).map(([outcome, value]) => ({ labels: { outcome }, value }))),
  },
  statefun_function_mailbox_messages: {
    type: "gauge",
    labels: ["function"],
    help: "Messages that wait.",
    of: byQueue(({ entries }) => entries),
  },
  statefun_function_oldest_message_age_seconds: {
    type: "gauge",
    labels: ["function"],
    help: "Seconds that the oldest message has waited.",
    of: byQueue(({ oldestSeconds }) => oldestSeconds),
  },
  statefun_function_batches_in_flight: {
    type: "gauge",
    labels: ["function"],
    help: "Batches that are with the function.",
    of: byFunction(({ inFlight }) => inFlight),
  },
  statefun_egress_pending_records: {
    type: "gauge",
    labels: ["egress"],
    help: "Records that the egress has not acknowledged.",
    of: byEgress(({ entries }) => entries),
  },
  statefun_egress_oldest_record_age_seconds: {
    type: "gauge",
    labels: ["egress"],
    help: "Seconds that the oldest record has waited.",
    of: byEgress(({ oldestSeconds }) => oldestSeconds),
  },
  statefun_egress_failures_total: {
    type: "counter",
    labels: ["egress"],
    help: "Tries to hand a record out that failed.",
    of: byEgress(({ failures }) => failures),
  },
  statefun_schedule_messages_total: {
    type: "counter",
    labels: ["schedule"],
    help: "Messages that the schedule has sent, before this start too.",
    of: ({ schedules }) => schedules.map(({ name, sent }) => ({ labels: { schedule: name }, value: sent })),
  },
  statefun_schedule_missed_total: {
    type: "counter",
    labels: ["schedule"],
    help: "Due times of the schedule at which nothing ran, before this start too.",
    of: ({ schedules }) => schedules.map(({ name, missed }) => ({ labels: { schedule: name }, value: missed })),
  },
  statefun_schedule_next_timestamp_seconds: {
    type: "gauge",
    labels: ["schedule"],
    help: "The next due time of the schedule, in seconds since 1970. A schedule that is paused has none.",
    of: ({ schedules }) =>
      schedules.flatMap(({ name, nextAt }) =>
        nextAt === undefined ? [] : [{ labels: { schedule: name }, value: nextAt / 1000 }],
      ),
  },
  statefun_ingress_requests_total: {
    type: "counter",
    labels: ["ingress", "code"],
    help: "Requests that were answered, or whose client has left.",
    of: ({ ingresses }) =>
      Array.from(ingresses, ([ingress, { requests }]) =>
        Array.from(requests, ([code, { count }]) => ({ labels: { ingress, code }, value: count })),
      ).flat(),
  },
};

/** Distributions of durations with labels, by name. */
export const labelledHistograms: Readonly<Record<string, LabelledHistogram>> = {
  statefun_function_batch_seconds: {
    labels: ["function"],
    help: "Seconds that one batch of the function took.",
    of: ({ engine }) =>
      Array.from(engine.functions, ([label, { batchBuckets, batchSeconds }]) => ({
        labels: { function: label },
        buckets: batchBuckets,
        sum: batchSeconds,
      })),
  },
  statefun_ingress_request_seconds: {
    labels: ["ingress"],
    help: "Seconds that one request of the ingress took.",
    of: ({ ingresses }) =>
      Array.from(ingresses, ([ingress, { buckets, seconds }]) => ({ labels: { ingress }, buckets, sum: seconds })),
  },
};
