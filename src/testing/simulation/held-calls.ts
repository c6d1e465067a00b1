// The calls of functions that a run holds until their turn comes. The run decides which handler runs next, and what becomes
// of its answer.

import type { LocalEndpoint } from "../../engine/endpoint.js";
import { isolated } from "../../engine/own-context.js";
import type { BatchAnswer, BatchPart, InvocationBatch, PartTaker, ValueSpec } from "../../model/invocation.js";
import type { HandlerEnd, HandlerRun } from "./handler-run.js";

/** What all calls of one life of an engine share. */
export interface CallParts {
  /** Runs the functions. */
  readonly run: LocalEndpoint["run"];
  /** Takes each call. */
  readonly hold: (call: HeldCall) => void;
  /** Called when a handler sends a record, before the engine is asked whether the egress exists. */
  readonly onEgress: (egress: string) => void;
}

const nothing: BatchPart = {
  consumed: 0,
  effects: { mutations: [], messages: [], delayed: [], egresses: [] },
  ends: [],
};

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A call that waits for its turn. */
export class HeldCall {
  readonly batch: InvocationBatch;
  readonly #taker: PartTaker;
  readonly #parts: CallParts;
  #resolve!: (answer: BatchAnswer) => void;
  #reject!: (error: Error) => void;
  /** Settles when the run has decided. */
  readonly answered = new Promise<BatchAnswer>((resolve, reject) => {
    this.#resolve = resolve;
    this.#reject = reject;
  });

  constructor(batch: InvocationBatch, taker: PartTaker, parts: CallParts) {
    this.batch = batch;
    this.#taker = taker;
    this.#parts = parts;
  }

  /** Whether the engine waits no more. */
  get over(): boolean {
    return this.#taker.over;
  }

  /**
   * Runs the handlers of the first messages, and tells nobody. Resolves to the specs of the states that the engine does not know
   * yet, when no handler could run for want of them, and to undefined when the handlers have not ended after so many milliseconds
   * of the machine's time.
   */
  async runWithin(patienceMs: number, size: number): Promise<HandlerRun | readonly ValueSpec[] | undefined> {
    let ran: HandlerRun | readonly ValueSpec[] | undefined;
    const ended = this.#run(size).then((end) => {
      ran = end;
    });
    const begun = performance.now();
    do {
      await Promise.race([ended, nextTurn()]);
    } while (ran === undefined && performance.now() - begun < patienceMs);
    return ran;
  }

  async #run(size: number): Promise<HandlerRun | readonly ValueSpec[]> {
    const batch = { ...this.batch, invocations: this.batch.invocations.slice(0, size) };
    const parts: BatchPart[] = [];
    const answer = await isolated(() => this.#parts.run(batch, this.#recording(parts)));
    if ("missing" in answer) return answer.missing;
    if (answer.part.consumed > 0) parts.push(answer.part);
    return { batch, end: { parts, stopped: answer.stopped } };
  }

  /** Answers with what the handlers did. */
  answer({ parts, stopped }: HandlerEnd): void {
    const last = stopped === undefined ? parts.at(-1) : undefined;
    for (const part of parts) if (part !== last) this.#taker.part(part);
    this.#resolve({ part: last ?? nothing, stopped });
  }

  /** Asks for states that the engine does not know yet. */
  ask(missing: readonly ValueSpec[]): void {
    this.#resolve({ missing });
  }

  /** Ends the call without the answer. */
  fail(error: Error): void {
    this.#reject(error);
  }

  /** Keeps the parts of the batch until it is known what becomes of the answer. */
  #recording(parts: BatchPart[]): PartTaker {
    const taker = this.#taker;
    const { onEgress } = this.#parts;
    return {
      part: (part) => parts.push(part),
      target: (target) => taker.target(target),
      egress(namespace, name) {
        onEgress(`${namespace}/${name}`);
        taker.egress(namespace, name);
      },
      token: (sender, token) => taker.token(sender, token),
      get over() {
        return taker.over;
      },
      get onGivenUp() {
        return taker.onGivenUp;
      },
      set onGivenUp(callback) {
        taker.onGivenUp = callback;
      },
    };
  }
}

/** The endpoint of one function in one life of an engine, whose calls are held. */
export class HoldingEndpoint implements LocalEndpoint {
  readonly #parts: CallParts;

  constructor(parts: CallParts) {
    this.#parts = parts;
  }

  run(batch: InvocationBatch, taker: PartTaker): Promise<BatchAnswer> {
    const call = new HeldCall(batch, taker, this.#parts);
    this.#parts.hold(call);
    return call.answered;
  }

  async close(): Promise<void> {}
}
