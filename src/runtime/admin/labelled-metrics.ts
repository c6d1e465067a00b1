// The metrics with labels: which there are, and what each of them reads.

import type { EgressMetrics, EngineMetrics, FunctionMetrics, QueueMetrics } from "../../engine/metrics-api.js";

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface LabelledMetric {
  readonly type: "counter" | "gauge";
  readonly labels: readonly string[];
  readonly help: string;
  readonly of: (metrics: EngineMetrics) => Sample[];
}

const byFunction = (of: (numbers: FunctionMetrics) => number) => (metrics: EngineMetrics) =>
  Array.from(metrics.functions, ([label, numbers]) => ({ labels: { function: label }, value: of(numbers) }));

const byQueue = (of: (queue: QueueMetrics) => number) => (metrics: EngineMetrics) =>
  metrics.functionQueues.map((queue) => ({ labels: { function: queue.label }, value: of(queue) }));

const byEgress = (of: (egress: EgressMetrics) => number) => (metrics: EngineMetrics) =>
  metrics.egresses.map((egress) => ({ labels: { egress: egress.label }, value: of(egress) }));

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
    of: (metrics) =>
      Array.from(metrics.functions, ([label, { failures }]) =>
        Array.from(failures, ([code, { count }]) => ({ labels: { function: label, code }, value: count })),
      ).flat(),
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
};

/** The distribution of durations of each function. */
export const functionHistogram = {
  name: "statefun_function_batch_seconds",
  labels: ["function"],
  help: "Seconds that one batch of the function took.",
} as const;
