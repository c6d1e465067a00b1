// One call of a function: the first messages of a mailbox are encoded into a request, and what the function answers is
// checked and applied.

import { describe, StatefunError } from "../errors.js";
import { decodeResponse } from "../wire/decode-response.js";
import { encodeRequest } from "../wire/encode-request.js";
import type { Clock } from "./clock.js";
import { type KnownFunction, registrationKeys } from "./function-table.js";
import type { GroupCommit, ReadAhead } from "./group-commit.js";
import type { Instance } from "./instance.js";
import type { EngineLimits } from "./limits.js";
import { type Counters, countDuration } from "./metrics.js";
import { apply, assertAllowed, readsOf, type TransactionParts } from "./transaction.js";

export interface InvokerParts extends TransactionParts {
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly limits: EngineLimits;
  readonly counters: Counters;
}

/** Takes the end of a call, and why it failed. */
export type CallEnded = (failure: StatefunError | undefined) => void;

type Response = ReturnType<typeof decodeResponse>;

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
    const { clock, functions } = this.#parts;
    const size = this.#batchSize(instance, known);
    instance.inFlight = size;
    const call: Call = { instance, known, size, statesSent: known.states.length, begun: performance.now(), ended };
    let answer: Promise<Uint8Array>;
    try {
      functions.registerDeclared(known);
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

  /** After a failure, a call carries one message alone. The failure of that call then shows which message fails. */
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
   * Carries an answer out. What that reads is read first: while the store can't be read or written the answer waits. When
   * the engine has ended meanwhile, the answer comes too late: the next start delivers the messages again.
   */
  #end(call: Call, bytes: Uint8Array | undefined, failure: StatefunError | undefined): void {
    const { commit, clock, limits } = this.#parts;
    if (commit.ended !== undefined) return;
    if (commit.trouble !== undefined) {
      commit.onDurable(() => this.#end(call, bytes, failure));
      return;
    }
    if (bytes === undefined) {
      this.#ended(call, failure);
      return;
    }
    let response: Response;
    try {
      response = decodeResponse(bytes);
    } catch (thrown) {
      this.#ended(call, asError(thrown));
      return;
    }
    let ahead: ReadAhead;
    try {
      ahead = commit.readAhead(this.#readsOf(call, response));
    } catch {
      // The store has logged the failed read.
      clock.after(limits.firstRetryMs, () => this.#end(call, bytes, failure));
      return;
    }
    commit.using(ahead, () => this.#carryOut(call, response));
  }

  #readsOf({ instance, known }: Call, response: Response): readonly string[] {
    return "missing" in response ? registrationKeys(known, response.missing) : readsOf(instance, response);
  }

  #carryOut(call: Call, response: Response): void {
    const parts = this.#parts;
    const { commit } = parts;
    const { instance, known, size, statesSent } = call;
    try {
      if ("missing" in response) {
        // A call for another address may have registered the states meanwhile.
        if (known.states.length === statesSent) parts.functions.register(known, response.missing);
      } else {
        assertAllowed(known, instance, response, parts);
        commit.transact(() => apply(known, instance, size, response, parts.clock.now(), parts), instance.address);
        parts.counters.messagesDelivered += size;
      }
    } catch (refused) {
      if (commit.ended === undefined) this.#ended(call, asError(refused));
      return;
    }
    instance.attempts = 0;
    this.#ended(call, undefined);
  }

  #ended({ instance, begun, ended }: Call, failure: StatefunError | undefined): void {
    const { counters } = this.#parts;
    const seconds = (performance.now() - begun) / 1000;
    counters.batches += 1;
    counters.batchSeconds += seconds;
    countDuration(counters.batchBuckets, seconds);
    instance.inFlight = 0;
    ended(failure);
  }
}

function asError(thrown: unknown): StatefunError {
  if (thrown instanceof StatefunError) return thrown;
  return new StatefunError("ENDPOINT_FAILED", describe(thrown), { cause: thrown });
}
