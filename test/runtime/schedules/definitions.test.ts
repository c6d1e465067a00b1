// Schedules are checked when a runtime opens: names, due times, targets and messages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, Handles, Schedule, StatefulFunction, StatefulFunctions, Types } from "../../../src/index.js";
import { type RuntimeSchedule, StatefunRuntime } from "../../../src/runtime/entry.js";
import { rejectsCode } from "../../support/expect-code.js";

@StatefulFunction("test/report")
class Report {
  @Handles(Types.string)
  @Schedule({ name: "own", cron: "0 3 * * *", id: "all", message: "write" })
  write(_order: string) {}
}

const given: RuntimeSchedule = { name: "given", cron: "0 4 * * *", target: Report, id: "all", message: "write" };

const open = (schedules: unknown) =>
  StatefunRuntime.open({
    functions: new StatefulFunctions(Report),
    dir: false,
    ingress: false,
    admin: false,
    schedules: schedules as RuntimeSchedule[],
  });

test("the schedules of the functions and of the runtime are kept together", async () => {
  await using runtime = await open([given, { ...given, name: "by name", target: "test/report" }]);
  const listed = await runtime.schedules.list();
  assert.deepEqual(
    listed.map(({ name, target, timezone }) => `${name} ${target} ${timezone}`),
    ["by name test/report/all UTC", "given test/report/all UTC", "own test/report/all UTC"],
  );
});

const wrong: [what: string, schedules: unknown, code: ErrorCode, named: string][] = [
  ["two schedules of one name", [given, given], "OPTION_INVALID", "given"],
  ["the name of a function's schedule", [{ ...given, name: "own" }], "OPTION_INVALID", "@Schedule on Report.write"],
  ["wrong due times", [given, { ...given, name: "b", cron: "never" }], "OPTION_INVALID", "schedules[1]"],
  ["a wrong time zone", [{ ...given, timezone: "Mars/Base" }], "OPTION_INVALID", "Mars/Base"],
  ["a function that nothing serves", [{ ...given, target: "test/nobody" }], "OPTION_INVALID", "test/nobody"],
  ["a class that is no function", [{ ...given, target: class Plain {} }], "FUNCTION_UNDECORATED", "Plain"],
  [
    "a message that the function does not take",
    [{ ...given, message: Types.int.pack(1) }],
    "VALUE_INVALID",
    "test/report",
  ],
  ["a message without a type", [{ ...given, message: 5 }], "VALUE_UNTYPED", "5"],
  ["no message", [{ ...given, message: undefined }], "OPTION_INVALID", "message"],
  ["no target", [{ ...given, target: undefined }], "OPTION_INVALID", "target"],
  ["no name", [{ ...given, name: "" }], "OPTION_INVALID", "name"],
  ["no id", [{ ...given, id: "" }], "OPTION_INVALID", "id"],
  ["an unknown ifMissed", [{ ...given, ifMissed: "twice" }], "OPTION_INVALID", "ifMissed"],
  ["a misspelt option", [{ ...given, timeZone: "UTC" }], "OPTION_INVALID", "timeZone"],
  ["no list", given, "OPTION_INVALID", "schedules"],
];
for (const [what, schedules, code, named] of wrong) {
  test(`${what}: ${code}, before anything opens`, async () => {
    await rejectsCode(open(schedules), code, named);
  });
}
