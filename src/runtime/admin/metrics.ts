// The metrics of an engine in Prometheus's text format. They are read at each request.

import type { Registry } from "prom-client";
import { type EngineApi } from "../../engine/engine-api.js";
import { bucketBounds, type EngineMetrics } from "../../engine/metrics-api.js";
import type { IngressMetrics } from "../ingress/ingress-metrics.js";
import type { Schedules } from "../schedules/schedules.js";
import type { MetricList } from "./api/metrics.js";
import { type LabelledNumbers, labelledHistograms, labelledMetrics } from "./labelled-metrics.js";

/** The names of the metrics that are a single number. */
type NumberOf = { [K in keyof EngineMetrics]: EngineMetrics[K] extends number ? K : never }[keyof EngineMetrics];

interface Metric {
  readonly help: string;
  readonly of: NumberOf;
}

/** Counts since the start, by name. A test compares them with the table in docs/admin.md. */
export const counters: Readonly<Record<string, Metric>> = {
  statefun_messages_in_total: { of: "messagesIn", help: "Messages taken from outside." },
  statefun_messages_delivered_total: { of: "messagesDelivered", help: "Messages that functions have handled." },
  statefun_batches_total: { of: "batches", help: "Batches that functions have answered." },
  statefun_batch_failures_total: { of: "batchFailures", help: "Tries of a batch that failed." },
  statefun_calls_answered_total: { of: "callsAnswered", help: "Calls from outside that were answered." },
  statefun_egress_records_total: { of: "egressRecords", help: "Records that functions have sent to egresses." },
  statefun_egress_acknowledged_total: { of: "egressAcknowledged", help: "Records that egresses have acknowledged." },
  statefun_delayed_scheduled_total: { of: "delayedScheduled", help: "Delayed messages that were sent." },
  statefun_delayed_fired_total: { of: "delayedFired", help: "Delayed messages that became due." },
  statefun_delayed_cancelled_total: { of: "delayedCancelled", help: "Delayed messages that were withdrawn." },
  statefun_dead_letters_total: { of: "deadLetters", help: "Messages that were set aside as dead letters." },
  statefun_commits_total: { of: "commits", help: "Transactions that are on disk." },
  statefun_commit_writes_total: { of: "commitWrites", help: "Keys that transactions have written." },
  statefun_commit_bytes_total: { of: "commitBytes", help: "Bytes that transactions have written." },
};

/** Numbers that rise and fall, by name. */
export const gauges: Readonly<Record<string, Metric>> = {
  statefun_mailbox_messages: { of: "mailboxMessages", help: "Messages that wait." },
  statefun_mailbox_bytes: { of: "mailboxBytes", help: "Bytes of the messages that wait." },
  statefun_batches_in_flight: { of: "inFlight", help: "Batches that are with their functions." },
  statefun_addresses_parked: { of: "parked", help: "Addresses that get no more messages." },
  statefun_delayed_pending: { of: "delayedPending", help: "Delayed messages that are not due." },
  statefun_egress_pending: { of: "outboxRecords", help: "Records that egresses have not acknowledged." },
  statefun_egress_pending_bytes: { of: "outboxBytes", help: "Bytes of the records that wait to be handed out." },
  statefun_calls_waiting: { of: "callsWaiting", help: "Calls from outside that wait for their answer." },
  statefun_dead_letters_kept: { of: "deadLettersKept", help: "Dead letters that are kept." },
};

/** Distributions of durations, by name. */
export const histograms = {
  statefun_batch_seconds: { sum: "batchSeconds", buckets: "batchBuckets", help: "Seconds that one batch took." },
  statefun_commit_seconds: { sum: "commitSeconds", buckets: "commitBuckets", help: "Seconds that one commit took." },
} as const;

/** The gauge for whether messages are taken. */
export const healthGauge = { name: "statefun_healthy", help: "1 while messages are taken, 0 while they are not." };

/** A metric as the library shows it. */
interface ReadMetric {
  readonly name: string;
  readonly type: MetricList["metrics"][number]["type"];
  readonly help: string;
  readonly values: readonly { metricName?: string; labels: Readonly<Record<string, string>>; value: number }[];
}

/** What the metrics are read from. */
interface MetricsParts {
  readonly engine: EngineApi;
  readonly schedules: Schedules;
  readonly ingresses: IngressMetrics;
}

/** The metrics of one engine and of its process. */
export class Metrics {
  readonly #registry: Promise<Registry>;

