// The numbers of the ingresses: how many requests each one has answered, by the code of the answer, and how long that took.

import { Labelled } from "../../engine/labelled.js";
import { countDuration, mostCodes, newBuckets } from "../../engine/metrics.js";
import { runtimeChannel } from "../../model/diagnostics.js";
import type { ObserveAnswer } from "../http/answering.js";

/** Each request to an ingress, when it was answered. */
const requests = runtimeChannel("statefun:ingress");

/** Numbers of one ingress. */
export interface IngressNumbers {
  /** Requests that were answered, by the code of the answer. */
  readonly requests: Iterable<readonly [code: string, numbers: { readonly count: number }]>;
  /** Seconds that all requests took together. */
  readonly seconds: number;
  /** How many requests fell into each bucket. */
  readonly buckets: readonly number[];
}

/** The ingresses that have numbers: the HTTP ingress, and the playground ingress of a module file. */
export type IngressLabel = "http" | "playground";

/** The numbers of all ingresses of a runtime. */
export class IngressMetrics implements Iterable<readonly [label: IngressLabel, numbers: IngressNumbers]> {
  readonly #byLabel = new Map<IngressLabel, IngressCounters>();

  /** The function that counts the answers of an ingress. */
  observerOf(label: IngressLabel): ObserveAnswer {
    const counters = this.#byLabel.get(label) ?? new IngressCounters();
    this.#byLabel.set(label, counters);
    return (code, seconds) => {
      counters.count(code, seconds);
      if (requests.hasSubscribers) requests.publish({ ingress: label, code, duration: seconds * 1000 });
    };
  }

  [Symbol.iterator](): Iterator<readonly [IngressLabel, IngressNumbers]> {
    return this.#byLabel.entries();
  }
}

class IngressCounters implements IngressNumbers {
  // A function may refuse a call with a code of its own, so the codes need a bound.
  readonly requests = new Labelled(() => ({ count: 0 }), mostCodes);
  readonly buckets = newBuckets();
  seconds = 0;

  count(code: string, seconds: number): void {
    this.requests.of(code).count += 1;
    this.seconds += seconds;
    countDuration(this.buckets, seconds);
  }
}
