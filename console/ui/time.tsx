// Instants, ages and countdowns. Each has the exact time as its title.

import { now } from "../app/clock.js";
import { formatAge, formatInstant, formatMs } from "./format.js";

/** How long ago an instant was: "3 min ago". */
export function Ago({ at }: { readonly at: string }) {
  const ms = now.value - Date.parse(at);
  return (
    <time dateTime={at} title={formatInstant(at)} class="nowrap">
      {ms < 1000 ? "now" : `${formatAge(ms)} ago`}
    </time>
  );
}

/** How long something has lasted: "3 min". */
export function Since({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={`since ${formatInstant(at)}`} class="nowrap">
      {formatAge(Math.max(0, now.value - Date.parse(at)))}
    </time>
  );
}

/** How long there is until an instant: "in 4 min 5 s", "due". */
export function Until({ at }: { readonly at: string }) {
  const ms = Date.parse(at) - now.value;
  return (
    <time dateTime={at} title={formatInstant(at)} class="nowrap">
      {ms <= 0 ? "due" : `in ${formatMs(Math.max(1000, Math.round(ms / 1000) * 1000))}`}
    </time>
  );
}

/** An instant, exact to the second. */
export function Instant({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at} class="nowrap">
      {formatInstant(at)}
    </time>
  );
}

/** The time of a day, exact to the millisecond: "12:00:07.042". */
export function ClockTime({ at }: { readonly at: string }) {
  const date = new Date(at);
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return (
    <time dateTime={at} title={formatInstant(at)} class="nowrap">
      {formatInstant(at).slice(11)}.{ms}
    </time>
  );
}
