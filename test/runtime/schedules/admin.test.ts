// Schedules over HTTP: the admin server shows and changes them, metrics count them, and no ingress reaches what keeps them.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { StatefulFunctions, Types } from "../../../src/index.js";
import { StatefunRuntime, schedule } from "../../../src/runtime/entry.js";
import { send } from "../../support/http.js";

async function opened(t: TestContext) {
  const runtime = await StatefunRuntime.open({
    functions: new StatefulFunctions().register("test/sink", () => {}, { handles: [Types.string] }),
    dir: false,
    ingress: { port: 0 },
    admin: { port: 0 },
    schedules: [schedule({ name: "at/night", cron: "0 3 * * *", target: "test/sink", id: "all", message: "go" })],
  });
  t.after(() => runtime.close());
  const ask = (port: number | undefined, method: string, path: string) => send(port as number, path, { method });
  return {
    runtime,
    admin: (method: string, path: string) => ask(runtime.admin?.port, method, path),
    ingress: (method: string, path: string) => ask(runtime.ingress?.port, method, path),
  };
}

test("the admin server lists, pauses, resumes and runs a schedule", async (t) => {
  const { admin, runtime } = await opened(t);
  const [listed] = JSON.parse((await admin("GET", "/schedules")).text).schedules;
  const { nextAt, ...rest } = listed;
  assert.deepEqual(rest, {
    schedule: "at/night",
    cron: "0 3 * * *",
    timezone: "UTC",
    function: "test/sink",
    id: "all",
    ifMissed: "once",
    pausedAt: null,
    last: null,
    sent: 0,
    missed: 0,
    failure: null,
  });
  assert.match(nextAt, /T03:00:00\.000Z$/);
  const paused = JSON.parse((await admin("POST", "/schedules/at%2Fnight/pause")).text);
  assert.deepEqual([paused.nextAt, typeof paused.pausedAt], [null, "string"]);
  const ran = JSON.parse((await admin("POST", "/schedules/at%2Fnight/run")).text);
  assert.deepEqual([ran.sent, ran.last.run, ran.nextAt], [1, "manual", null]);
  const resumed = JSON.parse((await admin("POST", "/schedules/at%2Fnight/resume")).text);
  assert.deepEqual([resumed.nextAt, resumed.pausedAt], [nextAt, null]);
  assert.equal((await runtime.schedules.list())[0]?.sent, 1);
});

test("a schedule that there is not is 404", async (t) => {
  const { admin } = await opened(t);
  const { status, text } = await admin("POST", "/schedules/at/pause");
  assert.deepEqual([status, JSON.parse(text).code], [404, "NOT_FOUND"]);
});

test("the metrics have what a schedule has sent and missed, and when it is due", async (t) => {
  const { admin, runtime } = await opened(t);
  await runtime.schedules.run("at/night");
  const { text } = await admin("GET", "/metrics");
  assert.match(text, /statefun_schedule_messages_total\{schedule="at\/night"\} 1\n/);
  assert.match(text, /statefun_schedule_missed_total\{schedule="at\/night"\} 0\n/);
  assert.match(text, /statefun_schedule_next_timestamp_seconds\{schedule="at\/night"\} \d+\n/);
});

test("the ingress neither reaches nor lists the function that keeps the schedules", async (t) => {
  const { ingress } = await opened(t);
  const { status, text } = await ingress(
    "POST",
    "/send/statefun.runtime/schedule/at%2Fnight?type=io.statefun.types/string",
  );
  assert.deepEqual([status, JSON.parse(text).code], [404, "FUNCTION_UNKNOWN"]);
  const listed = JSON.parse((await ingress("GET", "/")).text).functions;
  assert.deepEqual(
    listed.map((each: { function: string }) => each.function),
    ["test/sink"],
  );
});
