// What must hold in every state of a run.

import { describe } from "../../errors.js";
import type { SimulationView } from "./state-view.js";

/** Checks what must hold. It returns false, throws or rejects when it does not; anything else says that it holds. */
export type Invariant = (app: SimulationView) => unknown;

/** Invariants by their names, which say what must hold, such as "the money is kept". */
export type Invariants = Readonly<Record<string, Invariant>>;

/** Whether something has a function under each of its names. */
export function areInvariants(input: unknown): input is Invariants {
  return (
    typeof input === "object" && input !== null && Object.values(input).every((value) => typeof value === "function")
  );
}

/** What must hold in every run, whatever its invariants say. */
export const findings = {
  parked: "no address is parked",
  deterministic: "handlers are deterministic",
  repeatable: "runs are repeatable",
  ends: "handlers end",
  quiet: "the run becomes quiet",
  engine: "the engine goes on",
} as const;

/** What did not hold. */
export interface Violation {
  readonly name: string;
  readonly message: string;
}

/** The first invariant that does not hold; undefined when all of them do. */
export async function violationOf(invariants: Invariants, view: SimulationView): Promise<Violation | undefined> {
  for (const [name, holds] of Object.entries(invariants)) {
    try {
      const result = holds(view);
      if ((result instanceof Promise ? await result : result) === false)
        return { name, message: `${name}: it does not hold` };
    } catch (thrown) {
      return { name, message: `${name}: ${describe(thrown)}` };
    }
  }
  return undefined;
}
