// One call of a function: the first messages of a mailbox are encoded into a request, and what the function answers is
// checked and applied.

import { decodeResponse } from "../wire/decode-response.js";
import { encodeRequest } from "../wire/encode-request.js";
import { Call } from "./call.js";
import { answered, type CallOutcome, type FailedCall, refusedCall, rejectedCall } from "./call-outcome.js";
import type { Clock } from "./clock.js";
import { type KnownFunction, registrationKeys } from "./function-table.js";
import type { GroupCommit, ReadAhead } from "./group-commit.js";
import type { Instance } from "./instance.js";
import { type EngineLimits, storeRetryMs } from "./limits.js";
import { type Counters, countDuration } from "./metrics.js";
import { apply, assertAllowed, readsOf, type TransactionParts } from "./transaction.js";

export interface InvokerParts extends TransactionParts {
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly limits: EngineLimits;
  readonly counters: Counters;
}

type Response = ReturnType<typeof decodeResponse>;

/** A call, with its function and the address that is called. */
class FunctionCall extends Call {
  readonly instance: Instance;
  readonly known: KnownFunction;
  /** How many states the function had registered when the call began. */
  readonly statesSent: number;

  constructor(instance: Instance, known: KnownFunction, size: number, onEnd: (outcome: CallOutcome) => void) {
    super(size, onEnd);
    this.instance = instance;
    this.known = known;
    this.statesSent = known.states.length;
  }
}

export class Invoker {
  readonly #parts: InvokerParts;

  constructor(parts: InvokerParts) {
    this.#parts = parts;
  }

  /**
   * Calls the function with the first messages of the mailbox, of which one at least is loaded. `ended` is called once, also
   * when somebody gives the call up; see {@link Instance.call}.
   */
  call(instance: Instance, known: KnownFunction, ended: (outcome: CallOutcome) => void): void {
    const { clock, functions } = this.#parts;
    const size = this.#batchSize(instance, known);
    const call = new FunctionCall(instance, known, size, (outcome) => {
      instance.call = undefined;
      ended(outcome);
    });
    instance.call = call;
    let request: Uint8Array;
    try {
      functions.registerDeclared(known);
      const { items, head } = instance.mailbox.view;
      const states = instance.states.forCall(known.states, clock.now());
      request = encodeRequest(instance.address, states, items, head, head + size);
    } catch (thrown) {
      // The end comes a microtask later, because the caller of this method does not expect it before the method returns.
      queueMicrotask(() => this.#end(call, refusedCall(thrown)));
      return;
    }
    let answer: Promise<Uint8Array>;
    try {
      answer = known.route.endpoint.call(request, instance.address);
    } catch (thrown) {
      answer = Promise.reject(thrown);
    }
    answer.then(
      (bytes) => this.#end(call, bytes),
      (thrown) => this.#end(call, rejectedCall(thrown)),
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
   * Carries an answer out. The entries that this needs are read first, and the answer waits while the store can't be read or
   * written. When the engine has ended meanwhile, the answer comes too late, and the next start delivers the messages again.
   */
  #end(call: FunctionCall, end: Uint8Array | FailedCall): void {
    const { commit, clock } = this.#parts;
    // The messages of a call that was given up are still in the mailbox, and come again.
    if (commit.ended !== undefined || call.over) return;
    if (commit.trouble !== undefined) {
      commit.onDurable(() => this.#end(call, end));
      return;
    }
    if (!(end instanceof Uint8Array)) {
      this.#ended(call, end);
      return;
    }
    let response: Response;
    try {
      response = decodeResponse(end);
    } catch (thrown) {
      this.#ended(call, refusedCall(thrown));
      return;
    }
    let ahead: ReadAhead;
    try {
      ahead = commit.readAhead(this.#readsOf(call, response));
    } catch {
      // The store has logged the failed read.
      clock.after(storeRetryMs, () => this.#end(call, end));
      return;
    }
    commit.using(ahead, () => this.#carryOut(call, response));
  }

  #readsOf({ instance, known }: FunctionCall, response: Response): readonly string[] {
    return "missing" in response ? registrationKeys(known, response.missing) : readsOf(instance, response);
  }

  #carryOut(call: FunctionCall, response: Response): void {
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
      if (commit.ended === undefined) this.#ended(call, refusedCall(refused));
      return;
    }
    instance.attempts = 0;
    this.#ended(call, answered);
  }

  #ended(call: Call, outcome: CallOutcome): void {
    const { counters } = this.#parts;
    const seconds = (performance.now() - call.begun) / 1000;
    counters.batches += 1;
    counters.batchSeconds += seconds;
    countDuration(counters.batchBuckets, seconds);
    call.end(outcome);
  }
}
