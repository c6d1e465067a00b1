// The last hour of a runtime, in columns of ten seconds: what the console draws without a Prometheus beside it.

import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Clock, Timer } from "../../engine/clock.js";
import type { EngineApi } from "../../engine/engine-api.js";
import type { EngineMetrics } from "../../engine/metrics-api.js";
import type { HistoryNow, HistorySeries } from "./api/history.js";
import { percentile } from "./percentile.js";

/** How many milliseconds a column stands for. */
export const columnMs = 10_000;
/** How many columns are kept: one hour. */
const mostColumns = 360;
/** How many columns the last failed try of an egress is remembered for: its next try may be a minute away. */
const egressColumns = 12;
/** How often the delay of the event loop is measured. */
const loopMs = 100;

/** The counts and sizes that a column takes from the metrics as they are. */
const counts = { messagesIn: 0, messagesDelivered: 0, egressRecords: 0, batchFailures: 0 } as const;
type CountName = keyof typeof counts;
const countNames = Object.keys(counts) as readonly CountName[];

type SeriesName = keyof HistorySeries;
const seriesNames = [
  ...countNames,
  ...(["batchP50", "batchP99", "commitP50", "commitP99", "backlog", "oldestSeconds", "parked", "deadLetters"] as const),
  ...(["delayed", "egressPending", "callsWaiting", "heldMs"] as const),
] as const satisfies readonly SeriesName[];

/** Measures for how long the process could do nothing else. */
export interface LoopMeter {
  /** The longest such time since the last question, in milliseconds. */
  longestMs(): number;
  stop(): void;
}

interface HistoryParts {
  readonly engine: Pick<EngineApi, "metrics">;
  readonly clock: Clock;
  /** Defaults to Node's own measurement. */
  readonly loop?: LoopMeter;
}

/** Takes a column every ten seconds until it is closed. */
export class History {
  readonly #engine: Pick<EngineApi, "metrics">;
  readonly #clock: Clock;
  readonly #loop: LoopMeter;
  readonly #times = new Float64Array(mostColumns);
  /** The numbers of each series; NaN stands for no number. */
  readonly #rings: Readonly<Record<SeriesName, Float64Array>>;
  readonly #failures: ReadonlyMap<string, number>[] = [];
  /** How many columns were taken; the next one goes to this place in the ring. */
  #taken = 0;
  /** The counts at the end of the last column. */
  #before: { -readonly [Name in CountName]: number } = { ...counts };
  #batchBuckets: readonly number[] = [];
  #commitBuckets: readonly number[] = [];
  #failuresBefore: ReadonlyMap<string, number> = new Map();
  #egressFailures = new Map<string, { failures: number; column: number }>();
  #timer: Timer;

  constructor({ engine, clock, loop = nodeLoop() }: HistoryParts) {
    this.#engine = engine;
    this.#clock = clock;
    this.#loop = loop;
    const rings = seriesNames.map((name) => [name, new Float64Array(mostColumns)] as const);
    this.#rings = Object.fromEntries(rings) as Record<SeriesName, Float64Array>;
    this.#remember();
    this.#timer = clock.after(columnMs, this.#take);
  }

  close(): void {
    this.#timer.cancel();
    this.#loop.stop();
  }

  /** When each column ended, in milliseconds since 1970, the oldest first. */
  get times(): number[] {
    return this.#read(this.#times);
  }

