// The states of the function while a workflow runs: steps change them, and no other code of the workflow does.

import { StatefunError } from "../errors.js";
import type { BatchState, StateMark } from "../functions/state.js";

/** A step that runs, and the states when it began. */
export interface BegunStep {
  /** The states when it began beside other steps; "shared" when it began alone. */
  readonly before: StateMark | undefined | "shared";
}

export class StepStates {
  readonly #state: BatchState;
  readonly #where: string;
  /** The states after the last step; undefined before the first one, when they are as at the message's start. */
  #mark: StateMark | undefined;
  #running = 0;
  /** Whether steps have run at the same time since the last moment without a step. */
  #overlapped = false;

  constructor(state: BatchState, where: string) {
    this.#state = state;
    this.#where = where;
  }

  /** Throws STATE_CHANGED_OUTSIDE_STEP when code outside a step has changed a state. */
  begin(): BegunStep {
    this.assertUnchanged();
    this.#running += 1;
    if (this.#running === 1) return { before: "shared" };
    this.#overlapped = true;
    return { before: this.#state.mark() };
  }

  /**
   * Ends a step. One that failed changes nothing: what it has changed is taken back, unless it took time and other steps ran
   * meanwhile, since nobody knows then which of them has changed a state.
   */
  end({ before }: BegunStep, { failed, tookTime }: { failed: boolean; tookTime: boolean }): void {
    this.#running -= 1;
    if (failed && before !== "shared" && !tookTime) this.#state.returnTo(before);
    if (this.#running > 0) return;
    if (failed && before === "shared" && !this.#overlapped) this.#state.returnTo(this.#mark);
    else this.#mark = this.#state.mark();
    this.#overlapped = false;
  }

  /** Throws STATE_CHANGED_OUTSIDE_STEP. While a step runs nobody knows who changes a state. */
  assertUnchanged(): void {
    if (this.#running > 0) return;
    const changed = this.#state.changedSince(this.#mark);
    if (changed === undefined) return;
    const key = "property" in changed ? changed.property?.key : undefined;
    const what =
      key === undefined ? `the state "${changed.name}"` : `this.${String(key)} (the state "${changed.name}")`;
    throw new StatefunError(
      "STATE_CHANGED_OUTSIDE_STEP",
      `${this.#where} changes ${what} outside a step. The code runs again at each pass, so change the state in a step: await flow.step("…", () => { … }).`,
    );
  }

  /** Whether steps run, or have run at the same time, that nobody has told apart: what they have changed belongs to all of them. */
  get mixed(): boolean {
    return this.#overlapped;
  }

  /** Takes back what code outside a step has changed. */
  takeBack(): void {
    this.#state.returnTo(this.#mark);
  }
}
