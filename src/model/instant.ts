// Moments at which a message is delivered, as users write them.

import { describeValue, StatefunError } from "../errors.js";
import type { Option } from "./options.js";

/** A moment in milliseconds since 1970. `what` begins the message of an error. Throws DELAY_INVALID. */
export function instantToMs(instant: unknown, what: string): number {
  const ms = instant instanceof Date ? instant.getTime() : instant;
  if (typeof ms === "number" && Number.isFinite(ms)) return ms;
  throw new StatefunError(
    "DELAY_INVALID",
    `${what} is ${describeValue(instant)}; it must be a Date, or milliseconds since 1970.`,
  );
}

/** A moment as an option, read as milliseconds since 1970. Throws DELAY_INVALID. */
export const instant: Option<Date | number, number | undefined> = (input, name, where) =>
  input === undefined ? undefined : instantToMs(input, `${where}: ${name}`);

/** Throws OPTION_INVALID when somebody says of a message both how long it waits and until when. */
export function assertOneTime(where: string, delay: unknown, at: unknown): void {
  if (delay === undefined || at === undefined) return;
  throw new StatefunError("OPTION_INVALID", `${where} takes a delay or at, and not both. Give one of them.`);
}

/** Throws OPTION_INVALID when a request from outside names a message that is not delayed, so that nothing could withdraw it. */
export function assertTokenHasTime(cancellationToken: unknown, delay: unknown, at: unknown): void {
  if (cancellationToken === undefined || delay !== undefined || at !== undefined) return;
  throw new StatefunError(
    "OPTION_INVALID",
    "A cancellationToken withdraws a delayed message. Give a delay, or at, as well.",
  );
}

/** A date and a time with a zone: without one, a text would mean another moment on each machine. */
const zoned = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** Reads a moment that is written as text: ISO 8601 with a zone, or milliseconds since 1970. Throws DELAY_INVALID. */
export function parseInstant(text: string, name: string): number {
  const ms = /^\d{1,16}$/.test(text) ? Number(text) : zoned.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw new StatefunError(
    "DELAY_INVALID",
    `${name} is "${text}"; write a time with its zone, such as 2027-01-31T08:00:00Z.`,
  );
}
