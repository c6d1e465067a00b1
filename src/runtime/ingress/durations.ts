// The durations that a call over HTTP may name, as text.

import { StatefunError } from "../../errors.js";
import { longestTimerMs } from "../../model/duration.js";
import { parseDuration } from "../http/request-target.js";

/** Reads how long a call may wait for its answer, as milliseconds. Throws DURATION_INVALID. */
export function timeoutOf(text: string): number {
  const ms = parseDuration("timeout", "DURATION_INVALID", text);
  if (ms > 0 && ms <= longestTimerMs) return ms;
  throw new StatefunError("DURATION_INVALID", `timeout is ${text}; it must be more than 0 and less than 25 days.`);
}

/** Reads how long an idempotency key must be remembered, as milliseconds; `name` is the header or field. Throws DURATION_INVALID. */
export function keyLifetimeOf(name: string, text: string): number {
  const ms = parseDuration(name, "DURATION_INVALID", text);
  if (ms > 0) return ms;
  throw new StatefunError("DURATION_INVALID", `${name} is ${text}; it must be more than 0.`);
}
