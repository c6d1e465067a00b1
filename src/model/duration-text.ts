// Durations as text, in the units of StateFun's module files: "1min", "30 s", "500". No unit means milliseconds.

/** The units, each with its names. */
const units: readonly (readonly [ms: number, ...names: string[]])[] = [
  [86_400_000, "d", "day", "days"],
  [3_600_000, "h", "hour", "hours"],
  [60_000, "min", "m", "minute", "minutes"],
  [1_000, "s", "sec", "secs", "second", "seconds"],
  [1, "ms", "milli", "millis", "millisecond", "milliseconds"],
  [1e-3, "µs", "micro", "micros", "microsecond", "microseconds"],
  [1e-6, "ns", "nano", "nanos", "nanosecond", "nanoseconds"],
];
const msOf = new Map(units.flatMap(([ms, ...names]) => names.map((name) => [name, ms] as const)));

/** Says in an error message what may be written. */
export const durationHelp =
  "Write a whole number and a unit (d, h, min, s, ms), for example 30s; a number alone is in milliseconds.";

/** Reads a duration as whole milliseconds, dropping a fraction; undefined when the text is no duration. */
export function parseDurationText(text: string): number | undefined {
  const [, digits, unit] = /^(\d+)\s*(\p{L}*)$/u.exec(text.trim()) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const unitMs = unit === "" ? 1 : msOf.get(unit.toLowerCase());
  if (unitMs === undefined) return undefined;
  const ms = Math.trunc(Number(digits) * unitMs);
  return Number.isSafeInteger(ms) ? ms : undefined;
}
