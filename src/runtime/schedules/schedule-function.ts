// The function that keeps the schedules, one address for each. What an address sends at a due time, what it notes of it and its
// delayed message to itself for the next due time are one transaction of the engine, like all effects of a message.

import type { FindRoute, Route } from "../../engine/endpoint.js";
import { describe, errorOf } from "../../errors.js";
import type { Context } from "../../functions/context.js";
import { LocalFunctions, type LocalOptions } from "../../functions/local-functions.js";
import { StatefulFunctions } from "../../functions/stateful-functions.js";
import { backoffMs } from "../../model/backoff.js";
import { failureOf } from "../../model/failure.js";
import type { Logger } from "../../model/logger.js";
import { runtimeNamespace } from "../../model/runtime-namespace.js";
import { isTerminalError, TerminalError } from "../../model/terminal-error.js";
import { parseTypeName } from "../../model/type-name.js";
import type { TypedValue } from "../../model/typed-value.js";
import { Types } from "../../types/primitives.js";
import { InProcessEndpoint } from "../endpoint/in-process.js";
import type { ScheduleDefinition } from "./definitions.js";
import { DueTimes } from "./due-times.js";
import { type ScheduleRecord, type ScheduleRun, scheduleRecord } from "./schedule-record.js";
import { takeDue } from "./take-due.js";

/** The type name of the function. The id of an address is the name of its schedule. */
export const scheduleTypeName = `${runtimeNamespace}/schedule`;

/** What a person does to a schedule. */
export type ScheduleOrder = "pause" | "resume" | "run";

/** The metadata of a message by which an order proves that it comes from the runtime. */
export const secretName = "statefun-schedule-secret";

/** The names of the metadata of a scheduled message. */
const scheduleMetadata = {
  name: "statefun-schedule",
  due: "statefun-schedule-due",
  run: "statefun-schedule-run",
} as const;

/** Withdraws the message for the next due time. User functions with the same id share their tokens with the schedule. */
const cancellationToken = scheduleTypeName;

/** The message by which an address looks what is due. Anybody may send it: it says nothing, and changes nothing that is not due. */
export const look: TypedValue = Types.string.pack("look");

export interface ScheduleParts {
  readonly definitions: ReadonlyMap<string, ScheduleDefinition>;
  /** Only who knows it gives orders. It is made anew at each start. */
  readonly secret: string;
  /** Takes the record of a schedule after each change. */
  readonly onChange: (name: string, record: ScheduleRecord) => void;
  readonly logger: Logger;
}

/** When the message of a due time can't be made, it is tried again like any message that fails, but for ever. */
const tries = { firstMs: 100, longestMs: 60_000 };

interface Kept {
  record: ScheduleRecord | undefined;
}

/** The route of the function: in this process, and never parked, since a schedule that stands still misses its due times. */
function scheduleRoute(parts: ScheduleParts, options: LocalOptions): Route {
  const functions = new StatefulFunctions().register(
    scheduleTypeName,
    (message: TypedValue, context, state) => keepSchedule(parts, message, context, state as Kept),
    { state: { record: { type: scheduleRecord } } },
  );
  return {
    endpoint: new InProcessEndpoint(new LocalFunctions(functions, options)),
    generation: "v3",
    maxBatch: 1,
    states: undefined,
    label: "in the runtime",
    policy: { retry: { attempts: Number.POSITIVE_INFINITY, longestMs: tries.longestMs } },
  };
}

/** Finds the route of the function that keeps the schedules, and of every other function as before. */
export function routesWithSchedules(find: FindRoute, parts: ScheduleParts, options: LocalOptions): FindRoute {
  const own = parseTypeName(scheduleTypeName);
  const route = scheduleRoute(parts, options);
  return (namespace, name) => (name === own.name && namespace === own.namespace ? route : find(namespace, name));
}

