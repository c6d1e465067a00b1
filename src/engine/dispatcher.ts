// The loop. An address with messages waits in the lane of its function until its turn comes. Then one call carries its first
// messages. An address has one call at a time. A call that failed is made again, after longer and longer waits.

import type { Store } from "../store/store.js";
import type { CallOutcome } from "./call-outcome.js";
import type { Clock } from "./clock.js";
import { pageBytes } from "./durable-queue.js";
import type { Endpoint } from "./endpoint.js";
import { EndpointRoom } from "./endpoint-room.js";
import type { Failures } from "./failures.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instance } from "./instance.js";
import type { Instances } from "./instances.js";
import type { Invoker } from "./invoker.js";
import { Lane } from "./lane.js";
import { type EngineLimits, storeRetryMs } from "./limits.js";
import { MailboxReader } from "./mailbox-reader.js";
import type { NextTurn } from "./next-turn.js";
import type { Order } from "./order.js";
import type { ParkedAddresses } from "./parked-addresses.js";
import { SleepingAddresses } from "./sleeping-addresses.js";
import { TurnBudget } from "./turn-budget.js";

// A test may fake the microtasks of its process, and the engine goes on all the same.
const { queueMicrotask } = globalThis;

interface DispatcherParts {
  readonly store: Store;
  readonly functions: FunctionTable;
  readonly parked: ParkedAddresses;
  readonly instances: Instances;
  readonly invoker: Invoker;
  readonly failures: Failures;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly limits: EngineLimits;
  /** Defaults to none: the messages of an address go in the order in which they came. */
  readonly order?: Order | undefined;
  /** Defaults to the turns of Node's event loop. */
  readonly nextTurn?: NextTurn;
}

