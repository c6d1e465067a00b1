// One call of a function: the first messages of a mailbox are encoded into a request, and what the function answers is
// checked and applied.

import { describe, StatefunError } from "../errors.js";
import { decodeResponse } from "../wire/decode-response.js";
import { encodeRequest } from "../wire/encode-request.js";
import type { Clock } from "./clock.js";
import type { KnownFunction } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instance } from "./instance.js";
import type { EngineLimits } from "./limits.js";
import { type Counters, countDuration } from "./metrics.js";
import { apply, assertAllowed, type TransactionParts } from "./transaction.js";

export interface InvokerParts extends TransactionParts {
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly limits: EngineLimits;
  readonly counters: Counters;
}

/** Takes the end of a call, and why it failed. */
export type CallEnded = (failure: StatefunError | undefined) => void;

/** A call in flight. */
interface Call {
  readonly instance: Instance;
  readonly known: KnownFunction;
  /** How many messages it carries. */
  readonly size: number;
  /** How many states the function had registered when the call began. */
  readonly statesSent: number;
  readonly begun: number;
  readonly ended: CallEnded;
}

export class Invoker {
  readonly #parts: InvokerParts;

  constructor(parts: InvokerParts) {
    this.#parts = parts;
  }

  /** Calls the function with the first messages of the mailbox, of which one at least is loaded. */
  call(instance: Instance, known: KnownFunction, ended: CallEnded): void {
    const { clock } = this.#parts;
    const size = this.#batchSize(instance, known);
    instance.inFlight = size;
    const call: Call = { instance, known, size, statesSent: known.states.length, begun: performance.now(), ended };
    let answer: Promise<Uint8Array>;
    try {
      const { items, head } = instance.mailbox.view;
      const states = instance.states.forCall(known.states, clock.now());
      const request = encodeRequest(instance.address, states, items, head, head + size);
      answer = known.route.endpoint.call(request, instance.address);
    } catch (thrown) {
      answer = Promise.reject(thrown);
    }
    answer.then(
      (bytes) => this.#end(call, bytes, undefined),
      (thrown) => this.#end(call, undefined, asError(thrown)),
    );
  }

  /** After a failure one message goes alone, so that a message that always fails is told from those around it. */
  #batchSize({ mailbox, attempts }: Instance, { route }: KnownFunction): number {
    const most = attempts > 0 ? 1 : Math.min(route.maxBatch, mailbox.loaded);
    let bytes = 0;
    let size = 0;
    while (size < most) {
      bytes += mailbox.at(size).size;
      if (size > 0 && bytes > this.#parts.limits.batchBytes) break;
      size++;
    }
    return size;
  }

  /**
   * Applying an answer reads the store, which may fail for as long as the store can't be written. When the engine has ended
   * meanwhile, the answer comes too late: the next start delivers the messages again.
   */
  #end(call: Call, bytes: Uint8Array | undefined, failure: StatefunError | undefined): void {
    const { commit } = this.#parts;
    if (commit.ended !== undefined) return;
    if (commit.trouble === undefined) this.#apply(call, bytes, failure);
    else commit.onDurable((ended) => ended === undefined && this.#apply(call, bytes, failure));
  }

  #apply(call: Call, bytes: Uint8Array | undefined, thrown: StatefunError | undefined): void {
    const { counters } = this.#parts;
    const seconds = (performance.now() - call.begun) / 1000;
    counters.batches += 1;
    counters.batchSeconds += seconds;
    countDuration(counters.batchBuckets, seconds);
    const { instance } = call;
    instance.inFlight = 0;
    let failure = thrown;
    if (bytes !== undefined) {
      try {
        this.#applyAnswer(call, bytes);
        instance.attempts = 0;
      } catch (refused) {
        failure = asError(refused);
      }
    }
    call.ended(failure);
  }

  #applyAnswer({ instance, known, size, statesSent }: Call, bytes: Uint8Array): void {
    const parts = this.#parts;
    const response = decodeResponse(bytes);
    if ("missing" in response) {
      // A call for another address may have registered the states meanwhile.
      if (known.states.length === statesSent) parts.functions.register(known, response.missing);
      return;
    }
    assertAllowed(known, instance, response, parts);
    try {
      apply(known, instance, size, response, parts.clock.now(), parts);
    } catch (thrown) {
      // The answer was checked, so this is a bug, or a store that failed between two reads. Half an answer must not stay.
      parts.commit.abandon(asError(thrown));
    }
    parts.counters.messagesDelivered += size;
  }
}

function asError(thrown: unknown): StatefunError {
  if (thrown instanceof StatefunError) return thrown;
  return new StatefunError("ENDPOINT_FAILED", describe(thrown), { cause: thrown });
}
