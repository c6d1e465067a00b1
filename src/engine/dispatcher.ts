// The loop: an address with messages joins its endpoint's line, its turn comes, one call carries the first of them, and
// what the function did is applied. One call at a time per address; a failed one is tried again, later and later.

import { describe, oneLine, StatefunError } from "../errors.js";
import { backoffMs } from "../model/backoff.js";
import { isClient } from "../model/client-address.js";
import type { Logger } from "../model/logger.js";
import { decodeResponse } from "../wire/decode-response.js";
import { encodeRequest } from "../wire/encode-request.js";
import type { Clock } from "./clock.js";
import type { Endpoint } from "./endpoint.js";
import type { EngineMetrics } from "./engine-api.js";
import type { KnownFunction } from "./function-table.js";
import { count, type GroupCommit } from "./group-commit.js";
import type { Instance, Parking } from "./instance.js";
import type { Instances } from "./instances.js";
import { kinds } from "./keys.js";
import { Lane } from "./lane.js";
import type { EngineLimits } from "./limits.js";
import { apply, assertAllowed, type Parts } from "./transaction.js";

/** Calls that begin before sockets and timers have their turn. */
const callsPerTurn = 128;
/** Milliseconds after which no further call begins in a turn: a function of this process may take its time. */
const turnMs = 5;

export interface DispatcherParts extends Parts {
  readonly instances: Instances;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly limits: EngineLimits;
  readonly metrics: EngineMetrics;
  readonly logger: Logger;
}

/** A call in flight. */
interface Call {
  readonly lane: Lane;
  readonly instance: Instance;
  readonly known: KnownFunction;
  /** How many messages it carries. */
  readonly size: number;
  /** How many states the function had registered when it began. */
  readonly statesSent: number;
  readonly begun: number;
}