/** Handles a message to a schedule: sends what is due, carries out an order, and waits for the next due time. */
function keepSchedule(parts: ScheduleParts, message: TypedValue, context: Context, state: Kept): void {
  const { definitions, secret, onChange } = parts;
  context.cancelDelayedMessage(cancellationToken);
  const name = context.address.id;
  const definition = definitions.get(name);
  if (definition === undefined) {
    // The schedule was removed. When it comes back it begins anew, so that nothing is made up for the time in between.
    state.record = undefined;
    return;
  }
  const { now } = context;
  const { cron, timezone } = definition.times;
  let record: ScheduleRecord = state.record ?? { cron, timezone, until: now, sent: 0, missed: 0 };
  const settled = record.pausedAt === undefined ? settle(record, definition, context, parts) : { record, more: false };
  record = settled.record;
  const isSettled = !settled.more && record.failure === undefined;
  if (isSettled && (record.cron !== cron || record.timezone !== timezone)) {
    record = { ...record, cron, timezone, until: Math.max(record.until, now) };
  }
  const order = message.metadata.getText(secretName) === secret ? message.metadata.getText("order") : undefined;
  if (order === "run") {
    send(definition, madeForOrder(definition, now), now, "manual", context);
    record = { ...record, sent: record.sent + 1, last: { due: now, at: now, run: "manual" } };
  }
  if (order === "pause") {
    const { failure: _, ...resting } = record;
    record = { ...resting, pausedAt: record.pausedAt ?? now };
  }
  if (order === "resume" && record.pausedAt !== undefined) {
    const { pausedAt: _, ...running } = record;
    // By the clock alone: after a clock that was far ahead was put right, people pause and resume a schedule.
    record = { ...running, until: now };
  }
  state.record = record;
  onChange(name, record);
  if (record.pausedAt !== undefined) return;
  if (settled.more) {
    context.send(context.address, look);
    return;
  }
  const next = record.failure?.nextTryAt ?? definition.times.next(record.until);
  if (next !== undefined) context.sendAt(next, context.address, look, { cancellationToken });
}

/**
 * Sends what was due until now, by the due times that held until now: they may be others than those of the definition, which count
 * from now on. When a message can't be made, nothing is sent, and the record says so. The failure is no failure of this function:
 * orders would wait behind the message that fails, and nobody could pause the schedule.
 */
function settle(
  record: ScheduleRecord,
  definition: ScheduleDefinition,
  context: Context,
  { logger }: ScheduleParts,
): { record: ScheduleRecord; more: boolean } {
  const { now } = context;
  const owed = takeDue(timesOf(record, definition), record.until, now, definition.ifMissed);
  const { due, until = record.until, missed, more } = owed;
  const { failure, ...well } = record;
  let messages: TypedValue[];
  try {
    messages = due.map(({ at }) => definition.message(new Date(at)));
  } catch (thrown) {
    const failed = failureAfter(failure, thrown, now);
    const line = `The schedule ${definition.name} can't make its message, and tries again: ${failed.reason}`;
    logger.warn(line, errorOf(thrown), { code: failed.code, attempt: failed.tries });
    return { record: { ...well, failure: failed }, more: false };
  }
  due.forEach(({ at, missed }, index) => {
    send(definition, messages[index] as TypedValue, at, missed ? "missed" : "due", context);
  });
  const last = due.at(-1);
  return {
    record: {
      ...well,
      until,
      sent: record.sent + due.length,
      missed: record.missed + missed,
      ...(last === undefined ? {} : { last: { due: last.at, at: now, run: last.missed ? "missed" : "due" } }),
    },
    more,
  };
}

function failureAfter(before: ScheduleRecord["failure"], thrown: unknown, now: number) {
  const tried = (before?.tries ?? 0) + 1;
  const { code, message } = failureOf(thrown);
  const [reason = ""] = message.split("\n", 1);
  return {
    code,
    reason,
    since: before?.since ?? now,
    tries: tried,
    nextTryAt: now + backoffMs(tries, tried),
  };
}

function timesOf({ cron, timezone }: ScheduleRecord, { times }: ScheduleDefinition): Pick<DueTimes, "next" | "last"> {
  if (cron === times.cron && timezone === times.timezone) return times;
  try {
    return new DueTimes({ cron, timezone }, "The schedule's earlier due times");
  } catch {
    return { next: () => undefined, last: () => [] }; // a time zone that this machine's data no longer has
  }
}

function send(
  { name, target }: ScheduleDefinition,
  message: TypedValue,
  dueMs: number,
  run: ScheduleRun,
  context: Context,
): void {
  const metadata = {
    [scheduleMetadata.name]: name,
    [scheduleMetadata.due]: new Date(dueMs).toISOString(),
    [scheduleMetadata.run]: run,
  };
  context.send(target, message, { metadata });
}

/** Makes the message that a person has asked for. A failure refuses the order, and the person learns of it at once. */
function madeForOrder({ message }: ScheduleDefinition, now: number): TypedValue {
  try {
    return message(new Date(now));
  } catch (error) {
    if (isTerminalError(error)) throw error;
    throw new TerminalError(describe(error), { code: failureOf(error).code, cause: error });
  }
}
