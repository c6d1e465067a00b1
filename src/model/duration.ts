// Durations as users write them: a number of milliseconds, or an object of units.

import { describeValue, StatefunError } from "../errors.js";

/** A span of time: a number of milliseconds, or units that add up. */
export type Duration =
  | number
  | {
      readonly days?: number;
      readonly hours?: number;
      readonly minutes?: number;
      readonly seconds?: number;
      readonly milliseconds?: number;
    };

const unitsMs: Readonly<Record<string, number>> = {
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1_000,
  milliseconds: 1,
};

/** The longest time that setTimeout can wait, almost 25 days. It waits 1 ms when it is asked for longer. */
export const longestTimerMs = 2 ** 31 - 1;

/** Converts a duration to whole milliseconds, dropping a fraction. Throws DURATION_INVALID. */
export function durationToMs(duration: Duration): number {
  const ms = typeof duration === "number" ? duration : sumOfUnits(duration);
  if (!Number.isFinite(ms) || Math.abs(ms) > Number.MAX_SAFE_INTEGER) {
    throw invalid(`${ms} ms is not a duration`);
  }
  return Math.trunc(ms);
}

/** Writes milliseconds as seconds, for a line that a person reads: "0.1 s", "21 s", "3600 s". */
export const secondsText = (ms: number): string => `${Number((Math.max(0, ms) / 1000).toPrecision(2))} s`;

function sumOfUnits(duration: unknown): number {
  if (typeof duration !== "object" || duration === null) {
    throw invalid(`${describeValue(duration)} is not a duration`);
  }
  const units = Object.entries(duration).filter(([, amount]) => amount !== undefined);
  if (units.length === 0) throw invalid("a duration needs at least one unit");
  let ms = 0;
  for (const [unit, amount] of units) {
    const unitMs = Object.hasOwn(unitsMs, unit) ? unitsMs[unit] : undefined;
    if (unitMs === undefined) throw invalid(`"${unit}" is not a unit`);
    if (typeof amount !== "number") throw invalid(`"${unit}" is not a number`);
    ms += amount * unitMs;
  }
  return ms;
}

function invalid(why: string): StatefunError {
  return new StatefunError(
    "DURATION_INVALID",
    `${why}. Write milliseconds, or an object of days, hours, minutes, seconds and milliseconds, for example { minutes: 30 }.`,
  );
}
