// What a run of a workflow does, as whoever runs its function may see it: a test, that compares each try of a run with the last.

import type { Failure } from "../model/failure.js";
import type { TypedValue } from "../model/typed-value.js";

/** The result of an operation: its value or its failure, and when it came, in milliseconds since 1970. */
export interface ObservedResult {
  readonly endedAt: number;
  readonly value: TypedValue | undefined;
  readonly error: Failure | undefined;
}

/** Sees what the runs of workflows ask for and get, in their order. */
export interface RunObserver {
  /** The method of a run begins at its top. */
  began(run: string): void;
  /**
   * The method asks for an operation, now, by calling `asker`. `input` is what the operation is about besides its key: a message, or a
   * time in milliseconds.
   */
  requested(run: string, key: string, input: TypedValue | number | undefined, asker: (...args: any[]) => unknown): void;
  /** The method gets the result of an operation. */
  delivered(run: string, key: string, result: ObservedResult): void;
}
