// A group commit over a store that keeps the keys of each write, under a clock moved by hand.

import { GroupCommit } from "../../src/engine/group-commit.js";
import { newCounters } from "../../src/engine/metrics.js";
import type { Write } from "../../src/store/store.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { ManualClock } from "../support/manual-clock.js";

export const bytes = (text: string) => Buffer.from(text);
export const text = (value: Uint8Array | undefined) =>
  value === undefined ? undefined : Buffer.from(value).toString();

/** A store that keeps the keys of each write. */
class CountingStore extends ForgetfulStore {
  readonly groups: string[][] = [];

  override write(writes: Iterable<Write>): Promise<void> {
    const all = [...writes];
    this.groups.push(all.map(([key]) => key));
    return super.write(all);
  }
}

export function setUp(autoSync = false) {
  const store = new CountingStore({ autoSync });
  const clock = new ManualClock();
  const counters = newCounters();
  const commit = new GroupCommit(store, clock, counters);
  let changes = 0;
  commit.onChange = () => {
    changes += 1;
  };
  return { store, clock, counters, commit, changes: () => changes };
}
