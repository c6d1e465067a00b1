// Everything that a run is made of, as plain arrays: the same plan gives the same run.

import type { Command } from "./commands.js";
import { type FaultKind, randomFaults, type SimulatedFault } from "./faults.js";
import type { Random } from "./random.js";

/** What comes, what goes wrong, and what goes first. */
export interface Plan {
  readonly commands: readonly Command[];
  readonly faults: readonly SimulatedFault[];
  /** The numbers that choose where a run has a choice; see {@link Choices}. */
  readonly order: readonly number[];
}

/** The most choices that are drawn for a run. Behind them a run goes its plain way. */
const mostChoices = 300;

/** Draws the faults and the order of a run with these commands. */
export function randomPlan(random: Random, commands: readonly Command[], kinds: readonly FaultKind[]): Plan {
  const faults = randomFaults(random, kinds, 4 + commands.length * 3);
  return { commands, faults, order: randomOrder(random) };
}

/** Draws the choices of a run. */
export function randomOrder(random: Random): number[] {
  // Some runs take any way at each choice, and others mostly the plain one: both find what the other does not.
  const plain = random.pick([0, 0.3, 0.6, 0.9]);
  return Array.from({ length: mostChoices }, () => (random.chance(plain) ? 0 : random.below(60)));
}
