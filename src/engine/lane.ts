// The lane of one function: the addresses that wait for their turn to be called, and how many calls are in flight. A
// function that can't be reached, or whose calls never end, holds up its own lane and no other.

import { type Backoff, backoffMs } from "../model/backoff.js";
import type { CallOutcome } from "./call-outcome.js";
import type { Clock, Timer } from "./clock.js";
import type { EndpointRoom } from "./endpoint-room.js";
import { Fifo } from "./fifo.js";
import type { Instance } from "./instance.js";

/** The endpoint counts as down after this many calls in a row, of any address, for which there was no connection. */
const failuresUntilDown = 3;
/** After calls of this many addresses in a row without an answer, the endpoint is to blame and not the addresses. */
const addressesUntilBlamed = 10;
/** A lane lets at most so many calls of others begin first. */
const mostCharged = 2_000;
const backoff: Backoff = { firstMs: 100, longestMs: 10_000 };

export class Lane {
  readonly #clock: Clock;
  readonly #mostInFlight: number;
  /** Undefined when the endpoint has no limit of its own. */
  readonly #room: EndpointRoom | undefined;
  readonly #wake: () => void;
  readonly #queue = new Fifo<Instance>();
  #inFlight = 0;
  /** Calls in a row for which there was no connection. */
  #unreachable = 0;
  /** Addresses in a row whose calls got no answer. */
  readonly #unanswered = new Set<Instance>();
  #wait: Timer | undefined;
  /** The lane is in debt until so many calls of all lanes have begun: other lanes come first. */
  owesUntil = 0;

  /** `wake` is called with the lane when addresses may have their turn again after a wait. */
  constructor(clock: Clock, mostInFlight: number, room: EndpointRoom | undefined, wake: (lane: Lane) => void) {
    this.#clock = clock;
    this.#mostInFlight = mostInFlight;
    this.#room = room;
    this.#wake = () => wake(this);
  }

  /** Whether the endpoint can't be reached. Then there is one call at a time, to find out when the endpoint is back. */
  get down(): boolean {
    return this.#unreachable >= failuresUntilDown;
  }

  /** Whether calls of many addresses, and of no others between them, got no answer. */
  get unanswering(): boolean {
    return this.#unanswered.size >= addressesUntilBlamed;
  }

  /** How many addresses wait for their turn. */
  get length(): number {
    return this.#queue.length;
  }

  /** Puts an address at the end of the lane, unless it waits there already. */
  join(instance: Instance): void {
    if (instance.queued) return;
    instance.queued = true;
    this.#queue.push(instance);
  }

  /**
   * Charges the lane for messages that its calls made beyond those that they handled, when so many calls of all lanes have begun.
   * A function that sends a thousand messages in one call lets a thousand other calls begin first: else messages would pile up
   * faster than they are handled. Its debt is bounded, so that its own messages are handled too while others have much to do.
   */
  charge(made: number, begun: number): void {
    if (made > 0) this.owesUntil = Math.min(Math.max(this.owesUntil, begun) + made, begun + mostCharged);
  }

  /** Takes the address whose turn it is; undefined when none waits, or when no call may begin now. */
  next(): Instance | undefined {
    if (this.#queue.length === 0 || this.#wait !== undefined) return undefined;
    if (this.#inFlight >= (this.down ? 1 : this.#mostInFlight)) return undefined;
    if (this.#room?.has(this.#wake) === false) return undefined;
    const instance = this.#queue.shift();
    instance.queued = false;
    return instance;
  }

  /** Says that a call has begun. */
  began(): void {
    this.#inFlight += 1;
    this.#room?.take(this.#wake);
  }

  /** Says how a call has ended. */
  ended(instance: Instance, kind: CallOutcome["kind"]): void {
    this.#inFlight -= 1;
    if (kind === "answered" || kind === "failed") {
      this.#unanswered.clear();
      this.#connected();
    } else if (kind === "unanswered") {
      if (!this.unanswering) this.#unanswered.add(instance);
      this.#connected();
    } else if (kind === "unreachable") this.#notConnected();
    this.#room?.free();
  }

  #connected(): void {
    this.#unreachable = 0;
    if (this.#wait === undefined) return;
    // A call that was in flight before the wait has reached the endpoint: it is back.
    this.#wait.cancel();
    this.#wait = undefined;
    this.#wake();
  }

  #notConnected(): void {
    // Calls that were in flight when the wait began do not count. Otherwise a thousand failures at once would make the next
    // wait as long as it can be.
    if (this.#wait !== undefined) return;
    this.#unreachable += 1;
    if (!this.down) return;
    const waitMs = backoffMs(backoff, this.#unreachable - failuresUntilDown + 1);
    this.#wait = this.#clock.after(waitMs, () => {
      this.#wait = undefined;
      this.#wake();
    });
  }
}
