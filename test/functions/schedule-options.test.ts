// The options of a schedule, and the schedules of a registered function.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Schedule, type ScheduleOptions, StatefulFunctions, Types } from "../../src/index.js";
import { throwsCode } from "../support/expect-code.js";

const nightly: ScheduleOptions = { name: "nightly", cron: "0 3 * * *", id: "all", message: "write" };

test("a registered function has its schedules", () => {
  const functions = new StatefulFunctions().register("test/report", () => {}, {
    handles: [Types.string],
    schedules: [nightly, { ...nightly, name: "weekly", cron: "0 3 * * 1", ifMissed: "all" }],
  });
  assert.deepEqual(
    functions.get("test/report")?.schedules.map(({ name, ifMissed, where }) => [name, ifMissed, where]),
    [
      ["nightly", "once", 'register("test/report"): schedules[0]'],
      ["weekly", "all", 'register("test/report"): schedules[1]'],
    ],
  );
});

test("a message that the registered function does not take is OPTION_INVALID", () => {
  const options = { handles: [Types.int], schedules: [nightly] } as const;
  throwsCode(
    () => new StatefulFunctions().register("test/report", () => {}, options),
    "OPTION_INVALID",
    "schedules[0]",
  );
});

const wrong: [what: string, options: object, named: string][] = [
  ["no name", { name: undefined }, "name"],
  ["an empty name", { name: "" }, "name"],
  ["a name that is too long", { name: "x".repeat(201) }, "name"],
  ["a name that no URL can hold", { name: ".." }, "name"],
  ["a name with half a character", { name: "\ud800" }, "name"],
  ["no due times", { cron: undefined }, "cron"],
  ["no id", { id: undefined }, "id"],
  ["an empty time zone", { timezone: "" }, "timezone"],
  ["no message", { message: undefined }, "message"],
  ["an unknown ifMissed", { ifMissed: "never" }, "ifMissed"],
  ["a misspelt option", { missed: "all" }, "missed"],
];
for (const [what, options, named] of wrong) {
  test(`${what} is OPTION_INVALID`, () => {
    throwsCode(() => Schedule({ ...nightly, ...options } as ScheduleOptions), "OPTION_INVALID", named);
  });
}

test("a message that does not say its type is VALUE_UNTYPED", () => {
  throwsCode(() => Schedule({ ...nightly, message: 5 as never }), "VALUE_UNTYPED");
});
