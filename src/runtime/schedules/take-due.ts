// Which messages a schedule owes at a moment.

import type { IfMissed } from "../../functions/schedule-options.js";
import type { DueTimes } from "./due-times.js";

/** A due time is missed when the runtime comes to it later than this: nothing ran, or the clock has jumped. */
const missedAfterMs = 60_000;

/** For how many missed due times of one gap messages are sent, or counted. */
const mostMissed = 1_000;

/** How many messages one transaction sends. */
const mostAtOnce = 100;

/** A message that is owed. */
export interface Due {
  /** The due time, in milliseconds since 1970. */
  readonly at: number;
  readonly missed: boolean;
}

/** What is owed. */
export interface Owed {
  readonly due: readonly Due[];
  /** How many due times were missed, whether or not they get messages. */
  readonly missed: number;
  /** The last due time that is settled by these messages; undefined when nothing was due. */
  readonly until: number | undefined;
  /** Whether more messages are owed than one transaction sends. */
  readonly more: boolean;
}

/** Finds what is owed for the due times after `after` and until `now`. */
export function takeDue(times: Pick<DueTimes, "next" | "last">, after: number, now: number, ifMissed: IfMissed): Owed {
  const found = dueBetween(times, after, now);
  const latest = found.at(-1);
  const all = found.map((at) => ({ at, missed: now - at > missedAfterMs }));
  const missed = all.filter((due) => due.missed).length;
  if (missed === 0 || ifMissed === "all") {
    const due = all.slice(0, mostAtOnce);
    const more = due.length < all.length;
    const counted = due.filter((each) => each.missed).length;
    return { due, missed: counted, until: due.at(-1)?.at, more };
  }
  const due = ifMissed === "skip" ? all.slice(missed) : [{ at: latest as number, missed: true }];
  return { due, missed, until: latest, more: false };
}

/** The due times in their order; of very many, the last ones. */
function dueBetween(times: Pick<DueTimes, "next" | "last">, after: number, now: number): number[] {
  const found: number[] = [];
  for (let at = times.next(after); at !== undefined && at <= now; at = times.next(at)) {
    if (found.length === mostMissed) return times.last(mostMissed, after, now);
    found.push(at);
  }
  return found;
}
