// Records what batches did, so that people can see it later: some of all batches, those that handle what a recorded batch has
// sent, and those that fail. A busy engine pays for few recordings a second, and memory holds a bounded number of them.

import type { Address } from "../model/address.js";
import type { AnsweredPart } from "./answered-part.js";
import type { CallOutcome } from "./call-outcome.js";
import type { Clock } from "./clock.js";
import type { FunctionCall } from "./function-call.js";
import { Rate } from "./rate.js";
import { PartNotes, Recording } from "./recording.js";
import { Recordings } from "./recordings.js";

/** How many batches are recorded in a second, of all batches, of those that were caused by a recorded one, and of those that fail. */
const perSecond = 100;
const followedPerSecond = 200;
const failuresPerSecond = 20;
/** How many batches in a second are noted for those who watch. */
const watchedPerSecond = 2_000;
/** So many messages that a batch handles and sends cost as much as another batch. */
const messagesByCost = 10;
/** Behind so many batches, one causing the other, the next one is recorded like any other batch: functions may send in circles. */
const longestChain = 100;
/** Of what one batch has sent, so many messages are followed. */
const followedOfBatch = 20;
/** So many messages are followed at once. Those that never arrive are forgotten. */
const mostFollowed = 2_000;

/** Sees batches as they end. */
export interface BatchWatcher {
  /** Whether a batch of this address, which nobody else records, is to be noted. It is asked while the batch ends. */
  wants(address: Address): boolean;
  /** Told that a batch which it wants was not noted, because there are too many. */
  missed(): void;
  /** Takes the recording of a batch, of any address, that has ended. */
  take(recording: Recording): void;
}

export class BatchRecorder {
  readonly recordings = new Recordings();
  readonly #clock: Clock;
  readonly #rate = new Rate(perSecond);
  readonly #followedRate = new Rate(followedPerSecond);
  readonly #failureRate = new Rate(failuresPerSecond);
  readonly #watchedRate = new Rate(watchedPerSecond);
  /** The messages that recorded batches have sent and that are followed, each with how long its chain is. */
  readonly #followed = new Map<number, number>();
  readonly #watchers = new Set<BatchWatcher>();
  /** When the last batch ended, by the steady clock: it spares the question for the time. */
  #endedAt = 0;
  #next = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells somebody of every batch that ends, until the returned function is called. */
  watch(watcher: BatchWatcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Decides whether the call is recorded, and notes what its part is about to change; undefined when it is not recorded. */
  begin(call: FunctionCall, part: AnsweredPart): PartNotes | undefined {
    if (call.recording === undefined) {
      // A call whose first part was not recorded would have half a recording.
      if (call.consumed > 0) return undefined;
      call.recording = this.#choose(call, part);
      if (call.recording === undefined) return undefined;
    }
    return new PartNotes(call.instance, part);
  }

  /** Takes a part that was applied. */
  applied({ instance, recording }: FunctionCall, part: AnsweredPart, notes: PartNotes): void {
    if (recording === undefined) return;
    const known = recording.sent.length;
    recording.add(instance, part, notes);
    if (!recording.whole) return;
    this.recordings.index(recording, known);
    if (recording.depth < longestChain) this.#follow(recording, known);
  }

  /** Takes the end of a call. `endedAt` is the time of the steady clock. */
  ended(call: FunctionCall, outcome: CallOutcome, endedAt: number): void {
    this.#endedAt = endedAt;
    const { instance } = call;
    if ("error" in outcome) {
      call.recording ??= this.#chooseFailed(call);
      call.recording?.fail(instance, outcome.messages ?? 1, outcome.error);
    }
    this.#finish(call, endedAt);
  }

  /** Takes the end of a call that was given up. */
  gaveUp(call: FunctionCall): void {
    this.#finish(call, performance.now());
  }

  /** Notes that a delayed message is due, and goes on under another number. */
  due(delayed: number, number: number): void {
    const depth = this.#followed.get(delayed);
    if (depth !== undefined) {
      this.#followed.delete(delayed);
      this.#followed.set(number, depth);
    }
    this.recordings.renumber(delayed, number);
  }

  #finish(call: FunctionCall, endedAt: number): void {
    const { recording } = call;
    if (recording === undefined) return;
    call.recording = undefined;
    recording.durationMs = endedAt - call.begun;
    recording.beganAt = Math.round(this.#clock.now() - recording.durationMs);
    if (recording.whole) this.recordings.add(recording);
    for (const watcher of this.#watchers) watcher.take(recording);
  }

  #choose(call: FunctionCall, { consumed: messages, effects }: AnsweredPart): Recording | undefined {
    const { address } = call.instance;
    const cost = 1 + Math.floor((messages + effects.messages.length) / messagesByCost);
    const now = Math.max(this.#endedAt, call.begun);
    const depth = this.#followed.size === 0 ? undefined : this.#depthOf(call, messages);
    if (depth !== undefined && this.#followedRate.takes(now, cost)) return this.#recording(address, true, depth + 1);
    if (this.#rate.takes(now, cost)) return this.#recording(address, true, 0);
    return this.#watched(address, now, cost) ? this.#recording(address, false, 0) : undefined;
  }

  #chooseFailed(call: FunctionCall): Recording | undefined {
    const { address } = call.instance;
    const now = this.#endedAt;
    if (this.#failureRate.takes(now)) return this.#recording(address, true, 0);
    return this.#watched(address, now, 1) ? this.#recording(address, false, 0) : undefined;
  }

  /** The chain of a followed message among the first ones of the call; undefined when none is followed. */
  #depthOf({ instance: { mailbox } }: FunctionCall, messages: number): number | undefined {
    let depth: number | undefined;
    for (let index = 0; index < messages; index++) {
      const { number } = mailbox.at(index);
      const found = this.#followed.get(number);
      if (found === undefined) continue;
      this.#followed.delete(number);
      depth = Math.max(depth ?? 0, found);
    }
    return depth;
  }

  #follow({ sent, depth }: Recording, from: number): void {
    for (const { number } of sent.slice(from, followedOfBatch))
      if (number !== undefined) this.#followed.set(number, depth);
    for (const number of this.#followed.keys()) {
      if (this.#followed.size <= mostFollowed) return;
      this.#followed.delete(number);
    }
  }

  /** Whether somebody who watches wants the batch, and there are not too many of them. */
  #watched(address: Address, now: number, cost: number): boolean {
    for (const watcher of this.#watchers) {
      if (!watcher.wants(address)) continue;
      if (this.#watchedRate.takes(now, cost)) return true;
      watcher.missed();
    }
    return false;
  }

  #recording(address: Address, whole: boolean, depth: number): Recording {
    const number = this.#next;
    this.#next += 1;
    return new Recording(number, address, whole, depth);
  }
}
