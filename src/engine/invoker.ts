// One call of a function: the first messages of a mailbox go to the function, and what the function answers is checked and
// applied, part by part.

import { StatefunError } from "../errors.js";
import { append, none } from "../model/append.js";
import { runtimeChannel } from "../model/diagnostics.js";
import { LastingFailure } from "../model/failure.js";
import type { BatchAnswer, Invocation, ValueSpec } from "../model/invocation.js";
import { type BatchEnd, stoppedBy } from "../wire/batch-end.js";
import { decodeResponse } from "../wire/decode-response.js";
import { encodeRequest } from "../wire/encode-request.js";
import type { AnsweredPart } from "./answered-part.js";
import type { BatchRecorder } from "./batch-recorder.js";
import { answered, type CallOutcome, type FailedCall, refusedCall, rejectedCall, stoppedCall } from "./call-outcome.js";
import type { Clock } from "./clock.js";
import type { LocalEndpoint, RemoteEndpoint } from "./endpoint.js";
import { type CallEnded, FunctionCall } from "./function-call.js";
import { type KnownFunction, registrationKeys } from "./function-table.js";
import type { GroupCommit, ReadAhead } from "./group-commit.js";
import type { Instance } from "./instance.js";
import { type EngineLimits, storeRetryMs } from "./limits.js";
import { type Counters, countDuration } from "./metrics.js";
import type { OwnContext } from "./own-context.js";
import { apply, assertAllowed, readsOf, type TransactionParts } from "./transaction.js";

/** Each call of a function, when it has ended. */
const batches = runtimeChannel("statefun:batch");

export interface InvokerParts extends TransactionParts {
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly limits: EngineLimits;
  readonly counters: Counters;
  readonly context: OwnContext;
  /** Records what batches do. Undefined when nobody wants to know. */
  readonly recorder?: BatchRecorder | undefined;
}

