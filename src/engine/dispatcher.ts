// The loop. An address with messages waits in the lane of its endpoint until its turn comes. Then one call carries its first
// messages. An address has one call at a time. A call that failed is made again, after longer and longer waits.

import type { StatefunError } from "../errors.js";
import type { Clock } from "./clock.js";
import type { Endpoint } from "./endpoint.js";
import type { Failures } from "./failures.js";
import type { KnownFunction } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instance } from "./instance.js";
import type { Instances } from "./instances.js";
import type { Invoker } from "./invoker.js";
import { Lane } from "./lane.js";
import type { EngineLimits } from "./limits.js";
import { TurnBudget } from "./turn-budget.js";

interface DispatcherParts {
  readonly instances: Instances;
  readonly invoker: Invoker;
  readonly failures: Failures;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly limits: EngineLimits;
}

export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #lanes = new Map<Endpoint, Lane>();
  readonly #budget = new TurnBudget(() => this.pump());
  #inFlight = 0;
  #stopped = false;
  /** Called when the last call in flight has ended, after {@link stop}. */
  #onDrained: (() => void) | undefined;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** How many calls are in flight. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Puts an address that has messages into its lane, unless the address must wait. */
  ready(instance: Instance): void {
    const { mailbox, function: known } = instance;
    if (mailbox.length === 0 || known === undefined) return;
    if (instance.inFlight > 0 || instance.loading || !instance.callable) return;
    if (mailbox.loaded === 0) this.#load(instance);
    else {
      this.#lane(known).join(instance);
      this.pump();
    }
  }

  /** Begins as many calls as may begin in this turn of the event loop. */
  pump(): void {
    const budget = this.#budget;
    if (budget.spent) return;
    const { commit } = this.#parts;
    for (const [endpoint, lane] of this.#lanes) {
      while (!this.#stopped && !commit.saturated) {
        const instance = lane.next();
        if (instance === undefined) break;
        budget.spend();
        this.#call(lane, instance);
        budget.checkTime();
        if (!budget.spent) continue;
        // In the next turn the other lanes go first.
        this.#lanes.delete(endpoint);
        this.#lanes.set(endpoint, lane);
        return;
      }
    }
  }

  /** Begins no more calls; resolves when none is in flight. */
  stop(): Promise<void> {
    this.#stopped = true;
    return new Promise((resolve) => {
      if (this.#inFlight === 0) resolve();
      else this.#onDrained = resolve;
    });
  }

  #call(lane: Lane, instance: Instance): void {
    const known = instance.function as KnownFunction;
    // While the address waited in the lane, it may have been parked, or its messages dropped.
    if (instance.mailbox.loaded === 0 || !instance.callable) return;
    lane.began();
    this.#inFlight += 1;
    this.#parts.invoker.call(instance, known, (failure) => this.#ended(lane, instance, known, failure));
  }

  #ended(lane: Lane, instance: Instance, known: KnownFunction, failure: StatefunError | undefined): void {
    const { instances, failures } = this.#parts;
    this.#inFlight -= 1;
    lane.ended(failure?.code !== "ENDPOINT_UNREACHABLE");
    if (failure !== undefined) {
      const waitMs = failures.record(instance, known, failure, lane.down);
      if (waitMs > 0) this.#retryAfter(instance, waitMs);
    }
    instance.callEnded();
    this.ready(instance);
    instances.rest(instance);
    if (this.#onDrained !== undefined && this.#inFlight === 0) this.#onDrained();
    else this.pump();
  }

  #retryAfter(instance: Instance, waitMs: number): void {
    const timer = this.#parts.clock.after(waitMs, () => {
      instance.endRetryWait();
      this.ready(instance);
    });
    instance.awaitRetry(timer);
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
        // The store has logged the failed read.
        if (!this.#stopped) this.#parts.clock.after(this.#parts.limits.firstRetryMs, () => this.#load(instance));
      },
    );
  }
}
