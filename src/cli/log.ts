// The log of `statefun start` and `statefun dev`: one entry for each failure, on stderr, as text for people or JSON for programs.

import { guarded, type LogFields, type Logger } from "../model/logger.js";
import { type Input, usage } from "./parse.js";
import { printError } from "./print.js";

const levels = ["error", "warn"] as const;
type Level = (typeof levels)[number];

/** The logger that --log-format and --log-level describe. Throws OPTION_INVALID. */
export function loggerOf(input: Input): Logger {
  const entryText = oneOf(input, "log-format", { text: textEntry, json: jsonEntry });
  const least = levels.indexOf(oneOf(input, "log-level", { warn: "warn", error: "error" }));
  const write =
    (level: Level) =>
    (line: string, _: Error, fields: LogFields = {}) => {
      if (levels.indexOf(level) <= least) printError(entryText(new Date().toISOString(), level, line, fields));
    };
  return guarded({ error: write("error"), warn: write("warn") });
}

function textEntry(time: string, level: Level, line: string, { stack }: LogFields): string {
  const entry = `${time} ${level.toUpperCase().padEnd(5)} ${line}`;
  return stack === undefined ? entry : `${entry}\n${stack}`;
}

const jsonEntry = (time: string, level: Level, message: string, fields: LogFields) =>
  JSON.stringify({ time, level, message, ...fields });

/** The value that an option names; the first of the values is the default. */
function oneOf<T>(input: Input, option: string, values: Readonly<Record<string, T>>): T {
  const names = Object.keys(values);
  const written = input.text(option) ?? (names[0] as string);
  if (names.includes(written)) return values[written] as T;
  throw usage(`--${option} is ${written}; it must be ${names.join(" or ")}.`);
}
