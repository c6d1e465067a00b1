// What the data folder keeps of a schedule: the state of its address.

import { json } from "../../types/json.js";

/** Why a message was sent: its due time came, its due time was missed, or a person has asked for it. */
export type ScheduleRun = "due" | "missed" | "manual";

/** Times are in milliseconds since 1970. */
export interface ScheduleRecord {
  /** The due times by which `until` counts. */
  readonly cron: string;
  readonly timezone: string;
  /** Everything that was due up to this time is settled. */
  readonly until: number;
  /** Since when the schedule is paused. Missing while it is not. */
  readonly pausedAt?: number;
  /** How many messages were sent. */
  readonly sent: number;
  /** How many due times were missed. */
  readonly missed: number;
  /** The last message. */
  readonly last?: { readonly due: number; readonly at: number; readonly run: ScheduleRun };
  /** Why the message of a due time can't be made, since when, after how many tries. Missing while it can. */
  readonly failure?: {
    readonly code: string;
    readonly reason: string;
    readonly since: number;
    readonly tries: number;
    readonly nextTryAt: number;
  };
}

export const scheduleRecord = json<ScheduleRecord>("statefun.runtime/schedule-record");
