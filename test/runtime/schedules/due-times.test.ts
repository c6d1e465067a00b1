// When schedules are due: around changes of daylight saving time, and what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DueTimes } from "../../../src/runtime/schedules/due-times.js";
import { throwsCode } from "../../support/expect-code.js";

function following(cron: string, timezone: string, after: string, count: number): string[] {
  const times = new DueTimes({ cron, timezone }, "The test");
  const found: number[] = [];
  for (let at = Date.parse(after); found.length < count; found.push(at)) at = times.next(at) as number;
  // What lies before a moment must be what was found on the way to it.
  const last = found.at(-1) as number;
  assert.deepEqual(times.last(count, Date.parse(after), last + 999), found);
  return found.map((at) => new Date(at).toISOString().slice(5, 16));
}

// The clocks go ahead at 02:00 in Berlin on 29 March 2026, and in New York on 8 March; they go back at 03:00 on 25 October, and at
// 02:00 on 1 November.
const cases: [what: string, cron: string, timezone: string, after: string, due: string[]][] = [
  [
    "a time that Berlin skips is due at the end of the gap",
    "30 2 * * *",
    "Europe/Berlin",
    "2026-03-27T12:00Z",
    ["03-28T01:30", "03-29T01:00", "03-30T00:30"],
  ],
  [
    "so are several times that Berlin skips, once",
    "0,30 2 * * *",
    "Europe/Berlin",
    "2026-03-28T12:00Z",
    ["03-29T01:00", "03-30T00:00", "03-30T00:30"],
  ],
  [
    "a time that is due at the end of the gap anyway is due once",
    "0 2,3 * * *",
    "Europe/Berlin",
    "2026-03-28T12:00Z",
    ["03-29T01:00", "03-30T00:00", "03-30T01:00"],
  ],
  [
    "a time that Berlin has twice is due the first time",
    "30 2 * * *",
    "Europe/Berlin",
    "2026-10-24T12:00Z",
    ["10-25T00:30", "10-26T01:30"],
  ],
  [
    "from between the two it is due on the next day",
    "30 2 * * *",
    "Europe/Berlin",
    "2026-10-25T00:45Z",
    ["10-26T01:30", "10-27T01:30"],
  ],
  [
    "every hour is every hour in the gap",
    "30 * * * *",
    "Europe/Berlin",
    "2026-03-29T00:00Z",
    ["03-29T00:30", "03-29T01:30", "03-29T02:30"],
  ],
  [
    "every hour is every hour when one comes twice",
    "30 * * * *",
    "Europe/Berlin",
    "2026-10-24T23:45Z",
    ["10-25T00:30", "10-25T01:30", "10-25T02:30"],
  ],
  [
    "every other hour of the clock leaves out a skipped one",
    "0 */2 * * *",
    "Europe/Berlin",
    "2026-03-28T22:30Z",
    ["03-28T23:00", "03-29T02:00", "03-29T04:00"],
  ],
  [
    "a time that New York skips is due at the end of the gap",
    "30 2 * * *",
    "America/New_York",
    "2026-03-07T12:00Z",
    ["03-08T07:00", "03-09T06:30"],
  ],
  [
    "a time that New York has twice is due the first time",
    "30 1 * * *",
    "America/New_York",
    "2026-10-31T12:00Z",
    ["11-01T05:30", "11-02T06:30"],
  ],
  [
    "every quarter of an hour is that in New York, too",
    "*/15 1 * * *",
    "America/New_York",
    "2026-11-01T05:20Z",
    ["11-01T05:30", "11-01T05:45", "11-01T06:00", "11-01T06:15"],
  ],
  [
    "a weekly time keeps its day over the gap",
    "30 2 * * 0",
    "Europe/Berlin",
    "2026-03-22T12:00Z",
    ["03-29T01:00", "04-05T00:30"],
  ],
  ["the last day of each month is a day", "0 12 L * *", "UTC", "2026-01-31T12:00Z", ["02-28T12:00", "03-31T12:00"]],
  [
    "names of days and months are read",
    "0 9 * FEB MON-TUE",
    "UTC",
    "2026-01-01T00:00Z",
    ["02-02T09:00", "02-03T09:00", "02-09T09:00"],
  ],
  ["a nickname stands for its fields", "@daily", "Asia/Tokyo", "2026-01-01T00:00Z", ["01-01T15:00", "01-02T15:00"]],
];
for (const [what, cron, timezone, after, due] of cases) {
  test(`${what}: ${cron} of ${timezone}`, () => {
    assert.deepEqual(following(cron, timezone, after, due.length), due);
  });
}

const wrong: [what: string, cron: string, timezone: string][] = [
  ["too few fields", "0 3 * *", "UTC"],
  ["seven fields", "0 0 3 * * * 2027", "UTC"],
  ["a minute that there is not", "61 * * * *", "UTC"],
  ["a single date", "2027-01-01T00:00:00", "UTC"],
  ["a day that never comes", "0 0 30 2 *", "UTC"],
  ["an unknown nickname", "@often", "UTC"],
  ["a time zone that there is not", "0 3 * * *", "Europe/Berln"],
];
for (const [what, cron, timezone] of wrong) {
  test(`${what} is OPTION_INVALID, which names the schedule`, () => {
    throwsCode(() => new DueTimes({ cron, timezone }, "The schedule here"), "OPTION_INVALID", "The schedule here");
  });
}
