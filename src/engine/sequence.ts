// Numbers that only grow, over restarts too. They order the keys of queues and, behind the life of the store that gave them,
// name egress records.

import type { GroupCommit } from "./group-commit.js";
import { kinds, ordered, parseOrdered } from "./keys.js";

const nextKey = `${kinds.meta}sequence`;
const lifeKey = `${kinds.meta}life`;
/** Older versions gave all records of a folder the life in which the folder was made. */
const firstLifeKey = `${kinds.meta}epoch`;
/** Numbers are reserved in blocks, so that not every number needs a write. A restart skips what is left of its block. */
const blockSize = 1_000_000;

/** The number of the life in a record's id. Ids of older versions may lack it. */
const lifeOf = (id: string) => parseOrdered(id.slice(0, -ordered(0).length) || "0");

/** Whether a record's id is later than another one of its egress: a longer id is, and ids of one length sort as text. */
export function isLaterId(id: string, than: string): boolean {
  return id.length === than.length ? id > than : id.length > than.length;
}

export class Sequence {
  /**
   * Stands before the numbers that this start gives to records. It is the time of the start, and later than every life
   * before. A copy of the store that is put back gives the same numbers a second time, but in a later life: so, while the
   * clock is right, two records never have the same id, and ids grow.
   */
  readonly life: string;
  /** The life of records that do not name theirs, because an older version wrote them. */
  readonly firstLife: string;
  /** Ids of earlier runs are this one or come before it. Undefined when there was no earlier run. */
  readonly lastBefore: string | undefined;
  readonly #commit: GroupCommit;
  /** The first number of this start: what holds a lower number is from before. */
  readonly first: number;
  #lifeUsed = false;
  #next: number;
  #reserved: number;

  /** `receivedIds` are ids of records that consumers hold: the life is later than theirs, whatever the clock says. */
  constructor(commit: GroupCommit, now: number, receivedIds: Iterable<string> = []) {
    this.#commit = commit;
    const text = (key: string) => {
      const stored = commit.get(key);
      return stored === undefined ? undefined : Buffer.from(stored).toString();
    };
    const firstLife = text(firstLifeKey);
    const before = text(lifeKey) ?? firstLife;
    let life = Math.floor(now);
    if (before !== undefined) life = Math.max(life, parseOrdered(before) + 1);
    for (const id of receivedIds) life = Math.max(life, lifeOf(id) + 1);
    this.life = ordered(life);
    this.firstLife = firstLife ?? this.life;
    this.#next = Number(text(nextKey) ?? 0);
    this.#reserved = this.#next;
    this.lastBefore = before === undefined ? undefined : before + ordered(this.#next);
    this.first = this.#next;
  }

  /** The highest number that was given out; one below the first when none was. */
  get last(): number {
    return this.#next - 1;
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

  /** The life, for a record that is put into the open group: no record is durable without the store knowing its life. */
  useLife(): string {
    if (!this.#lifeUsed) this.#commit.put(lifeKey, Buffer.from(this.life));
    this.#lifeUsed = true;
    return this.life;
  }
}
