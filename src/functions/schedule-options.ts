// A schedule of a function: its options as users write them, and what is read from them. The runtime makes due times of them.

import {
  checked,
  defineOptions,
  nonEmptyText,
  oneOf,
  required,
  textOption,
  unchecked,
  withDefault,
} from "../model/options.js";
import { isText } from "../model/text.js";
import type { TypedValue } from "../model/typed-value.js";
import { packValue } from "../types/pack.js";
import type { Sendable } from "../types/sendable.js";

/**
 * What becomes of due times at which nothing ran. "once": one message makes up for all of them. "all": each of them gets its
 * message, of very many the last 1,000. "skip": none of them does.
 */
export type IfMissed = "once" | "all" | "skip";

/** Options of a schedule: when it is due, and what is sent then. */
export interface ScheduleOptions<M = Sendable> {
  /** The name, which no other schedule of the runtime has. The data folder keeps what a schedule has done under its name. */
  readonly name: string;
  /**
   * The due times: minute, hour, day of the month, month and day of the week, as in "0 3 * * *". A field in front holds seconds.
   * "@hourly", "@daily", "@weekly", "@monthly" and "@yearly" stand for the usual ones.
   */
  readonly cron: string;
  /** The time zone by which the fields count, such as "Europe/Berlin". Defaults to "UTC". */
  readonly timezone?: string;
  /** The id of the function instance that gets the message. */
  readonly id: string;
  /** The message, or a function that makes it for a due time. A function that throws is called again until it does not. */
  readonly message: M | ((due: Date) => M);
  /** What becomes of due times at which nothing ran. Defaults to "once". */
  readonly ifMissed?: IfMissed;
}

/** A schedule that was read. */
export interface ScheduleSpec {
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly id: string;
  readonly ifMissed: IfMissed;
  /** Makes the message of a due time. Throws what the user's function throws, and VALUE_UNTYPED. */
  readonly message: (due: Date) => TypedValue;
  /** The typename of every message; undefined when a function makes the messages. */
  readonly typename: string | undefined;
  /** Who declares the schedule, for error messages. */
  readonly where: string;
}

/** The longest name: a name is a part of keys, of URLs and of labels. */
const longestName = 200;

export const scheduleOptions = defineOptions<ScheduleOptions>()({
  name: required(
    checked(
      `a text of 1 to ${longestName} characters, and neither "." nor ".."`,
      // A URL parser removes the parts "." and "..", so the admin server would not be reached.
      (input): input is string => isText(input) && input.length <= longestName && input !== "." && input !== "..",
    ),
    "a text",
  ),
  cron: required(nonEmptyText, 'due times such as "0 3 * * *"'),
  timezone: withDefault(nonEmptyText, "UTC"),
  id: required(textOption, "the id of the function instance that gets the message"),
  message: required(unchecked<ScheduleOptions["message"]>(), "a message, or a function that makes one"),
  ifMissed: withDefault(oneOf("once", "all", "skip"), "once"),
});

/** Makes a spec of options that were read. Throws VALUE_UNTYPED and VALUE_INVALID for the message. */
export function scheduleSpec(read: ReturnType<typeof scheduleOptions.read>, where: string): ScheduleSpec {
  const { message, ...own } = read as typeof read & { message: ScheduleOptions["message"] };
  if (typeof message === "function") {
    return { ...own, message: (due) => packValue(message(due)), typename: undefined, where };
  }
  const packed = packValue(message);
  return { ...own, message: () => packed, typename: packed.typename, where };
}

/** Reads the schedules of a registered function. Throws OPTION_INVALID, VALUE_UNTYPED and VALUE_INVALID. */
export function readSchedules(where: string, schedules: readonly ScheduleOptions[] = []): ScheduleSpec[] {
  return schedules.map((options, index) => {
    const place = `${where}: schedules[${index}]`;
    return scheduleSpec(scheduleOptions.read(place, options), place);
  });
}
