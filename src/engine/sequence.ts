// Numbers that only grow, over restarts too. They order the keys of queues, and name egress records.

import type { GroupCommit } from "./group-commit.js";
import { kinds, ordered } from "./keys.js";

const nextKey = `${kinds.meta}sequence`;
const epochKey = `${kinds.meta}epoch`;
/** Numbers are reserved in blocks, so that not every number needs a write. A restart skips what is left of its block. */
const blockSize = 1_000_000;

export class Sequence {
  /** When the store was new. It stands before a number where the numbers of several stores may meet. */
  readonly epoch: string;
  readonly #commit: GroupCommit;
  #next: number;
  #reserved: number;

  constructor(commit: GroupCommit, now: number) {
    this.#commit = commit;
    const epoch = commit.get(epochKey);
    this.epoch = epoch === undefined ? ordered(now) : Buffer.from(epoch).toString();
    if (epoch === undefined) commit.put(epochKey, Buffer.from(this.epoch));
    const stored = commit.get(nextKey);
    this.#next = stored === undefined ? 0 : Number(Buffer.from(stored).toString());
    this.#reserved = this.#next;
  }

  next(): number {
    if (this.#next === this.#reserved) {
      this.#reserved += blockSize;
      // In the same group as the first entry that uses the block, so that no entry is durable without it.
      this.#commit.put(nextKey, Buffer.from(String(this.#reserved)));
    }
    const value = this.#next;
    this.#next += 1;
    return value;
  }
}
