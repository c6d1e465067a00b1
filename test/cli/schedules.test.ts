// `statefun schedules` and `schedule`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseInput } from "../../src/cli/parse.js";
import { schedule, schedules } from "../../src/cli/schedules.js";
import { rejectsCode } from "../support/expect-code.js";
import { adminServer, printed } from "./admin-server.js";

const nightly = {
  schedule: "nightly",
  cron: "0 3 * * *",
  timezone: "UTC",
  function: "shop/report",
  id: "all",
  ifMissed: "once",
  pausedAt: null,
  nextAt: "2026-02-01T03:00:00.000Z",
  last: { due: "2026-01-31T03:00:00.000Z", at: "2026-01-31T03:00:00.004Z", run: "due" },
  sent: 31,
  missed: 2,
  failure: null,
};
const paused = { ...nightly, schedule: "weekly", pausedAt: "2026-01-31T12:00:00.000Z", nextAt: null, last: null };

test("schedules lists them, with the next due time or the pause", async (t) => {
  const failure = { code: "HANDLER_FAILED", reason: "the calendar is shut", since: "2026-01-31T12:00:00.000Z" };
  const answer = { schedules: [nightly, { ...paused, failure }] };
  const { url } = await adminServer(t, { "/schedules": answer });
  const text = await printed(t, () => schedules(parseInput("schedules", ["--admin-url", url])));
  const lines = text.trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => line.split(/ {2,}/)),
    [
      ["SCHEDULE", "CRON", "TIMEZONE", "TARGET", "NEXT", "LAST SENT", "SENT", "MISSED", "FAILURE"],
      ["nightly", "0 3 * * *", "UTC", "shop/report/all", nightly.nextAt, nightly.last.at, "31", "2"],
      [
        "weekly",
        "0 3 * * *",
        "UTC",
        "shop/report/all",
        `paused since ${paused.pausedAt}`,
        "31",
        "2",
        "HANDLER_FAILED: the calendar is shut",
      ],
    ],
  );
  const json = await printed(t, () => schedules(parseInput("schedules", ["--admin-url", url, "--json"])));
  assert.deepEqual(JSON.parse(json), answer);
});

test("a runtime without schedules says so", async (t) => {
  const { url } = await adminServer(t, { "/schedules": { schedules: [] } });
  const text = await printed(t, () => schedules(parseInput("schedules", ["--admin-url", url])));
  assert.equal(text, "The runtime has no schedules.\n");
});

test("schedule pauses, resumes and runs, and says what follows", async (t) => {
  const { asked, url } = await adminServer(t, {
    "/schedules/nightly/pause": paused,
    "/schedules/nightly/resume": nightly,
    "/schedules/nightly/run": nightly,
  });
  const act = (...args: string[]) => printed(t, () => schedule(parseInput("schedule", [...args, "--admin-url", url])));
  assert.match(await act("pause", "nightly"), /^Paused/);
  assert.match(await act("resume", "nightly"), /2026-02-01T03:00:00\.000Z/);
  assert.match(await act("run", "nightly"), /shop\/report\/all/);
  assert.deepEqual(JSON.parse(await act("run", "nightly", "--json")), nightly);
  assert.deepEqual(asked.slice(0, 2), ["/schedules/nightly/pause", "/schedules/nightly/resume"]);
});

test("another action, and no name, are OPTION_INVALID", async () => {
  await rejectsCode(schedule(parseInput("schedule", ["stop", "nightly"])), "OPTION_INVALID", "stop");
  await rejectsCode(schedule(parseInput("schedule", ["run", ""])), "OPTION_INVALID", "name");
});
