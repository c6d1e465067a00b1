// The due times of a schedule: a cron expression in a time zone.

import { Cron } from "croner";
import { describe, StatefunError } from "../../errors.js";

/** Five or six fields, or a nickname. The library also takes a year and a single date, which are no rhythm. */
const rhythm = /^(@(hourly|daily|weekly|monthly|yearly|annually)|\S+(\s+\S+){4,5})$/i;

export class DueTimes {
  readonly cron: string;
  readonly timezone: string;
  readonly #cron: Cron;

  /** Throws OPTION_INVALID; `where` begins its message. */
  constructor({ cron, timezone }: { readonly cron: string; readonly timezone: string }, where: string) {
    const wrong = (why: string, cause?: unknown) => new StatefunError("OPTION_INVALID", `${where}: ${why}`, { cause });
    if (!rhythm.test(cron.trim())) {
      throw wrong(
        `cron is ${JSON.stringify(cron)}; it must have five fields, such as "0 3 * * *", or six with seconds.`,
      );
    }
    try {
      new Intl.DateTimeFormat("en", { timeZone: timezone });
    } catch (error) {
      throw wrong(
        `timezone is ${JSON.stringify(timezone)}; it must be the name of a time zone, such as "Europe/Berlin".`,
        error,
      );
    }
    this.cron = cron;
    this.timezone = timezone;
    try {
      // A time of the day that DST skips or repeats is due once; see docs/schedules.md.
      this.#cron = new Cron(cron, { timezone, mode: "5-or-6-parts", fixedTimeRule: "no-wildcard", paused: true });
    } catch (error) {
      throw wrong(`cron is ${JSON.stringify(cron)}, which can't be read: ${describe(error)}`, error);
    }
    if (this.next(0) === undefined) throw wrong(`cron is ${JSON.stringify(cron)}, which is never due.`);
  }

  /** The first due time after a moment, in milliseconds since 1970; undefined when there is none. */
  next(afterMs: number): number | undefined {
    return this.#cron.nextRun(new Date(afterMs))?.getTime();
  }

  /** The last `count` due times after one moment and until another one, in their order. */
  last(count: number, afterMs: number, untilMs: number): number[] {
    // The library counts in seconds and leaves the moment itself out.
    const behind = new Date((Math.floor(untilMs / 1000) + 1) * 1000);
    const found = this.#cron.previousRuns(count, behind).map((date) => date.getTime());
    return found.filter((at) => at > afterMs && at <= untilMs).reverse();
  }
}
