// When messages and records have come. The store keeps no times. Instead, the engine notes now and then which sequence number
// was the last one: the sequence number in a key then tells the time, and a message costs nothing.

import type { Clock } from "./clock.js";
import type { GroupCommit } from "./group-commit.js";
import { ordered, parseOrdered } from "./keys.js";
import type { Sequence } from "./sequence.js";

/** Notes are at least this far apart. */
const betweenNotesMs = 1_000;
const mostNotes = 512;
const digits = ordered(0).length;

interface Note {
  /** The last sequence number that was given out within a second after the time. */
  last: number;
  readonly time: number;
}

export class ArrivalTimes {
  readonly #first: number;
  readonly #openedAt: number;
  #notes: Note[] = [];

  /** `first` is the first sequence number of this start, and `openedAt` the time of the start. */
  constructor(first: number, openedAt: number) {
    this.#first = first;
    this.#openedAt = openedAt;
  }

  /** Notes the last number of a sequence whenever a group is written. */
  static follow(commit: GroupCommit, sequence: Sequence, clock: Clock): ArrivalTimes {
    const arrivals = new ArrivalTimes(sequence.first, clock.now());
    commit.onWrite = () => arrivals.note(sequence.last, clock.now());
    return arrivals;
  }

  /** When the engine was opened: what is from before counts from then on. */
  get openedAt(): number {
    return this.#openedAt;
  }

  /** Says which sequence number is the last one. It is called before each group is written. */
  note(last: number, time: number): void {
    const newest = this.#notes.at(-1);
    if (newest?.last === last) return;
    if (newest !== undefined && time - newest.time < betweenNotesMs) {
      newest.last = last;
      return;
    }
    this.#notes.push({ last, time });
    if (this.#notes.length < mostNotes) return;
    // The longer ago, the less the exact second matters.
    this.#notes = this.#notes.filter((_, index) => index >= mostNotes / 2 || index % 2 === 1);
  }

  /**
   * When the entry of this key of a queue came, in milliseconds since 1970, to about a second; undefined while the entry waits
   * for the next group to be written.
   */
  of(key: string): number | undefined {
    const number = parseOrdered(key.slice(-digits));
    if (number < this.#first) return this.#openedAt;
    const notes = this.#notes;
    let low = 0;
    let high = notes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((notes[middle] as Note).last < number) low = middle + 1;
      else high = middle;
    }
    return notes[low]?.time;
  }
}
