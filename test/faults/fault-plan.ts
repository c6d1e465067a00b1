// Which operations of a store fail: the nth one, and perhaps the ones after it.

import type { ErrorCode } from "../../src/errors.js";
import type { Fault, Operation } from "../engine/watched-store.js";

/** What fails from the nth operation on. */
export const kinds = {
  /** The nth operation alone. */
  once: "any",
  /** The nth operation, a write, which is carried out although it fails. */
  unacknowledged: "write",
  /** The nth operation and the two that follow. */
  thrice: "any",
  /** All reads for a while. */
  reads: "read",
  /** All writes for a while. */
  writes: "write",
  /** All reads and writes for a while. */
  all: "any",
  /** All reads and writes, until the process is killed. */
  killed: "any",
  /** The disk itself, which has no room for a while: a file can't grow. */
  full: "any",
} as const;

export type Kind = keyof typeof kinds;

/** How long the kinds that fail for a while do so, and how long after the first failure a process is killed. */
export const lastsMs: Readonly<Partial<Record<Kind, number>>> = {
  reads: 700,
  writes: 700,
  all: 700,
  full: 700,
  killed: 300,
};

/** The numbers of the operations at which a kind may begin, by what each operation of a run without faults was. */
export function placesOf(kind: Kind, operations: readonly Operation[]): number[] {
  const wanted = kinds[kind];
  return operations.flatMap((operation, index) => {
    const is = operation === "write" ? "write" : "read";
    return wanted === "any" || wanted === is ? [index] : [];
  });
}

export class FaultPlan {
  readonly kind: Kind | undefined;
  /** The number of the operation that fails first, counted from 0. */
  readonly at: number;
  /** What the operations were, until {@link end}. */
  readonly operations: Operation[] = [];
  /** When the first operation failed; undefined until then. */
  since: number | undefined;
  /** Takes the room of the disk, or gives it back. */
  onFull = (_full: boolean) => {};
  readonly #code: ErrorCode;
  #full = false;
  #over = false;

  constructor(kind?: Kind, at = 0, code: ErrorCode = "STORE_FAILED") {
    this.kind = kind;
    this.at = at;
    this.#code = code;
  }

  /** Whether {@link end} was called. */
  get over(): boolean {
    return this.#over;
  }

  /** Lets everything succeed from now on. */
  end(): void {
    this.#over = true;
    this.#fill(false);
  }

  /** Gives the room of the disk back when its time has come. */
  tick(now: number): void {
    if (this.since !== undefined && now >= this.since + (lastsMs.full ?? 0)) this.#fill(false);
  }

  faultOf(operation: Operation, now: number): Fault | undefined {
    if (this.#over) return undefined;
    const number = this.operations.length;
    this.operations.push(operation);
    const { kind, at } = this;
    if (kind === undefined || number < at) return undefined;
    this.since ??= now;
    if (kind === "full") {
      if (number === at) this.#fill(true);
      return undefined;
    }
    const fault = { code: this.#code, done: kind === "unacknowledged" };
    if (kind === "once" || kind === "unacknowledged") return number === at ? fault : undefined;
    if (kind === "thrice") return number < at + 3 ? fault : undefined;
    if (kind !== "killed" && now >= this.since + (lastsMs[kind] ?? 0)) return undefined;
    if (kind === "reads" && operation === "write") return undefined;
    return kind === "writes" && operation !== "write" ? undefined : fault;
  }

  #fill(full: boolean): void {
    if (full === this.#full) return;
    this.#full = full;
    this.onFull(full);
  }

  toString(): string {
    return this.kind === undefined ? "no fault" : `${this.kind} at operation ${this.at} (${this.#code})`;
  }
}
