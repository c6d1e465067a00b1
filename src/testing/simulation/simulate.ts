// Runs an application many times, each time with other commands, faults and orders, and looks for a run in which something is
// wrong.

import type { Duration } from "../../model/duration.js";
import {
  checked,
  defineOptions,
  duration,
  type Option,
  oneOf,
  positiveInteger,
  trueOrFalse,
  withDefault,
} from "../../model/options.js";
import type { TestRuntimeOptions } from "../test-options.js";
import { type CommandSource, commandsOf, isCommandSource } from "./command-source.js";
import { areCommands, type Command } from "./commands.js";
import { type FaultKind, faultKinds } from "./faults.js";
import { differenceOf } from "./handler-run.js";
import { areInvariants, findings, type Invariants, type Violation } from "./invariants.js";
import { type Plan, randomPlan } from "./plan.js";
import { Random, seedOfRun } from "./random.js";
import { isReplay, type Replay, SimulationError } from "./report.js";
import { Setting } from "./setting.js";
import { shrink } from "./shrink.js";
import { type RunOptions, type RunResult, SimulatedRun } from "./simulated-run.js";

/** Options of {@link simulate}. */
export interface SimulateOptions {
  /** How many runs there are. Defaults to 100. */
  readonly runs?: number;
  /** Chooses the runs: the same seed makes the same ones. Defaults to another one each time; a failure prints it. */
  readonly seed?: number;
  /**
   * What comes from outside: a list of commands, which all runs get in this order; a function that draws them; an arbitrary of
   * fast-check; or the functions that get messages, which fast-check makes from their types. Defaults to no command.
   */
  readonly commands?: CommandSource;
  /** Commands that come first and are carried out while nothing goes wrong. Defaults to none. */
  readonly setup?: readonly Command[];
  /** What may go wrong. Defaults to everything. */
  readonly faults?: readonly FaultKind[];
  /** What must hold after every commit. Defaults to nothing. */
  readonly invariants?: Invariants;
  /** What must hold when all is quiet: nothing waits, and nothing is due before the `horizon`. Defaults to nothing. */
  readonly atEnd?: Invariants;
  /** Whether addresses may be parked. Defaults to false: a message that fails at every try is a finding. */
  readonly allowParked?: boolean;
  /** How far a run looks into the future: what is delayed for longer is not awaited. Defaults to 30 days. */
  readonly horizon?: Duration;
  /** How many steps a run may take before it counts as endless. Defaults to 2,000. */
  readonly steps?: number;
  /** Repeats one run, which a failure has printed, and no others. Defaults to none. */
  readonly replay?: Replay;
}

/** What a simulation without a finding has done. */
export interface SimulationSummary {
  /** The seed of the runs. */
  readonly seed: number;
  /** How many runs there were. */
  readonly runs: number;
  /** How many steps all runs took together. */
  readonly steps: number;
  /** How many commits all runs made together. */
  readonly commits: number;
}

const whole = checked("a whole number", (input): input is number => Number.isInteger(input));
const named = checked("an object of functions by their names", areInvariants);
const faultList = checked("a list", (input): input is readonly FaultKind[] => Array.isArray(input));
const oneFault: Option<FaultKind, FaultKind | undefined> = oneOf(...(faultKinds as [FaultKind, ...FaultKind[]]));

const simulateOptions = defineOptions<SimulateOptions>()({
  runs: withDefault(positiveInteger, 100),
  seed: whole,
  commands: withDefault(checked("a source of commands, such as a list or a function", isCommandSource), []),
  setup: withDefault(checked("a list of commands", areCommands), []),
  faults: (input, name, where) =>
    faultList(input, name, where)?.map((kind) => oneFault(kind, name, where) as FaultKind) ?? faultKinds,
  invariants: withDefault(named, {}),
  atEnd: withDefault(named, {}),
  allowParked: withDefault(trueOrFalse, false),
  horizon: withDefault(duration, 30 * 86_400_000),
  steps: withDefault(positiveInteger, 2_000),
  replay: checked("an object of commands, faults and order", isReplay),
});

/** How many of the first runs, and which share of all others, are run twice to find handlers that are not deterministic. */
const firstTwice = 20;
const oneInTwice = 10;
/** The most runs that make a plan smaller. */
const mostShrinks = 2_000;
/** The most plans that are taken twice to make one smaller whose runs differ. */
const mostShrinksOfTwo = 300;

/**
 * Runs the functions of an application many times on the production engine and in virtual time, with commands, faults and
 * orders that the seed chooses. Rejects with SIMULATION_FAILED, a {@link SimulationError}, when an invariant does not hold, a
 * message fails at every try, a run does not become quiet, or a handler does two things for the same message and states. Rejects
 * with OPTION_INVALID too.
 */
