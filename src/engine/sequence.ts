// Numbers that only grow, over restarts too: they order the keys of queues, and name egress records.

import type { GroupCommit } from "./group-commit.js";
import { kinds, ordered } from "./keys.js";

const key = `${kinds.meta}sequence`;
const epochKey = `${kinds.meta}epoch`;
/** A restart skips what is left of a block, so that not every number needs a write. */
const blockSize = 1_000_000;

export class Sequence {
  /** When the store was new: it comes before a number where numbers of several stores may meet. */
  readonly epoch: string;
  readonly #commit: GroupCommit;
  #next: number;
  #reserved: number;

  constructor(commit: GroupCommit, now: number) {
    this.#commit = commit;
    const epoch = commit.get(epochKey);
    this.epoch = epoch === undefined ? ordered(now) : Buffer.from(epoch).toString();
    if (epoch === undefined) commit.put(epochKey, Buffer.from(this.epoch));
    const stored = commit.get(key);
    this.#next = stored === undefined ? 0 : Number(Buffer.from(stored).toString());
    this.#reserved = this.#next;
  }

  next(): number {
    if (this.#next === this.#reserved) {
      this.#reserved += blockSize;
      // In the same group as the first entry that uses the block.
      this.#commit.put(key, Buffer.from(String(this.#reserved)));
    }
    const value = this.#next;
    this.#next += 1;
    return value;
  }
}
