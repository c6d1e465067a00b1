// Stands between an engine and the functions of this process: counts the calls in flight, and lets others have a call first.

import type { LocalEndpoint } from "../engine/endpoint.js";
import type { Address } from "../model/address.js";
import type { BatchAnswer, BatchPart, InvocationBatch, PartTaker } from "../model/invocation.js";
import type { CallCounts } from "./call-counts.js";
import type { Work } from "./work.js";

type Answer = BatchAnswer | Promise<BatchAnswer>;

/**
 * Takes part in a call. It may run the call's batch or a part of it, at once or later, run other functions in their place, or
 * lose the answer. What it runs sees the engine through the call.
 */
export type Intercept = (call: WatchedCall, run: (batch: InvocationBatch) => Answer) => Answer;

/** What the calls of one life of an engine share. */
export interface CallWatch {
  readonly work: Work;
  readonly intercept: Intercept;
  readonly calls: CallCounts;
  /** Called when a handler sends a record, before the engine is asked whether the egress exists. */
  readonly onEgress: (egress: string) => void;
  /** Resolves when the life has begun; undefined from then on. Calls that begin before, wait. */
  opening: Promise<void> | undefined;
  /** The calls whose handlers wait for something. */
  readonly running: Set<WatchedCall>;
}

/** A call in flight, as its functions see the engine. When the engine gives the call up, the call counts no more. */
export class WatchedCall implements PartTaker {
  readonly batch: InvocationBatch;
  readonly #taker: PartTaker;
  readonly #onEgress: (egress: string) => void;
  #lost = false;

  /** `onOver` is called when the engine gives the call up. */
  constructor(batch: InvocationBatch, taker: PartTaker, { onEgress }: CallWatch, onOver: () => void) {
    this.batch = batch;
    this.#taker = taker;
    this.#onEgress = onEgress;
    taker.onGivenUp = () => {
      this.onGivenUp?.();
      onOver();
    };
  }

  get over(): boolean {
    return this.#lost || this.#taker.over;
  }

  /** What the functions do when the engine gives the call up. They may say so at any time. */
  onGivenUp: (() => void) | undefined;

  /** Ends the call because its engine has ended. */
  lose(): void {
    this.#lost = true;
    this.onGivenUp?.();
  }

  part(part: BatchPart): void {
    if (!this.over) this.#taker.part(part);
  }

  target(target: Address): void {
    this.#taker.target(target);
  }

  egress(namespace: string, name: string): void {
    this.#onEgress(`${namespace}/${name}`);
    this.#taker.egress(namespace, name);
  }

  token(sender: Address, token: string): void {
    this.#taker.token(sender, token);
  }
}

/** What an engine gets that has ended: its microtasks still run, but nothing may come of them. */
const never = new Promise<never>(() => {});

export class WatchedEndpoint implements LocalEndpoint {
  readonly #endpoint: LocalEndpoint;
  readonly #watch: CallWatch;

  constructor(endpoint: LocalEndpoint, watch: CallWatch) {
    this.#endpoint = endpoint;
    this.#watch = watch;
  }

  run(batch: InvocationBatch, taker: PartTaker): BatchAnswer | Promise<BatchAnswer> {
    const { intercept, running, work, calls } = this.#watch;
    if (work.ended) return never;
    calls.add(String(batch.target));
    let end = () => {};
    const call = new WatchedCall(batch, taker, this.#watch, () => end());
    const run = () => intercept(call, (part) => this.#endpoint.run(part, call));
    const answer = this.#watch.opening === undefined ? run() : this.#watch.opening.then(run);
    if (!(answer instanceof Promise)) return answer;
    const endRunning = work.running();
    running.add(call);
    end = () => {
      endRunning();
      running.delete(call);
    };
    return answer.finally(end);
  }

  close(): Promise<void> {
    return this.#endpoint.close();
  }
}
