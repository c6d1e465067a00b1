// The recorded batches that memory holds: the latest ones, and the latest ones that failed with what led to them. They are found by
// their numbers, and by the numbers of the messages that they sent and handled.

import type { RecordedSend, Recording } from "./recording.js";

/** How many recordings are kept, and how many bytes they may take. */
const mostRecent = 1_000;
const mostRecentBytes = 8 * 1024 * 1024;
/** The same for those that failed, and those that led to a failure. */
const mostFailed = 500;
const mostFailedBytes = 4 * 1024 * 1024;
/** So many recordings of the same address, and so many that caused one another, are kept with a failure. */
const keptBefore = 5;
const keptCauses = 20;

export class Recordings {
  readonly #recent = new Kept(mostRecent, mostRecentBytes);
  readonly #failed = new Kept(mostFailed, mostFailedBytes);
  readonly #sentBy = new Map<number, { readonly recording: Recording; readonly sent: RecordedSend }>();
  readonly #handledBy = new Map<number, Recording>();

  /** Makes the messages known that a recording has sent, from this place of its list on. */
  index(recording: Recording, from: number): void {
    for (const sent of recording.sent.slice(from))
      if (sent.number !== undefined) this.#sentBy.set(sent.number, { recording, sent });
  }

  /** Adds a recording of a batch that has ended. */
  add(recording: Recording): void {
    for (const { number } of recording.messages) this.#handledBy.set(number, recording);
    if (recording.code !== undefined) this.#keepWith(recording);
    for (const dropped of this.#recent.add(recording)) this.#drop(dropped);
  }

  /** Gives a message that a recording has sent another number. */
  renumber(from: number, to: number): void {
    const found = this.#sentBy.get(from);
    if (found === undefined) return;
    this.#sentBy.delete(from);
    this.#sentBy.set(to, found);
    found.sent.number = to;
  }

  /** The recording of this number, if it is kept. */
  find(number: number): Recording | undefined {
    return this.#recent.get(number) ?? this.#failed.get(number);
  }

  /** All recordings, the newest first. */
  all(): Recording[] {
    const failed = [...this.#failed.all()].filter(({ number }) => this.#recent.get(number) === undefined);
    return [...this.#recent.all(), ...failed].sort((a, b) => b.number - a.number);
  }

  /** The recording that has sent a message, if it is kept. */
  senderOf(message: number): Recording | undefined {
    const sender = this.#sentBy.get(message)?.recording;
    return sender && this.find(sender.number);
  }

  /** The last recording that has handled a message, or has failed to. */
  handlerOf(message: number): Recording | undefined {
    return this.#handledBy.get(message);
  }

  /** The recordings that caused this one, the nearest first. */
  causesOf(recording: Recording, most: number): Recording[] {
    const causes: Recording[] = [];
    for (let effect: Recording | undefined = recording; effect !== undefined && causes.length < most; ) {
      const cause: Recording | undefined = this.#causeOf(effect);
      if (cause === undefined || cause === recording || causes.includes(cause)) break;
      causes.push(cause);
      effect = cause;
    }
    return causes;
  }

  #causeOf({ messages }: Recording): Recording | undefined {
    for (const { number } of messages) {
      const sender = this.senderOf(number);
      if (sender !== undefined) return sender;
    }
    return undefined;
  }

  /** Keeps a failure for longer, and with it the batches before it at the same address, and what caused it. */
  #keepWith(failure: Recording): void {
    const before: Recording[] = [];
    for (const recording of [...this.#recent.all()].reverse()) {
      if (before.length === keptBefore) break;
      if (recording.address.equals(failure.address)) before.push(recording);
    }
    const kept = [...this.causesOf(failure, keptCauses), ...before].sort((a, b) => a.number - b.number);
    for (const recording of [...kept, failure]) for (const dropped of this.#failed.add(recording)) this.#drop(dropped);
  }

  /** Forgets a recording that no list keeps any more. */
  #drop(recording: Recording): void {
    if (this.find(recording.number) !== undefined) return;
    for (const { number } of recording.messages)
      if (this.#handledBy.get(number) === recording) this.#handledBy.delete(number);
    for (const { number } of recording.sent) if (number !== undefined) this.#sentBy.delete(number);
  }
}

/** The last recordings that were added, up to a number of them and a number of bytes. */
class Kept {
  readonly #byNumber = new Map<number, Recording>();
  readonly #most: number;
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(most: number, mostBytes: number) {
    this.#most = most;
    this.#mostBytes = mostBytes;
  }

  all(): IterableIterator<Recording> {
    return this.#byNumber.values();
  }

  get(number: number): Recording | undefined {
    return this.#byNumber.get(number);
  }

  /** Adds a recording, and returns those that had to go for it. */
  add(recording: Recording): Recording[] {
    const dropped: Recording[] = [];
    this.#remove(recording);
    this.#byNumber.set(recording.number, recording);
    this.#bytes += recording.bytes;
    for (const oldest of this.#byNumber.values()) {
      if (this.#byNumber.size <= this.#most && this.#bytes <= this.#mostBytes) break;
      if (oldest === recording) break;
      this.#remove(oldest);
      dropped.push(oldest);
    }
    return dropped;
  }

  #remove(recording: Recording): void {
    if (!this.#byNumber.delete(recording.number)) return;
    this.#bytes -= recording.bytes;
  }
}
