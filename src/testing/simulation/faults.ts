// What goes wrong in a run, and where.

import type { Random } from "./random.js";

/**
 * What may go wrong: "crash": the process dies at a commit. "fullDisk": the disk refuses a commit, which is tried again.
 * "lostAnswer": a handler has run and its answer is lost, so it runs again. "failingHandler": a handler fails and is tried
 * again. "slowHandler": the answer of a handler comes a second late. "egressDown": an egress takes nothing for a second.
 */
export type FaultKind = "crash" | "fullDisk" | "lostAnswer" | "failingHandler" | "slowHandler" | "egressDown";

/** All kinds of faults. */
export const faultKinds: readonly FaultKind[] = [
  "crash",
  "fullDisk",
  "lostAnswer",
  "failingHandler",
  "slowHandler",
  "egressDown",
];

/** One fault of a run. */
export interface SimulatedFault {
  readonly fault: FaultKind;
  /** At which commit, which run of a handler or which record of an egress it happens, counted from 0. */
  readonly at: number;
  /** For a crash, whether the commit is on the disk already. Nobody has been told so. Defaults to false. */
  readonly written?: boolean;
}

/** The most faults of one run. */
const mostFaults = 3;

/** Draws the faults of a run that has about so many commits and as many runs of handlers. */
export function randomFaults(random: Random, kinds: readonly FaultKind[], places: number): SimulatedFault[] {
  if (kinds.length === 0) return [];
  return Array.from({ length: random.below(mostFaults + 1) }, () => {
    const fault = random.pick(kinds);
    const at = random.below(places);
    return fault === "crash" && random.chance(0.5) ? { fault, at, written: true } : { fault, at };
  });
}

const places = {
  commit: ["crash", "fullDisk"],
  run: ["lostAnswer", "failingHandler", "slowHandler"],
  record: ["egressDown"],
} as const satisfies Record<string, readonly FaultKind[]>;

/** Counts the places of a run at which faults can happen. */
export class FaultPlaces {
  readonly #faults: readonly SimulatedFault[];
  readonly #counts = { commit: 0, run: 0, record: 0 };

  constructor(faults: readonly SimulatedFault[]) {
    this.#faults = faults;
  }

  /** How many commits there were so far, runs of handlers, and records that were handed to egresses. */
  get counts(): Readonly<Record<keyof typeof places, number>> {
    return this.#counts;
  }

  /** Counts a place. Returns the fault that happens there, if there is one. */
  next(place: keyof typeof places): SimulatedFault | undefined {
    const count = this.#counts[place]++;
    const kinds: readonly FaultKind[] = places[place];
    return this.#faults.find(({ fault, at }) => at === count && kinds.includes(fault));
  }
}
