// A part of a batch as the engine takes it, from a function elsewhere or in this process.

import type { BatchPart, Effects } from "../model/invocation.js";
import type { TypedValue } from "../model/typed-value.js";

/** A value in an answer: bytes from a function elsewhere, or a packed value from a function in this process. */
export type Content = Uint8Array | TypedValue;

/** What the next messages of a batch did. */
export interface AnsweredPart {
  readonly consumed: number;
  readonly effects: Effects<Content>;
  /** Undefined when the function does not say how its messages ended: it is of another SDK. */
  readonly ends: BatchPart["ends"] | undefined;
}
