// Knows of many new idempotency keys that the store can't hold them, so that nobody looks for them there.
//
// A client numbers its keys: each is a text that only this client uses, "-" and a number. Such keys are a series. When the
// store held no key of a series before this run, it holds none above the highest number that this run has seen.

import type { Store } from "../store/store.js";
import type { GroupCommit } from "./group-commit.js";
import { kinds, rangeEnd } from "./keys.js";

/** A series of so many keys is worth a look into the store. Many clients make only a few calls. */
const worthALook = 8;
/** How many series are known at once. */
const mostSeries = 1000;

interface Series {
  /** The highest number of this run. */
  highest: number;
  /** The keys of this run until the store has been looked into. */
  readonly seen: Set<string>;
  /** Whether the store held no other key than those of this run. */
  fresh: boolean;
  /** Whether a key has come since {@link NumberedKeys} last needed room. */
  used: boolean;
}

export class NumberedKeys {
  readonly #store: Store;
  readonly #commit: GroupCommit;
  readonly #series = new Map<string, Series>();
  /** The group that was open when a series was forgotten. The store may lack keys of the series before the group is durable. */
  #forgottenAt = 0;

  constructor(store: Store, commit: GroupCommit) {
    this.#store = store;
    this.#commit = commit;
  }

  /**
   * Takes note of a key. Returns whether no request was remembered under the key before, in this run or an earlier one; false
   * also when that is not known. Every key must be noted before its request is remembered.
   */
  isNew(idempotencyKey: string): boolean {
    const digits = idempotencyKey.lastIndexOf("-") + 1;
    const number = Number(idempotencyKey.slice(digits));
    // Two keys of a series must not have the same number.
    if (digits === 0 || !Number.isSafeInteger(number) || String(number) !== idempotencyKey.slice(digits)) return false;
    const name = idempotencyKey.slice(0, digits);
    const series = this.#series.get(name) ?? this.#add(name);
    if (series === undefined) return false;
    series.used = true;
    if (series.seen.size < worthALook) this.#note(series, name, idempotencyKey);
    if (number <= series.highest) return false;
    series.highest = number;
    return series.fresh;
  }

  #add(name: string): Series | undefined {
    const { durableGroup } = this.#commit;
    if (this.#series.size >= mostSeries) this.#makeRoom();
    if (durableGroup < this.#forgottenAt || this.#series.size >= mostSeries) return undefined;
    const series = { highest: -1, seen: new Set<string>(), fresh: false, used: true };
    this.#series.set(name, series);
    return series;
  }

  #makeRoom(): void {
    for (const [name, series] of this.#series) {
      if (series.used) series.used = false;
      else {
        this.#series.delete(name);
        this.#forgottenAt = this.#commit.openGroup;
      }
    }
  }

  #note(series: Series, name: string, idempotencyKey: string): void {
    const { seen } = series;
    seen.add(kinds.request + idempotencyKey);
    if (seen.size < worthALook) return;
    const from = kinds.request + name;
    this.#store.keys({ from, to: rangeEnd(from), limit: worthALook + 1 }).then(
      (keys) => {
        series.fresh = keys.every((key) => seen.has(key));
      },
      () => {}, // the store has logged the failed read
    );
  }
}