export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #lanes = new WeakMap<KnownFunction, Lane>();
  readonly #rooms = new WeakMap<Endpoint, EndpointRoom>();
  /** The lanes in which a call may be able to begin. The first one goes first. */
  readonly #open = new Set<Lane>();
  readonly #budget: TurnBudget;
  /** The lane whose call was the last that a turn had room for. */
  #lastOfTurn: Lane | undefined;
  readonly #reader: MailboxReader;
  readonly #sleeping: SleepingAddresses;
  #inFlight = 0;
  /** How many addresses wait until what they did is on disk. */
  #settling = 0;
  /** How many calls have begun. */
  #begun = 0;
  #pumping = false;
  #pumpAwaited = false;
  #stopped = false;
  readonly #onIdle: (() => void)[] = [];
  /** Called when the last call in flight has ended, after {@link stop}. */
  #onDrained: (() => void) | undefined;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#budget = new TurnBudget(() => this.#beginTurn(), parts.nextTurn);
    const events = { ready: (instance: Instance) => this.ready(instance), roomFreed: () => this.#fill() };
    this.#reader = new MailboxReader({ ...parts, ...events, retryMs: storeRetryMs });
    this.#sleeping = new SleepingAddresses({ ...parts, ...events });
    parts.instances.onMissed = (known, key) => this.#sleeping.missed(known, key);
    parts.instances.onForgotten = (known, key) => this.#sleeping.forgotten(known, key);
  }

  /** Finds the functions that have messages from before the start. Nothing may be delivered before. */
  open(): Promise<void> {
    return this.#sleeping.open();
  }

  /** Lets the addresses have their turn that have messages from before the start. */
  start(): void {
    this.#sleeping.pump();
  }

  /** Says that an address has messages and fell asleep, because there was no room. It is woken when there is. */
  asleep(known: KnownFunction, key: string): void {
    this.#sleeping.missed(known, key);
  }

  /** How many calls are in flight. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Puts an address that has messages into its lane, unless the address must wait. */
  ready(instance: Instance): void {
    const { mailbox, function: known } = instance;
    if (mailbox.isEmpty || known === undefined) return;
    if (instance.call !== undefined || instance.loading || !instance.callable) return;
    if (mailbox.loaded === 0 || instance.parkingUnread) this.#reader.read(instance, known);
    else {
      const lane = this.#lane(known);
      lane.join(instance);
      this.#open.add(lane);
      this.#pumpLater();
    }
  }

  /**
   * Begins calls when what runs now has ended: it may be a transaction, and a function in this process may answer a call
   * before the call returns.
   */
  #pumpLater(): void {
    if (this.#pumping || this.#pumpAwaited || this.#budget.spent) return;
    this.#pumpAwaited = true;
    queueMicrotask(() => {
      this.#pumpAwaited = false;
      this.pump();
    });
  }

  /** Begins as many calls as may begin in this turn of the event loop. */
  pump(): void {
    // A call that ends at once may make addresses ready: the loop that has begun the call comes to them.
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      this.#pump();
    } finally {
      this.#pumping = false;
    }
  }

  #pump(): void {
    let debtEnds: number;
    do {
      debtEnds = Number.POSITIVE_INFINITY;
      for (const lane of this.#open) {
        while (this.#begun < debtEnds && this.#begun >= lane.owesUntil && this.#beginCall(lane));
        if (this.#begun < lane.owesUntil) debtEnds = Math.min(debtEnds, lane.owesUntil);
        if (this.#begun >= debtEnds) break;
      }
    } while (this.#begun >= debtEnds || this.#beginOneInDebt());
  }

  /** A lane in debt has its turn all the same when no other lane has a call to begin. */
  #beginOneInDebt(): boolean {
    for (const lane of this.#open) if (this.#beginCall(lane)) return true;
    return false;
  }

  /** Begins the next call of a lane. Returns false when none may begin. */
  #beginCall(lane: Lane): boolean {
    const budget = this.#budget;
    if (budget.spent || this.#stopped || this.#parts.commit.saturated) return false;
    const instance = lane.next();
    if (instance === undefined) {
      this.#open.delete(lane);
      return false;
    }
    budget.spend();
    this.#begun += 1;
    this.#call(lane, instance);
    budget.checkTime();
    if (budget.spent) this.#lastOfTurn = lane;
    return true;
  }

  /** Begins a turn. The lane that has used up the last turn comes after all other lanes. */
  #beginTurn(): void {
    const last = this.#lastOfTurn;
    this.#lastOfTurn = undefined;
    if (last !== undefined && this.#open.delete(last)) this.#open.add(last);
    this.pump();
  }

  /** Resolves when no call is in flight and none waits for its turn. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isIdle) resolve();
      else this.#onIdle.push(resolve);
    });
  }

  get #isIdle(): boolean {
    if (this.#inFlight > 0 || this.#settling > 0) return false;
    for (const lane of this.#open) if (lane.length > 0) return false;
    return true;
  }

  /** Begins no more calls; resolves when none is in flight. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#reader.stop();
    this.#sleeping.stop();
    return new Promise((resolve) => {
      if (this.#inFlight === 0) resolve();
      else this.#onDrained = resolve;
    });
  }

  #call(lane: Lane, instance: Instance): void {
    const known = instance.function as KnownFunction;
    // While the address waited in the lane, it may have been parked, or its messages dropped.
    if (instance.mailbox.loaded === 0 || !instance.callable) return;
    const { order } = this.#parts;
    // A message that has failed is the first one until it has ended.
    if (order !== undefined && instance.attempts === 0 && instance.suspects === 0) {
      instance.mailbox.bringForward(order.message(instance.mailbox));
    }
    lane.began();
    this.#inFlight += 1;
    this.#parts.invoker.call(instance, known, this.#ended);
  }

  readonly #ended = (outcome: CallOutcome, instance: Instance, known: KnownFunction): void => {
    const { instances, failures } = this.#parts;
    const lane = this.#lane(known);
    this.#inFlight -= 1;
    lane.ended(instance, outcome.kind);
    lane.charge(known.made, this.#begun);
    known.made = 0;
    this.#open.add(lane);
    if ("error" in outcome) {
      const waitMs = failures.record(instance, known, outcome, lane);
      if (waitMs > 0) this.#retryAfter(instance, waitMs);
    }
    // What waits for long gives its room to others.
    const waits =
      instance.parking !== undefined || (!instance.callable && !instance.mailbox.backlog.hasRoom(pageBytes));
    if (waits) instance.mailbox.unload();
    if (instance.settling) this.#settle(instance);
    instance.callEnded();
    this.ready(instance);
    instances.rest(instance);
    this.#fill();
    if (this.#onDrained !== undefined && this.#inFlight === 0) this.#onDrained();
    else this.pump();
    this.#tellIdle();
  };

  /** Reads what waits in the store, as far as there is room: first for the addresses that are awake. */
  #fill(): void {
    this.#reader.pump();
    this.#sleeping.pump();
  }

  /** Lets no call of the address begin until what its last call did is on disk. */
  #settle(instance: Instance): void {
    this.#settling += 1;
    this.#parts.commit.onDurable((error) => {
      this.#settling -= 1;
      instance.settling = false;
      // Nothing begins any more when the engine has ended.
      if (error === undefined) this.ready(instance);
      this.#parts.instances.rest(instance);
      this.#tellIdle();
    });
  }

  #tellIdle(): void {
    if (this.#onIdle.length > 0 && this.#isIdle) for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #retryAfter(instance: Instance, waitMs: number): void {
    const timer = this.#parts.clock.after(waitMs, () => {
      instance.endRetryWait();
      this.ready(instance);
    });
    instance.awaitRetry(timer, this.#parts.clock.now() + waitMs);
  }

  #lane(known: KnownFunction): Lane {
    let lane = this.#lanes.get(known);
    if (lane === undefined) {
      const { clock, limits } = this.#parts;
      const { endpoint, mostInFlight = limits.inFlight } = known.route;
      lane = new Lane(clock, Math.min(mostInFlight, limits.inFlight), this.#room(endpoint), (woken) => {
        this.#open.add(woken);
        this.pump();
      });
      this.#lanes.set(known, lane);
    }
    return lane;
  }

  #room(endpoint: Endpoint): EndpointRoom | undefined {
    if (endpoint.mostInFlight === undefined) return undefined;
    const room = this.#rooms.get(endpoint) ?? new EndpointRoom(endpoint.mostInFlight);
    this.#rooms.set(endpoint, room);
    return room;
  }
}