  constructor(parts: MetricsParts) {
    // The library is loaded when the server opens, and nothing waits for it: the start takes no longer. It is not loaded at
    // the first request, since Node never again imports a module that it once could not read, for want of file descriptors.
    this.#registry = registryOf(parts);
    this.#registry.catch(() => {}); // the requests say so
  }

  /** Reads all metrics, as one JSON document. */
  async readJson(): Promise<MetricList> {
    const registry = await this.#registry;
    const metrics = (await registry.getMetricsAsJSON()) as unknown as readonly ReadMetric[];
    return {
      metrics: metrics.map(({ name, type, help, values }) => ({
        name,
        type,
        help,
        samples: values.map(({ metricName = name, labels, value }) => ({ name: metricName, labels, value })),
      })),
    };
  }

  /** Reads all metrics, as text. */
  async read(): Promise<{ contentType: string; text: string }> {
    const registry = await this.#registry;
    return { contentType: registry.contentType, text: await registry.metrics() };
  }
}

async function registryOf({ engine, schedules, ingresses }: MetricsParts): Promise<Registry> {
  const { Counter, Gauge, Histogram, Registry } = await import("prom-client");
  const own = new Registry();
  const registers = [own];
  // The engine has other metrics after it has opened its store again.
  const numbers = (): LabelledNumbers => ({ engine: engine.metrics, schedules: schedules.numbers(), ingresses });
  for (const [name, { help, of }] of Object.entries(counters)) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(engine.metrics[of]);
      },
    });
  }
  for (const [name, { help, of }] of Object.entries(gauges)) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(engine.metrics[of]);
      },
    });
  }
  new Gauge({
    ...healthGauge,
    registers,
    collect() {
      this.set(engine.trouble === undefined ? 1 : 0);
    },
  });
  for (const [name, { type, labels, help, of }] of Object.entries(labelledMetrics)) {
    const config = { name, help, registers, labelNames: [...labels] };
    if (type === "counter") {
      new Counter({
        ...config,
        collect() {
          this.reset();
          for (const { labels, value } of of(numbers())) this.inc(labels, value);
        },
      });
    } else {
      new Gauge({
        ...config,
        collect() {
          this.reset();
          for (const { labels, value } of of(numbers())) this.set(labels, value);
        },
      });
    }
  }
  /** A histogram whose buckets the engine has counted. */
  class CountedHistogram extends Histogram {
    readonly #described: { readonly name: string; readonly help: string };
    readonly #read: () => HistogramValue[];

    constructor(name: string, help: string, read: () => HistogramValue[]) {
      super({ name, help, registers });
      this.#described = { name, help };
      this.#read = read;
    }

    /** Overrides the method that a registry calls for its text. */
    async getForPromString() {
      return { ...this.#described, type: "histogram", values: this.#read() };
    }

    /** Overrides the method that a registry calls for its JSON. */
    override async get() {
      return { ...(await this.getForPromString()), aggregator: "sum" } as never;
    }
  }
  for (const [name, { help, sum, buckets }] of Object.entries(histograms))
    new CountedHistogram(name, help, () => histogramValues(name, engine.metrics[buckets], engine.metrics[sum]));
  for (const [name, { help, of }] of Object.entries(labelledHistograms)) {
    new CountedHistogram(name, help, () =>
      of(numbers()).flatMap(({ labels, buckets, sum }) => histogramValues(name, buckets, sum, labels)),
    );
  }
  return Registry.merge([own, await processRegistry()]);
}

interface HistogramValue {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A bucket of Prometheus includes the buckets below it; a bucket of the engine does not. */
function histogramValues(
  name: string,
  buckets: readonly number[],
  sum: number,
  labels: Readonly<Record<string, string>> = {},
): HistogramValue[] {
  let count = 0;
  const values: HistogramValue[] = buckets.map((amount, index) => {
    count += amount;
    return {
      metricName: `${name}_bucket`,
      labels: { ...labels, le: String(bucketBounds[index] ?? "+Inf") },
      value: count,
    };
  });
  values.push({ metricName: `${name}_sum`, labels, value: sum });
  values.push({ metricName: `${name}_count`, labels, value: count });
  return values;
}

let ofProcess: Promise<Registry> | undefined;

/** The observers of the process's metrics can't be removed, so all servers of the process share one registry. */
function processRegistry(): Promise<Registry> {
  ofProcess ??= import("prom-client").then(({ collectDefaultMetrics, Registry }) => {
    const register = new Registry();
    collectDefaultMetrics({ register });
    return register;
  });
  return ofProcess;
}
