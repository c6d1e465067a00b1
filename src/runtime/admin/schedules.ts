// What the admin server answers at the paths of schedules.

import type { ScheduleInfo } from "../schedules/schedules.js";
import { type Answered, ok, timeOf, timeOrNull } from "./answered.js";
import type { AdminAnswers } from "./api/answers.js";
import type { Asked } from "./asked.js";

export const scheduleAnswers = {
  schedules: async ({ schedules }: Asked): Promise<Answered<AdminAnswers["schedules"]>> =>
    ok({ schedules: (await schedules.list()).map(showSchedule) }),

  pauseSchedule: async ({ schedules, filled }: Asked): Promise<Answered<AdminAnswers["pauseSchedule"]>> =>
    ok(showSchedule(await schedules.pause(filled.schedule as string))),

  resumeSchedule: async ({ schedules, filled }: Asked): Promise<Answered<AdminAnswers["resumeSchedule"]>> =>
    ok(showSchedule(await schedules.resume(filled.schedule as string))),

  runSchedule: async ({ schedules, filled }: Asked): Promise<Answered<AdminAnswers["runSchedule"]>> =>
    ok(showSchedule(await schedules.run(filled.schedule as string))),
} as const;

function showSchedule({ name, cron, timezone, target, ifMissed, sent, missed, ...rest }: ScheduleInfo) {
  const { pausedAt, nextAt, last, failure } = rest;
  return {
    schedule: name,
    cron,
    timezone,
    function: target.typeName,
    id: target.id,
    ifMissed,
    pausedAt: timeOrNull(pausedAt),
    nextAt: timeOrNull(nextAt),
    last: last === undefined ? null : { due: timeOf(last.due), at: timeOf(last.at), run: last.run },
    sent,
    missed,
    failure:
      failure === undefined
        ? null
        : {
            code: failure.code,
            reason: failure.reason,
            since: timeOf(failure.since),
            nextTryAt: timeOrNull(failure.nextTryAt),
          },
  };
}
