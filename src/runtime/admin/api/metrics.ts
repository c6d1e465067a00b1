// The metrics as JSON.

/** The answers about metrics, by the names of their routes. */
export interface MetricAnswers {
  readonly metrics: MetricList;
}

/** All metrics. */
export interface MetricList {
  readonly metrics: readonly Metric[];
}

/** One metric. */
export interface Metric {
  /** The name of the metric. */
  readonly name: string;
  /** The kind of the metric. */
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  /** What the metric counts or measures. */
  readonly help: string;
  /** The values. */
  readonly samples: readonly Sample[];
}

/** One value of a metric. */
export interface Sample {
  /** The name of the value: that of the metric, for a histogram with `_bucket`, `_sum` or `_count` behind it. */
  readonly name: string;
  /** The labels of the value. */
  readonly labels: Readonly<Record<string, string | number>>;
  /** The value; null when there is none yet, as for a quantile of nothing. */
  readonly value: number | null;
}