export async function simulate(app: TestRuntimeOptions, options: SimulateOptions = {}): Promise<SimulationSummary> {
  const read = simulateOptions.read("simulate", options);
  const { seed = Math.floor(Math.random() * 2 ** 32), runs, replay } = read;
  const setting = new Setting(app);
  const simulation = new Simulation(setting, seed, {
    setup: replay?.setup ?? read.setup,
    invariants: read.invariants,
    atEnd: read.atEnd,
    allowParked: read.allowParked,
    horizonMs: read.horizon,
    mostSteps: read.steps,
  });
  if (replay !== undefined) {
    const { commands = [], faults = [], order = [] } = replay;
    await simulation.replay({ commands, faults, order });
    return simulation.summary;
  }
  const draw = await commandsOf(read.commands, setting.catalog);
  for (let run = 0; run < runs; run++) {
    const random = new Random(seedOfRun(seed, run));
    await simulation.explore(randomPlan(random, draw(random), read.faults), run);
  }
  return simulation.summary;
}

class Simulation {
  readonly #setting: Setting;
  readonly #seed: number;
  readonly #options: RunOptions;
  #runs = 0;
  #steps = 0;
  #commits = 0;

  constructor(setting: Setting, seed: number, options: RunOptions) {
    this.#setting = setting;
    this.#seed = seed;
    this.#options = options;
  }

  get summary(): SimulationSummary {
    return { seed: this.#seed, runs: this.#runs, steps: this.#steps, commits: this.#commits };
  }

  /** Runs a plan. When something is wrong, looks for the smallest plan that shows it, and throws. */
  async explore(plan: Plan, run: number): Promise<void> {
    const result = await this.#run(plan);
    // A workflow that takes two ways is found in one run, which names the lines.
    const { name: broken } = result.violation ?? {};
    const twice = broken === undefined ? run < firstTwice || run % oneInTwice === 0 : broken !== findings.deterministic;
    if (twice) await this.#compare({ ...plan, order: result.order }, result, run);
    if (result.violation === undefined) return;
    const { name } = result.violation;
    const fails = async (other: Plan) => {
      try {
        const { violation, order } = await this.#run(other);
        return { fails: violation?.name === name, order };
      } catch {
        return { fails: false, order: [] }; // a smaller value may be none of its type
      }
    };
    // What even a run without commands breaks asks for the effects of all commands, so none of them can go.
    const { fails: keepCommands } = await fails({ commands: [], faults: [], order: [] });
    const smallest = await shrink({ ...plan, order: result.order }, fails, { mostRuns: mostShrinks, keepCommands });
    const last = await this.#run(smallest);
    this.#throw(last.violation ?? result.violation, smallest, last, run);
  }

  /** Runs a plan as it is. */
  async replay(plan: Plan): Promise<void> {
    const result = await this.#run(plan);
    await this.#compare(plan, result, undefined);
    if (result.violation !== undefined) this.#throw(result.violation, plan, result, undefined);
  }

  async #run(plan: Plan): Promise<RunResult> {
    const result = await new SimulatedRun(this.#setting, plan, this.#options).run();
    this.#runs += 1;
    this.#steps += result.steps;
    this.#commits += result.commits;
    return result;
  }

  /** Runs a plan again, and throws when it takes another way. Then looks for the smallest plan that does. */
  async #compare(plan: Plan, first: RunResult, run: number | undefined): Promise<void> {
    const difference = await this.#differenceOf(plan, first);
    this.#runs -= 1;
    if (difference === undefined) return;
    if (run !== undefined) {
      const fails = async (other: Plan) => {
        try {
          const result = await this.#run(other);
          return { fails: (await this.#differenceOf(other, result)) !== undefined, order: result.order };
        } catch {
          return { fails: false, order: [] }; // a smaller value may be none of its type
        }
      };
      const smallest = await shrink(plan, fails, { mostRuns: mostShrinksOfTwo, keepCommands: false });
      const smaller = await this.#differenceOf(smallest, await this.#run(smallest));
      if (smaller !== undefined) this.#throw(smaller.violation, smallest, smaller.second, run);
    }
    this.#throw(difference.violation, plan, difference.second, run);
  }

  /** Runs a plan again; returns what is not as in its first run. */
  async #differenceOf(plan: Plan, first: RunResult): Promise<{ violation: Violation; second: RunResult } | undefined> {
    await nextMillisecond(); // a handler that reads the machine's clock must not get the same time twice
    const second = await this.#run(plan);
    const { functions, catalog } = this.#setting;
    const find = (typeName: string) => functions.get(typeName);
    const message = differenceOf(first.handlerRuns, second.handlerRuns, find, catalog);
    if (message !== undefined) return { violation: { name: findings.deterministic, message }, second };
    if (first.violation?.name === second.violation?.name) return undefined;
    const [one, two] = [first, second].map(({ violation }) => violation?.message ?? "all is well");
    const why =
      "Its handlers did the same, so an invariant looks at something that outlasts a run, such as a variable.";
    return {
      violation: {
        name: findings.repeatable,
        message: `The same run has two results. ${why}\n  first: ${one}\n  then:  ${two}`,
      },
      second,
    };
  }

  #throw(violation: Violation, plan: Plan, { history }: RunResult, run: number | undefined): never {
    const { setup } = this.#options;
    throw new SimulationError({ violation, seed: this.#seed, run, plan, setup, history: String(history) });
  }
}

async function nextMillisecond(): Promise<void> {
  for (const begun = Date.now(); Date.now() === begun; ) await new Promise((resolve) => setImmediate(resolve));
}
