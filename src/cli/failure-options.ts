// The options --attempts, --retry-window and --on-failure: for all functions, or for functions by name.

import { StatefunError } from "../errors.js";
import { parseDurationText } from "../model/duration-text.js";
import type { FunctionOptions, OnFailure } from "../model/function-policy.js";
import { type Input, usage } from "./parse.js";

type Described = Pick<FunctionOptions, "retry" | "onFailure">;

/** How each option is read, and where its value belongs. */
const options: Readonly<Record<string, (value: string) => Described>> = {
  attempts: (value) => {
    if (/^[1-9]\d{0,8}$/.test(value)) return { retry: { attempts: Number(value) } };
    throw usage(`--attempts is ${value}; it must be a whole number above 0.`);
  },
  "retry-window": (value) => {
    const ms = /^\d+$/.test(value) ? undefined : parseDurationText(value);
    if (ms !== undefined && ms > 0) return { retry: { window: ms } };
    throw new StatefunError(
      "DURATION_INVALID",
      `--retry-window is ${value}; write a number above 0 and a unit, such as 30s, 5m, 2h or 1d.`,
    );
  },
  "on-failure": (value) => {
    if (value === "park" || value === "deadLetter") return { onFailure: value satisfies OnFailure };
    throw usage(`--on-failure is ${value}; it must be park or deadLetter.`);
  },
};

/** Reads the options. Throws OPTION_INVALID and DURATION_INVALID. */
export function failureOptions(input: Input): Described & { functionOptions: Record<string, Described> } {
  let general: Described = {};
  const functionOptions: Record<string, Described> = {};
  for (const [option, read] of Object.entries(options)) {
    for (const written of input.texts(option)) {
      // The value itself has no equals sign, so that the last one ends the name.
      const equals = written.lastIndexOf("=");
      const described = read(written.slice(equals + 1));
      if (equals < 0) general = merged(general, described);
      else {
        const name = written.slice(0, equals);
        functionOptions[name] = merged(functionOptions[name] ?? {}, described);
      }
    }
  }
  return { ...general, functionOptions };
}

const merged = (before: Described, { retry, ...more }: Described): Described => ({
  ...before,
  ...more,
  ...(retry === undefined ? {} : { retry: { ...before.retry, ...retry } }),
});
