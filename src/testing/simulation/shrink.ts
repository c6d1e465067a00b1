// Makes a plan that fails smaller, as long as it still fails in the same way: first its faults, then its commands, then its
// order.

import type { Duration } from "../../model/duration.js";
import type { Command } from "./commands.js";
import { type Plan, randomOrder } from "./plan.js";
import { Random } from "./random.js";
import { smallerValues, weightOf } from "./smaller-values.js";

/** Says whether a plan fails in the same way, and what its run has chosen. */
export type Fails = (plan: Plan) => Promise<{ readonly fails: boolean; readonly order: readonly number[] }>;

/** How a plan is made smaller. */
interface ShrinkOptions {
  /** The most runs that are made for it. */
  readonly mostRuns: number;
  /** Whether all commands have to stay. */
  readonly keepCommands: boolean;
}

/** Makes a plan smaller as long as it fails in the same way. */
export async function shrink(plan: Plan, fails: Fails, { mostRuns, keepCommands }: ShrinkOptions): Promise<Plan> {
  const shrinking = new Shrinking(plan, fails, mostRuns);
  for (let before: Plan | undefined; before !== shrinking.plan; ) {
    before = shrinking.plan;
    await shrinking.take(faultsOf);
    if (shrinking.plan.faults.length > 0) await shrinking.take(inOtherOrders);
    await shrinking.take(earlierFaultsOf);
    if (!keepCommands) await shrinking.take(commandsOf);
    await shrinking.take(orderOf);
    if (!keepCommands) await shrinking.take(commandsAndOrderOf);
  }
  return shrinking.plan;
}

/** All plans that are a little smaller in one respect. */
type Smaller = (plan: Plan) => Iterable<Plan>;

class Shrinking {
  plan: Plan;
  readonly #fails: Fails;
  #left: number;

  constructor(plan: Plan, fails: Fails, mostRuns: number) {
    this.plan = plan;
    this.#fails = fails;
    this.#left = mostRuns;
  }

  /** Goes on to a smaller plan that fails too, until none does. */
  async take(smaller: Smaller): Promise<void> {
    for (let found = true; found; ) {
      found = false;
      for (const plan of smaller(this.plan)) {
        if (this.#left-- <= 0) return;
        const { fails, order } = await this.#fails(plan);
        if (!fails) continue;
        // What the run has chosen says the same with smaller numbers.
        const chosen = { ...plan, order: withoutLastZeros(order) };
        if (!isSmaller(chosen, this.plan)) continue;
        this.plan = chosen;
        found = true;
        break;
      }
    }
  }
}

/** What makes a plan large, the most important first. */
function sizesOf({ faults, commands, order }: Plan): number[] {
  const written = faults.filter((fault) => fault.written).length;
  const places = sumOf(faults.map(({ at }) => at));
  return [faults.length, written, places, commands.length, weightOf(commands), order.length, sumOf(order)];
}

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

function isSmaller(plan: Plan, other: Plan): boolean {
  const [sizes, others] = [sizesOf(plan), sizesOf(other)];
  const place = sizes.findIndex((size, at) => size !== others[at]);
  return place >= 0 && (sizes[place] as number) < (others[place] as number);
}

function* faultsOf(plan: Plan): Iterable<Plan> {
  for (const faults of shorter(plan.faults)) yield { ...plan, faults };
  for (const [index, { written, ...fault }] of plan.faults.entries()) {
    if (written === true) yield { ...plan, faults: plan.faults.with(index, fault) };
  }
}

function* earlierFaultsOf(plan: Plan): Iterable<Plan> {
  for (const [index, fault] of plan.faults.entries()) {
    for (let at = 0; at < fault.at; at++) yield { ...plan, faults: plan.faults.with(index, { ...fault, at }) };
  }
}

/** How many choices a command is looked for in. */
const choicesOfCommand = 4;

/** How many orders are tried instead of faults. */
const otherOrders = 50;

/** Without faults the same may happen in another order, and a history without faults is easier to read. */
function* inOtherOrders(plan: Plan): Iterable<Plan> {
  const random = new Random(plan.order.length);
  for (let count = 0; count < otherOrders; count++) yield { ...plan, faults: [], order: randomOrder(random) };
}

function* commandsOf(plan: Plan): Iterable<Plan> {
  for (const commands of shorter(plan.commands)) yield { ...plan, commands };
  for (const [index, command] of plan.commands.entries()) {
    for (const smaller of smallerCommands(command)) yield { ...plan, commands: plan.commands.with(index, smaller) };
  }
}

function* smallerCommands(command: Command): Iterable<Command> {
  if ("wait" in command) {
    for (const wait of smallerValues(command.wait)) yield { wait: wait as Duration };
  }
  if (!("value" in command)) return;
  for (const value of smallerValues(command.value)) yield { ...command, value };
}

function* orderOf(plan: Plan): Iterable<Plan> {
  const { order } = plan;
  for (let length = Math.ceil(order.length / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    // The last choices go first: the plain way may lead to the failure from there on.
    if (length < order.length) yield { ...plan, order: order.slice(0, -length) };
    for (let from = 0; from < order.length; from += length) {
      const part = order.slice(from, from + length);
      if (part.some((number) => number > 0))
        yield { ...plan, order: order.toSpliced(from, length, ...part.map(() => 0)) };
    }
  }
  for (const [index, number] of order.entries()) {
    if (number > 1) {
      yield { ...plan, order: order.with(index, 1) };
      yield { ...plan, order: order.with(index, number - 1) };
    }
    if (number === 0) yield { ...plan, order: order.toSpliced(index, 1) };
  }
}

/** Without a command and its choices: the other choices then belong to what they belonged to before. */
function* commandsAndOrderOf(plan: Plan): Iterable<Plan> {
  for (const index of plan.commands.keys()) {
    const commands = plan.commands.toSpliced(index, 1);
    for (const from of plan.order.keys()) {
      for (let count = 1; count <= choicesOfCommand; count++) {
        yield { ...plan, commands, order: plan.order.toSpliced(from, count) };
      }
      // With a command less there is one choice less.
      const number = plan.order[from] as number;
      if (number > 0) yield { ...plan, commands, order: plan.order.with(from, number - 1) };
    }
  }
}

/** The array without some of its items, first without many of them. */
function* shorter<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let length = items.length; length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    for (let from = 0; from < items.length; from += length) yield items.toSpliced(from, length);
  }
}

function withoutLastZeros(order: readonly number[]): readonly number[] {
  return order.slice(0, order.findLastIndex((number) => number > 0) + 1);
}
