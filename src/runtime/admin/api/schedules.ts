// What the admin server says of schedules.

/** The answers about schedules, by the names of their routes. */
export interface ScheduleAnswers {
  readonly schedules: ScheduleList;
  readonly pauseSchedule: Schedule;
  readonly resumeSchedule: Schedule;
  readonly runSchedule: Schedule;
}

/** The schedules, in the order of their names. */
export interface ScheduleList {
  readonly schedules: readonly Schedule[];
}

/** A schedule, and what it has done. */
export interface Schedule {
  /** The name of the schedule. */
  readonly schedule: string;
  /** The due times, as a cron expression. */
  readonly cron: string;
  /** The time zone of the due times. */
  readonly timezone: string;
  /** The type name of the function that gets the messages. */
  readonly function: string;
  /** The id of the address that gets the messages. */
  readonly id: string;
  /** What becomes of due times at which nothing ran. */
  readonly ifMissed: "skip" | "once" | "all";
  /** Since when the schedule is paused; null while it is not. */
  readonly pausedAt: string | null;
  /** The next due time; null while the schedule is paused. */
  readonly nextAt: string | null;
  /** The last message; null when there is none. */
  readonly last: ScheduledMessage | null;
  /** How many messages were sent. */
  readonly sent: number;
  /** How many due times were missed because nothing ran. */
  readonly missed: number;
  /** Why the message can't be sent; null while it can. */
  readonly failure: ScheduleFailure | null;
}

/** A message that a schedule has sent. */
export interface ScheduledMessage {
  /** The due time of the message. */
  readonly due: string;
  /** When the message was sent. */
  readonly at: string;
  /** Why the message was sent. */
  readonly run: "due" | "missed" | "manual";
}

/** Why a schedule can't send its message. */
export interface ScheduleFailure {
  /** The code of the last failure; ADDRESS_PARKED when a person parked the schedule's address. */
  readonly code: string;
  /** The first line of the failure's message. */
  readonly reason: string;
  /** When the first of these failures was. */
  readonly since: string;
  /** When the next try begins; null while one is in flight, or while the address is parked. */
  readonly nextTryAt: string | null;
}
