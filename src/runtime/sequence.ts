// Numbers that only grow, over restarts too: they order the keys of queues, and name egress records.

import type { GroupCommit } from "./group-commit.js";
import { kinds } from "./keys.js";

const key = `${kinds.meta}sequence`;
/** A restart skips what is left of a block, so that not every number needs a write. */
const blockSize = 1_000_000;

export class Sequence {
  readonly #commit: GroupCommit;
  #next: number;
  #reserved: number;

  constructor(commit: GroupCommit) {
    this.#commit = commit;
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
