// How an options object is described: the name, the check and the default of each option, in one declaration.

import { describe, describeValue, StatefunError } from "../errors.js";
import { type Duration, durationToMs, longestTimerMs } from "./duration.js";
import { isText } from "./text.js";

/** Checks what a user wrote for the option `name` of `where`, and returns the value that the code works with. */
export type Option<Input, Read> = (input: Input | undefined, name: string, where: string) => Read;

/** One {@link Option} for each option of the interface O. */
type Described<O> = { readonly [K in keyof O]-?: Option<Exclude<O[K], undefined>, unknown> };
/** The values of described options after they were read. */
type ReadOf<D> = { readonly [K in keyof D]: D[K] extends Option<any, infer R> ? R : never };

/** A described options object. */
export interface Options<O, D> {
  /** The options one by one, for a larger options object that has them too. */
  readonly described: D;
  /**
   * Reads an options object; undefined stands for an empty one. `where` is what messages call the object's user, such as
   * "The runtime". Throws OPTION_INVALID, or what an option's own check throws.
   */
  read(where: string, input: O | undefined): ReadOf<D>;
}

/**
 * Describes the options of the interface O. The compiler refuses a description that lacks an option of O, has one more,
 * or reads one as another type. A misspelt option is refused when it is read: to drop an expiration or a limit without a
 * word could lose data.
 *
 *     const pageOptions = defineOptions<PageOptions>()({
 *       size: withDefault(positiveInteger, 50),
 *       timeout: timer, // milliseconds, or undefined
 *     });
 *     const { size, timeout: timeoutMs } = pageOptions.read("The page", options);
 */
export function defineOptions<O extends object>() {
  return <const D extends Described<O>>(described: D & Record<Exclude<keyof D, keyof O>, never>): Options<O, D> => {
    const options: Described<O> = described;
    const names = Object.keys(described) as (keyof O & string)[];
    // Options are read for every message, and most messages have none.
    let defaults: ReadOf<D> | undefined;
    const readAll = (where: string, input: Partial<O>): ReadOf<D> => {
      const read: Record<string, unknown> = {};
      for (const name of names) read[name] = options[name](input[name] as never, name, where);
      return read as ReadOf<D>;
    };
    return {
      described,
      read(where, input) {
        if (input === undefined) {
          defaults ??= Object.freeze(readAll(where, {}));
          return defaults;
        }
        assertKnownOptions(where, input, names);
        return readAll(where, input);
      },
    };
  };
}

/** Throws OPTION_INVALID when `input` is no object of options, or has an option that is not among the names. */
export function assertKnownOptions(where: string, input: unknown, names: readonly string[]): asserts input is object {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new StatefunError(
      "OPTION_INVALID",
      `${where} takes an object of options, not ${describeValue(input)}. It has: ${names.join(", ")}.`,
    );
  }
  for (const key of Object.keys(input)) {
    if (names.includes(key)) continue;
    throw new StatefunError("OPTION_INVALID", `${where} has no option "${key}". It has: ${names.join(", ")}.`);
  }
}

/** Says that an option has a value that it can't have; `what` completes "it must be …". */
export function optionInvalid(where: string, name: string, input: unknown, what: string): StatefunError {
  return new StatefunError("OPTION_INVALID", `${where}: ${name} is ${describeValue(input)}; it must be ${what}.`);
}

/** An option that is checked where it is used, or that has nothing to check. */
export function unchecked<T>(): Option<T, T | undefined> {
  return (input) => input;
}

/** An option whose values pass a test; `what` completes "it must be …". */
export function checked<T>(what: string, test: (input: unknown) => input is T): Option<T, T | undefined> {
  return (input, name, where) => {
    if (input === undefined || test(input)) return input;
    throw optionInvalid(where, name, input, what);
  };
}

/** An option with a value for when none is given. */
export function withDefault<G, R>(
  option: Option<G, R>,
  value: Exclude<R, undefined>,
): Option<G, Exclude<R, undefined>> {
  return (input, name, where) => (input === undefined ? value : (option(input, name, where) as Exclude<R, undefined>));
}

/** An option that must be given; `what` completes "it must be …". */
export function required<G, R>(option: Option<G, R>, what: string): Option<G, Exclude<R, undefined>> {
  return (input, name, where) => {
    if (input === undefined) throw optionInvalid(where, name, input, what);
    return option(input, name, where) as Exclude<R, undefined>;
  };
}

/** An options object as an option of another one. */
export function nested<O, D>(options: Options<O, D>): Option<O, ReadOf<D>> {
  return (input, name, where) => options.read(`${where}'s ${name}`, input);
}

/** One of these texts. */
export function oneOf<const T extends string>(...values: readonly T[]): Option<T, T | undefined> {
  const what = values.map((value) => `"${value}"`).join(" or ");
  return checked(what, (input): input is T => values.includes(input as T));
}

export const positiveInteger = checked(
  "a whole number above 0",
  (input): input is number => Number.isSafeInteger(input) && (input as number) > 0,
);

/** A port to listen on; 0 picks a free one. */
export const port = checked(
  "a whole number from 0 to 65535",
  (input): input is number => Number.isInteger(input) && (input as number) >= 0 && (input as number) <= 65_535,
);

export const trueOrFalse = checked("true or false", (input): input is boolean => typeof input === "boolean");

export const nonEmptyText = checked(
  "a text that is not empty",
  (input): input is string => typeof input === "string" && input !== "",
);

/** Text that is not empty, and that UTF-8 can carry. */
export const textOption = checked("a text that is not empty", isText);

/** A duration of any length, read as milliseconds. Throws DURATION_INVALID. */
export const duration: Option<Duration, number | undefined> = (input, name, where) => {
  if (input === undefined) return undefined;
  try {
    return durationToMs(input);
  } catch (error) {
    throw new StatefunError("DURATION_INVALID", `${where}: ${name}: ${describe(error)}`);
  }
};

/** A duration above 0, of any length, read as milliseconds. Throws DURATION_INVALID. */
export const span: Option<Duration, number | undefined> = (input, name, where) => {
  const ms = duration(input, name, where);
  if (ms === undefined || ms > 0) return ms;
  throw new StatefunError("DURATION_INVALID", `${where}: ${name} is ${ms} ms; it must be more than 0.`);
};

/** A duration to wait, which may be 0, read as milliseconds. Throws DURATION_INVALID. */
export const wait: Option<Duration, number | undefined> = (input, name, where) => {
  const ms = duration(input, name, where);
  if (ms === undefined || (ms >= 0 && ms <= longestTimerMs)) return ms;
  throw new StatefunError(
    "DURATION_INVALID",
    `${where}: ${name} is ${ms} ms; it must be 0 or more, and less than 25 days.`,
  );
};

/** A duration that a timer can wait for, read as milliseconds. Throws DURATION_INVALID. */
export const timer: Option<Duration, number | undefined> = (input, name, where) => {
  const ms = duration(input, name, where);
  if (ms === undefined || (ms > 0 && ms <= longestTimerMs)) return ms;
  throw new StatefunError(
    "DURATION_INVALID",
    `${where}: ${name} is ${ms} ms; it must be more than 0 and less than 25 days.`,
  );
};