export class Invoker {
  readonly #parts: InvokerParts;
  /** A handler's end calls this in the handler's own asynchronous context. */
  readonly #onPart = (call: FunctionCall) => this.#parts.context.run(() => this.#applyParts(call));
  readonly #onEnd = (outcome: CallOutcome, call: FunctionCall) => {
    const { instance, known, ended } = call;
    if (call.recording !== undefined) this.#parts.recorder?.gaveUp(call);
    instance.call = undefined;
    known.counters.inFlight -= 1;
    ended(outcome, instance, known);
  };
  /** Ends a call whose messages have ended, up to the one that has stopped the batch. */
  readonly #end = (call: FunctionCall) => {
    const { stopped } = call;
    if (stopped !== undefined) this.#tell(call, stopped);
    this.#ended(call, stopped === undefined ? answered : stoppedCall(stopped));
  };

  constructor(parts: InvokerParts) {
    this.#parts = parts;
  }

  /**
   * Calls the function with the first messages of the mailbox, of which one at least is loaded. `ended` is called once, perhaps
   * before this method returns, and also when somebody gives the call up; see {@link Instance.call}.
   */
  call(instance: Instance, known: KnownFunction, ended: CallEnded): void {
    const size = this.#batchSize(instance, known);
    const call = new FunctionCall({ instance, known, size, ended }, this.#parts, this.#onPart, this.#onEnd);
    instance.call = call;
    known.counters.inFlight += 1;
    const { endpoint } = known.route;
    if ("run" in endpoint) this.#callLocal(call, endpoint);
    else this.#callRemote(call, endpoint);
  }

  /** A batch that a function handles at once has ended when this method returns. */
  #callLocal(call: FunctionCall, endpoint: LocalEndpoint): void {
    const { instance, known, size } = call;
    let answer: BatchAnswer | Promise<BatchAnswer>;
    try {
      const { mailbox } = instance;
      let invocations: readonly Invocation[] = none;
      for (let index = 0; index < size; index++) {
        const { caller, value } = mailbox.at(index);
        invocations = append(invocations, { caller, argument: value.unpack() });
      }
      const state = instance.states.forLocalCall(known.states, this.#parts.clock.now());
      const { generation } = known.route;
      answer = endpoint.run({ generation, target: instance.address, state, invocations, partsOffered: true }, call);
    } catch (thrown) {
      this.#take(call, undefined, () => this.#fail(call, refusedCall(thrown)));
      return;
    }
    if (!(answer instanceof Promise)) {
      this.#takeLocal(call, answer);
      return;
    }
    answer.then(
      (late) => this.#takeLocal(call, late),
      (thrown) => this.#take(call, undefined, () => this.#fail(call, rejectedCall(thrown))),
    );
  }

  #takeLocal(call: FunctionCall, answer: BatchAnswer): void {
    if ("missing" in answer) {
      this.#register(call, answer.missing);
      return;
    }
    call.stopped = answer.stopped;
    this.#take(call, answer.part, this.#end);
  }

  #callRemote(call: FunctionCall, endpoint: RemoteEndpoint): void {
    const { clock, functions } = this.#parts;
    const { instance, known, size } = call;
    let request: Uint8Array;
    try {
      functions.registerDeclared(known);
      const { items, head } = instance.mailbox.view;
      const states = instance.states.forCall(known.states, clock.now());
      request = encodeRequest(instance.address, states, items, head, head + size);
    } catch (thrown) {
      this.#take(call, undefined, () => this.#fail(call, refusedCall(thrown)));
      return;
    }
    let answer: Promise<Uint8Array>;
    try {
      answer = endpoint.call(request, instance.address, call);
    } catch (thrown) {
      answer = Promise.reject(thrown);
    }
    answer.then(
      (bytes) => this.#takeRemote(call, bytes),
      (thrown) => this.#take(call, undefined, () => this.#fail(call, rejectedCall(thrown))),
    );
  }

  #takeRemote(call: FunctionCall, bytes: Uint8Array): void {
    const { size } = call;
    let response: ReturnType<typeof decodeResponse>;
    try {
      response = decodeResponse(bytes);
      if ("end" in response) assertEnd(response.end, size);
    } catch (thrown) {
      this.#take(call, undefined, () => this.#fail(call, refusedCall(thrown)));
      return;
    }
    if ("missing" in response) {
      this.#register(call, response.missing);
      return;
    }
    const { effects, end } = response;
    // A function of another SDK answers its batch as a whole.
    const part: AnsweredPart = { consumed: end?.consumed ?? size, effects, ends: end?.ends };
    call.stopped = end?.stopped && stoppedBy(end.stopped);
    this.#take(call, part, this.#end);
  }

  /**
   * After a failure, calls carry one message alone: the next failure then shows which message fails. When a whole batch has
   * failed, that goes on until each of its messages has ended.
   */
  #batchSize({ mailbox, attempts, suspects }: Instance, { batchSize }: KnownFunction): number {
    const most = attempts > 0 || suspects > 0 ? 1 : Math.min(batchSize.most, mailbox.loaded);
    let bytes = 0;
    let size = 0;
    while (size < most) {
      bytes += mailbox.at(size).size;
      if (size > 0 && bytes > this.#parts.limits.batchBytes) break;
      size++;
    }
    return size;
  }

  /** Takes the end of an answer: its last part, and what follows that part. */
  #take(call: FunctionCall, part: AnsweredPart | undefined, last: (call: FunctionCall) => void): void {
    if (part !== undefined && part.consumed > 0) call.parts = append(call.parts, part);
    call.last = last;
    this.#applyParts(call);
  }

  /**
   * Carries out what was answered. The entries that this needs are read first, and parts wait while the store can't be read
   * or written. When the engine has ended meanwhile, a part comes too late, and the next start delivers its messages again.
   */
  #applyParts(call: FunctionCall): void {
    const { commit, clock } = this.#parts;
    if (call.waits) return;
    // The messages of a call that was given up are still in the mailbox, and come again.
    while (commit.ended === undefined && !call.over) {
      if (commit.trouble !== undefined) {
        commit.onDurable(() => this.#goOn(call));
        call.waits = true;
        return;
      }
      const [part] = call.parts;
      if (part === undefined) {
        call.last?.(call);
        return;
      }
      let ahead: ReadAhead;
      try {
        ahead = commit.readAhead(readsOf(call.instance, part));
      } catch {
        // The store has logged the failed read.
        clock.after(storeRetryMs, () => this.#goOn(call));
        call.waits = true;
        return;
      }
      call.parts = call.parts.length === 1 ? none : call.parts.slice(1);
      commit.using(ahead, this.#applyPart, call, part);
    }
  }

  #goOn(call: FunctionCall): void {
    call.waits = false;
    this.#applyParts(call);
  }

  readonly #applyPart = (call: FunctionCall, part: AnsweredPart): void => {
    const { commit, clock, counters, recorder } = this.#parts;
    const { instance, known } = call;
    const { consumed } = part;
    const notes = recorder?.begin(call, part);
    try {
      assertAllowed(known, instance, part.effects, this.#parts);
      commit.transact(() => apply(known, instance, part, clock.now(), this.#parts, notes), instance.address);
    } catch (refused) {
      if (commit.ended === undefined) this.#fail(call, refusedCall(refused));
      return;
    }
    if (notes !== undefined) recorder?.applied(call, part, notes);
    call.consumed += consumed;
    counters.messagesDelivered += consumed;
    instance.forgetFailures();
    known.counters.messages += consumed;
    known.made += part.effects.messages.length - consumed;
    instance.suspects = Math.max(0, instance.suspects - consumed);
    if (part.ends?.some(({ settles }) => settles)) instance.settling = true;
  };

  /** Registers the states that a function asks for. Its messages come again. */
  #register(call: FunctionCall, missing: readonly ValueSpec[]): void {
    const { commit, functions } = this.#parts;
    const { known, statesSent } = call;
    this.#take(call, undefined, () => {
      let ahead: ReadAhead;
      try {
        ahead = commit.readAhead(registrationKeys(known, missing));
      } catch {
        call.waits = true;
        this.#parts.clock.after(storeRetryMs, () => this.#goOn(call));
        return;
      }
      try {
        // A call for another address may have registered the states meanwhile.
        if (known.states.length === statesSent) commit.using(ahead, () => functions.register(known, missing));
      } catch (refused) {
        this.#fail(call, refusedCall(refused));
        return;
      }
      call.instance.forgetFailures();
      this.#ended(call, answered);
    });
  }

  /** Ends a call that has failed as a whole: each of its messages may be the one to blame. */
  #fail(call: FunctionCall, outcome: FailedCall): void {
    const { instance, size, consumed } = call;
    const left = size - consumed;
    const isNoFault = outcome.kind === "unreachable" || outcome.kind === "storeFailed";
    if (left > 1 && !isNoFault) instance.suspects = Math.max(instance.suspects, left);
    if (left === 1) this.#tell(call, outcome.error);
    this.#ended(call, { ...outcome, messages: left });
  }

  /** Tells who waits for the first message of the mailbox that its failure would come again at every try. */
  #tell({ instance: { mailbox, address } }: FunctionCall, error: StatefunError): void {
    const caller = error instanceof LastingFailure && mailbox.loaded > 0 ? mailbox.at(0).caller : undefined;
    if (caller !== undefined) this.#parts.delivery.refuse(caller, address, error.code);
  }

  #ended(call: FunctionCall, outcome: CallOutcome): void {
    const { counters, recorder } = this.#parts;
    const { batchSize } = call.known;
    if (outcome.kind === "answered") batchSize.answered(call.size);
    else if (outcome.kind === "unanswered") batchSize.unanswered(call.size);
    const endedAt = performance.now();
    const seconds = (endedAt - call.begun) / 1000;
    counters.batches += 1;
    counters.batchSeconds += seconds;
    countDuration(counters.batchBuckets, seconds);
    const own = call.known.counters;
    own.batchSeconds += seconds;
    countDuration(own.batchBuckets, seconds);
    if (batches.hasSubscribers) {
      const { instance, size, consumed } = call;
      const error = "error" in outcome ? outcome.error : undefined;
      const { address } = instance;
      batches.publish({ address, messages: size, ended: consumed, duration: seconds * 1000, error });
    }
    recorder?.ended(call, outcome, endedAt);
    call.end(outcome);
  }
}

/**
 * Throws RESPONSE_MALFORMED for an answer that ends more messages than its call carried, or none without a reason, and for one
 * that says why a message failed which the call did not carry.
 */
function assertEnd(end: BatchEnd | undefined, size: number): void {
  if (end === undefined) return;
  const { consumed, stopped } = end;
  if (stopped === undefined ? consumed > 0 && consumed <= size : consumed < size) return;
  throw new StatefunError("RESPONSE_MALFORMED", `The answer ends ${consumed} messages of a call that carried ${size}.`);
}
