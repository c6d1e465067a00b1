// Random plans for the model test of failures: what messages do, and what happens outside.

import type { Random } from "../support/random.js";

/** How many tries a message has. */
export const attempts = 3;

/** A message. No other message of the plan has its id. */
export interface Planned {
  readonly id: string;
  /**
   * It succeeds at once; succeeds after others had their turn; is refused for good; fails fewer times than there are tries; or
   * fails until the test has corrected it.
   */
  readonly kind: "good" | "late" | "refused" | "fails" | "broken";
  /** How often a message of the kind "fails" does so. */
  readonly fails: number;
  /** What it sends before it ends. */
  readonly children: readonly { readonly to: string; readonly message: Planned }[];
}

/** A message from outside. */
export interface Root {
  readonly step: "send" | "call";
  readonly to: string;
  readonly message: Planned;
}

export type Step =
  | Root
  | { readonly step: "advance"; readonly ms: number }
  /** The disk falls behind; or a crash, at which it has carried out this part of what it owes. */
  | { readonly step: "hold" }
  | { readonly step: "crash"; readonly kept: number }
  /** The number chooses one of those that there are. */
  | { readonly step: "correct"; readonly which: number }
  | { readonly step: "parked"; readonly change: "retry" | "drop"; readonly which: number }
  | { readonly step: "letter"; readonly change: "resend" | "edit" | "drop"; readonly which: number }
  | { readonly step: "resendAll" };

export interface Plan {
  readonly steps: readonly Step[];
  readonly maxBatch: number;
  /** How many dead letters are kept. */
  readonly letters: number;
}

/** The functions: one is parked, and the other has dead letters. */
export const functionNames = ["parks", "letters"] as const;

export function randomPlan(random: Random, kinds: readonly Planned["kind"][]): Plan {
  let ids = 0;
  const address = () => `${random.pick(functionNames)}/${random.pick(["a", "b"])}`;
  const message = (depth: number): Planned => ({
    id: `m${ids++}`,
    kind: random.pick(kinds),
    fails: 1 + random.below(attempts - 1),
    children: random.list(depth, () => ({ to: address(), message: message(depth - 1) })),
  });
  const step = (): Step => {
    const which = random.next();
    if (which < 0.45) return { step: "send", to: address(), message: message(2) };
    if (which < 0.6) return { step: "call", to: address(), message: message(1) };
    if (which < 0.72) return { step: "advance", ms: random.pick([0, 1, 100, 250, 1000]) };
    if (which < 0.76) return { step: "hold" };
    if (which < 0.82) return { step: "crash", kept: random.next() };
    if (which < 0.84) return { step: "resendAll" };
    const number = random.below(100);
    if (which < 0.87) return { step: "correct", which: number };
    if (which < 0.93) return { step: "parked", change: random.pick(["retry", "drop"] as const), which: number };
    return { step: "letter", change: random.pick(["resend", "edit", "drop"] as const), which: number };
  };
  return {
    steps: Array.from({ length: 5 + random.below(35) }, step),
    maxBatch: random.pick([1, 2, 5, 1000]),
    letters: random.pick([2, 1000, 1000]),
  };
}
