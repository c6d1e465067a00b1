// What people read when a simulation has found something: what is wrong, the shortest history, and a test to paste.

import { StatefunError } from "../../errors.js";
import { areCommands, type Command } from "./commands.js";
import type { Violation } from "./invariants.js";
import type { Plan } from "./plan.js";
import { sourceText } from "./source-text.js";

/** A run that `simulate` repeats: its arrays are everything that it is made of. */
export interface Replay extends Partial<Plan> {
  /** What came before the run, while nothing went wrong. Defaults to the option `setup`. */
  readonly setup?: readonly Command[];
}

/** Whether something is a run that can be repeated. */
export function isReplay(input: unknown): input is Replay {
  if (typeof input !== "object" || input === null) return false;
  const { commands = [], setup = [], faults = [], order = [] } = input as Record<string, unknown>;
  return areCommands(commands) && areCommands(setup) && Array.isArray(faults) && Array.isArray(order);
}

/** What a simulation has found. */
export interface Finding {
  readonly violation: Violation;
  readonly seed: number;
  /** Which run of the seed it was, counted from 0; undefined when a plan was repeated. */
  readonly run: number | undefined;
  /** The smallest plan that shows it. */
  readonly plan: Plan;
  readonly setup: readonly Command[];
  /** The history of the smallest plan, as a table. */
  readonly history: string;
}

/** SIMULATION_FAILED: a run did what it must not do. The message holds the history, the seed and a test to paste. */
export class SimulationError extends StatefunError {
  readonly #finding: Finding;

  constructor(finding: Finding) {
    const { violation, seed, run, history } = finding;
    const found = run === undefined ? "" : `Found by run ${run} of the seed ${seed}.\n\n`;
    super(
      "SIMULATION_FAILED",
      `${violation.message}\n\n${history}\n\n${found}A test that shows it again, with the app and the options of the simulation:\n\n${testText(finding)}`,
    );
    this.#finding = finding;
  }

  // Accessors, because test runners print the properties of an error below its message, which has all of it already.

  /**
   * The name of the invariant that does not hold, which may be one that every run has: "no address is parked", "handlers are
   * deterministic", "runs are repeatable", "handlers end", "the run becomes quiet".
   */
  get invariant(): string {
    return this.#finding.violation.name;
  }

  /** The seed that finds it again. */
  get seed(): number {
    return this.#finding.seed;
  }

  /** The smallest run that shows it, for the option `replay`. */
  get replay(): Required<Replay> {
    const { plan, setup } = this.#finding;
    return { ...plan, setup };
  }

  /** The shortest history, as a table. */
  get history(): string {
    return this.#finding.history;
  }

  /** The source text of a test that shows it again. */
  get test(): string {
    return testText(this.#finding);
  }
}

function testText({ violation: { name }, plan: { commands, faults, order }, setup }: Finding): string {
  const replay = { ...(setup.length === 0 ? {} : { setup }), commands, faults, order };
  return `test(${JSON.stringify(name)}, async () => {
  await simulate(app, {
    ...options,
    replay: ${sourceText(replay, 4)},
  });
});
`;
}