export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #lanes = new Map<Endpoint, Lane>();
  #left = callsPerTurn;
  #turnEnds = Number.POSITIVE_INFINITY;
  #turnAwaited = false;
  #stopped = false;
  /** Called when the last call in flight has ended, after {@link stop}. */
  #drained: (() => void) | undefined;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Lets an address that has messages have its turn, unless it has to wait. */
  ready(instance: Instance): void {
    const { mailbox, function: known } = instance;
    if (mailbox.length === 0 || known === undefined) return;
    if (instance.inFlight > 0 || instance.loading || !mayBegin(instance)) return;
    if (mailbox.loaded === 0) this.#load(instance);
    else {
      this.#lane(known).join(instance);
      this.pump();
    }
  }

  /** Begins calls, as many as may begin in this turn. */
  pump(): void {
    if (this.#left === 0) return;
    const { commit } = this.#parts;
    for (const [endpoint, lane] of this.#lanes) {
      while (!this.#stopped && !commit.saturated) {
        const instance = lane.next();
        if (instance === undefined) break;
        this.#left -= 1;
        if (this.#left === callsPerTurn - 1) this.#awaitTurn();
        this.#call(lane, instance);
        if (performance.now() >= this.#turnEnds) this.#left = 0;
        if (this.#left === 0) {
          // The others go first in the next turn.
          this.#lanes.delete(endpoint);
          this.#lanes.set(endpoint, lane);
          return;
        }
      }
    }
  }

  /** Begins no more calls; resolves when none is in flight. */
  stop(): Promise<void> {
    this.#stopped = true;
    return new Promise((resolve) => {
      if (this.#parts.metrics.inFlight === 0) resolve();
      else this.#drained = resolve;
    });
  }

  /** Delivers nothing to an address until it is unparked, and says so to the clients that wait for it. */
  park(instance: Instance, parking: Parking): void {
    const { commit, metrics, requests } = this.#parts;
    if (instance.parking === undefined) metrics.parked += 1;
    instance.parking = parking;
    instance.retry?.cancel();
    instance.retry = undefined;
    commit.put(kinds.parked + instance.key, Buffer.from(JSON.stringify(parking)));
    const { address, mailbox } = instance;
    const error = parkedError(address, parking);
    const { items, head } = mailbox.view;
    for (let index = head; index < items.length; index++) {
      const { caller } = items[index] as (typeof items)[number];
      if (caller !== undefined && isClient(caller)) requests.reject(caller, error);
    }
    // The rest is only in the store, and too much to be read for this: who waits knows for whom.
    const { firstKey } = mailbox;
    if (firstKey !== undefined && mailbox.length > mailbox.loaded) requests.rejectFrom(firstKey, address, error);
  }

  /** Lets an address go on at once. */
  unpark(instance: Instance): void {
    const { commit, metrics } = this.#parts;
    if (instance.parking !== undefined) {
      metrics.parked -= 1;
      instance.parking = undefined;
      commit.delete(kinds.parked + instance.key);
    }
    instance.retry?.cancel();
    instance.retry = undefined;
    instance.attempts = 0;
    this.ready(instance);
  }

  /** A new turn of the loop lets more calls begin, after sockets and timers had theirs. */
  #awaitTurn(): void {
    if (this.#turnAwaited) return;
    this.#turnAwaited = true;
    setImmediate(() => {
      this.#turnAwaited = false;
      this.#left = callsPerTurn;
      this.#turnEnds = performance.now() + turnMs;
      this.pump();
    });
  }

  #lane({ route }: KnownFunction): Lane {
    let lane = this.#lanes.get(route.endpoint);
    if (lane === undefined) {
      lane = new Lane(this.#parts.clock, this.#parts.limits.inFlight, () => this.pump());
      this.#lanes.set(route.endpoint, lane);
    }
    return lane;
  }

  #load(instance: Instance): void {
    instance.loading = true;
    instance.mailbox.load().then(
      () => {
        instance.loading = false;
        this.ready(instance);
      },
      () => {
        // The store has told why.
        this.#parts.clock.after(this.#parts.limits.firstRetryMs, () => this.#load(instance));
      },
    );
  }

  #call(lane: Lane, instance: Instance): void {
    const parts = this.#parts;
    const known = instance.function as KnownFunction;
    if (instance.mailbox.loaded === 0 || !mayBegin(instance)) return;
    const size = this.#batchSize(instance, known);
    instance.inFlight = size;
    lane.began();
    parts.metrics.inFlight += 1;
    const call: Call = { lane, instance, known, size, statesSent: known.states.length, begun: performance.now() };
    let answer: Promise<Uint8Array>;
    try {
      const { items, head } = instance.mailbox.view;
      const states = instance.states.forCall(known.states, parts.clock.now());
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

  /** Applying reads the store, which may not be able to, for as long as it can't be written. */
  #end(call: Call, bytes: Uint8Array | undefined, failure: StatefunError | undefined): void {
    const { commit } = this.#parts;
    if (commit.trouble === undefined) this.#ended(call, bytes, failure);
    else commit.afterDurable(() => this.#ended(call, bytes, failure));
  }

  /** After a failure one message goes alone: so one that always fails is told from those around it. */
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

  #ended(call: Call, bytes: Uint8Array | undefined, thrown: StatefunError | undefined): void {
    const { metrics, instances } = this.#parts;
    const { lane, instance, known } = call;
    const seconds = (performance.now() - call.begun) / 1000;
    metrics.inFlight -= 1;
    metrics.batches += 1;
    metrics.batchSeconds += seconds;
    count(metrics.batchBuckets, seconds);
    instance.inFlight = 0;
    let failure = thrown;
    if (bytes !== undefined) {
      try {
        this.#answered(call, bytes);
        instance.attempts = 0;
      } catch (refused) {
        failure = asError(refused);
      }
    }
    const reached = failure?.code !== "ENDPOINT_UNREACHABLE";
    lane.ended(reached);
    if (failure !== undefined) this.#failed(lane, instance, known, failure);
    if (instance.afterCall.length > 0) for (const run of instance.afterCall.splice(0)) run();
    this.ready(instance);
    instances.rest(instance);
    if (this.#drained !== undefined && metrics.inFlight === 0) this.#drained();
    else this.pump();
  }

  #answered({ instance, known, size, statesSent }: Call, bytes: Uint8Array): void {
    const parts = this.#parts;
    const response = decodeResponse(bytes);
    if ("missing" in response) {
      // Another address's call may have registered them meanwhile.
      if (known.states.length === statesSent) parts.functions.register(known, response.missing);
      return;
    }
    assertAllowed(known, instance, response, parts);
    try {
      apply(known, instance, size, response, parts.clock.now(), parts);
    } catch (thrown) {
      // It was checked before, so it is a bug or a store that fails between two reads; half of it must not stay.
      parts.commit.abandon(asError(thrown));
    }
    parts.metrics.mailboxMessages -= size;
    parts.metrics.messagesDelivered += size;
  }

  #failed(lane: Lane, instance: Instance, known: KnownFunction, error: StatefunError): void {
    const { limits, clock, logger, metrics } = this.#parts;
    metrics.batchFailures += 1;
    if (error.code === "STORE_FULL" || error.code === "STORE_FAILED") {
      this.#retryAfter(instance, limits.firstRetryMs);
      return;
    }
    // While the endpoint is down for all, no address is to blame.
    if (lane.down) {
      logger.warn(oneLine(`${known.route.label} can't be reached; it is tried again: ${error.message}`), error);
      return;
    }
    instance.attempts += 1;
    const { attempts, address } = instance;
    const what = oneLine(`${address}: ${error.code}: ${error.message}`);
    if (attempts >= limits.attempts) {
      logger.error(
        `${what} — parked after ${attempts} tries; correct the function, then retry it or drop the message.`,
        error,
      );
      this.park(instance, { since: clock.now(), code: error.code, reason: error.message, attempts });
      return;
    }
    const waitMs = backoffMs({ firstMs: limits.firstRetryMs, longestMs: limits.lastRetryMs }, attempts);
    logger.warn(`${what} — try ${attempts} of ${limits.attempts}; the next one in ${waitMs} ms.`, error);
    this.#retryAfter(instance, waitMs);
  }

  #retryAfter(instance: Instance, ms: number): void {
    instance.retry = this.#parts.clock.after(ms, () => {
      instance.retry = undefined;
      this.ready(instance);
    });
  }
}

/** Whether nothing but a call in flight can stand against another one. */
function mayBegin({ parking, retry, held }: Instance): boolean {
  return parking === undefined && retry === undefined && held === 0;
}

/** What a call to a parked address ends with. Why it is parked is for those who look after it, and may hold secrets. */
export function parkedError(address: Instance["address"], { code }: Parking): StatefunError {
  return new StatefunError(
    "ADDRESS_PARKED",
    `${address} is parked (${code}) until it is retried or its message dropped.`,
  );
}

function asError(thrown: unknown): StatefunError {
  if (thrown instanceof StatefunError) return thrown;
  return new StatefunError("ENDPOINT_FAILED", describe(thrown), { cause: thrown });
}
