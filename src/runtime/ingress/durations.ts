// The durations that a call over HTTP may name: text with a unit, or milliseconds.

import { describeValue, StatefunError } from "../../errors.js";
import { longestTimerMs } from "../../model/duration.js";
import { durationHelp } from "../../model/duration-text.js";
import { parseDuration } from "../http/request-target.js";

/** Reads how long a call may wait for its answer, as milliseconds. Throws DURATION_INVALID. */
export function timeoutOf(written: unknown): number {
  const ms = msOf("timeout", written);
  if (ms > 0 && ms <= longestTimerMs) return ms;
  throw new StatefunError("DURATION_INVALID", `timeout is ${written}; it must be more than 0 and less than 25 days.`);
}

/** Reads how long an idempotency key must be remembered, as milliseconds; `name` is the header or field. Throws DURATION_INVALID. */
export function keyLifetimeOf(name: string, written: unknown): number {
  const ms = msOf(name, written);
  if (ms > 0) return ms;
  throw new StatefunError("DURATION_INVALID", `${name} is ${written}; it must be more than 0.`);
}

function msOf(name: string, written: unknown): number {
  if (Number.isSafeInteger(written)) return written as number;
  if (typeof written === "string") return parseDuration(name, "DURATION_INVALID", written);
  throw new StatefunError("DURATION_INVALID", `${name} is ${describeValue(written)}. ${durationHelp}`);
}