  get series(): HistorySeries {
    const series = seriesNames.map((name) => [name, this.#read(this.#rings[name]).map(orNull)]);
    return Object.fromEntries(series) as HistorySeries;
  }

  get now(): HistoryNow {
    const last = (name: SeriesName) => orNull(this.#taken === 0 ? absentOf(name) : this.#at(this.#rings[name], -1));
    const numbers = seriesNames.map((name) => [name, last(name)]);
    return { ...(Object.fromEntries(numbers) as HistoryNow), ...sizesOf(this.#engine.metrics) };
  }

  /** How many tries of a batch have failed in the kept columns, by code. */
  get failuresByCode(): Record<string, number> {
    const byCode = new Map<string, number>();
    for (const failures of this.#failures)
      for (const [code, count] of failures) byCode.set(code, (byCode.get(code) ?? 0) + count);
    return Object.fromEntries([...byCode].sort(([, a], [, b]) => b - a));
  }

  /** The longest time within the last minute for which the process could do nothing else, in milliseconds. */
  get longestHeldMs(): number {
    return Math.max(0, ...this.#read(this.#rings.heldMs).slice(-60_000 / columnMs));
  }

  /** The egresses of which a try has failed within the last two minutes. */
  get failingEgresses(): string[] {
    return [...this.#egressFailures]
      .filter(([, { column }]) => column > this.#taken - egressColumns)
      .map(([egress]) => egress);
  }

  readonly #take = (): void => {
    this.#timer = this.#clock.after(columnMs, this.#take);
    const { metrics } = this.#engine;
    const place = this.#taken % mostColumns;
    this.#times[place] = this.#clock.now();
    const set = (name: SeriesName, value: number | null) => {
      this.#rings[name][place] = value ?? Number.NaN;
    };
    for (const name of countNames) set(name, metrics[name] - this.#before[name]);
    const batches = differences(metrics.batchBuckets, this.#batchBuckets);
    set("batchP50", percentile(batches, 0.5));
    set("batchP99", percentile(batches, 0.99));
    const commits = differences(metrics.commitBuckets, this.#commitBuckets);
    set("commitP50", percentile(commits, 0.5));
    set("commitP99", percentile(commits, 0.99));
    for (const [name, size] of Object.entries(sizesOf(metrics))) set(name as SeriesName, size);
    set("heldMs", this.#loop.longestMs());
    this.#failures[place] = this.#newFailures(metrics);
    this.#taken += 1;
    this.#remember();
  };

  /** Remembers the counts of this moment, from which the next column counts. */
  #remember(): void {
    const { metrics } = this.#engine;
    for (const name of countNames) this.#before[name] = metrics[name];
    this.#batchBuckets = [...metrics.batchBuckets];
    this.#commitBuckets = [...metrics.commitBuckets];
    this.#failuresBefore = failuresOf(metrics);
    for (const { label, failures } of metrics.egresses) {
      const known = this.#egressFailures.get(label)?.failures ?? 0;
      if (failures > known) this.#egressFailures.set(label, { failures, column: this.#taken });
    }
  }

  #newFailures(metrics: EngineMetrics): Map<string, number> {
    const fresh = new Map<string, number>();
    for (const [code, count] of failuresOf(metrics)) {
      const more = count - (this.#failuresBefore.get(code) ?? 0);
      if (more > 0) fresh.set(code, more);
    }
    return fresh;
  }

  /** The numbers of a ring, the oldest first. */
  #read(ring: Float64Array): number[] {
    const length = Math.min(this.#taken, mostColumns);
    return Array.from({ length }, (_, index) => this.#at(ring, index - length));
  }

  /** A number of a ring; the newest one has the index -1. */
  #at(ring: Float64Array, index: number): number {
    return ring[(this.#taken + index) % mostColumns] as number;
  }
}

/** The sizes at this moment. */
function sizesOf(metrics: EngineMetrics) {
  return {
    backlog: metrics.mailboxMessages,
    oldestSeconds: oldestSeconds(metrics),
    parked: metrics.parked,
    deadLetters: metrics.deadLettersKept,
    delayed: metrics.delayedPending,
    egressPending: metrics.outboxRecords,
    callsWaiting: metrics.callsWaiting,
  };
}

/** For how many seconds the oldest message of all has waited. */
function oldestSeconds({ functionQueues }: EngineMetrics): number {
  let oldest = 0;
  for (const queue of functionQueues) oldest = Math.max(oldest, queue.oldestSeconds);
  return oldest;
}

/** How many calls have failed since the start, by code. */
function failuresOf({ functions }: EngineMetrics): Map<string, number> {
  const byCode = new Map<string, number>();
  for (const [, { failures }] of functions)
    for (const [code, { count }] of failures) byCode.set(code, (byCode.get(code) ?? 0) + count);
  return byCode;
}

const differences = (after: readonly number[], before: readonly number[]) =>
  after.map((count, index) => count - (before[index] ?? 0));

/** What a series shows before its first column. */
const absentOf = (name: SeriesName) => (/P\d\d$/.test(name) ? Number.NaN : 0);

const orNull = (number: number) => (Number.isNaN(number) ? null : number);

/** Measures in a native timer, which costs no turn of the event loop. */
function nodeLoop(): LoopMeter {
  const histogram = monitorEventLoopDelay({ resolution: loopMs });
  histogram.enable();
  return {
    longestMs() {
      // The histogram holds the times between two measurements, so one interval is no delay.
      const longest = histogram.max / 1e6 - loopMs;
      histogram.reset();
      return Math.max(0, Math.round(longest));
    },
    stop: () => void histogram.disable(),
  };
}
