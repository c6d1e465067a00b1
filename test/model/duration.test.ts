import assert from "node:assert/strict";
import { test } from "node:test";
import { type Duration, durationToMs, secondsText } from "../../src/model/duration.js";
import { throwsCode } from "../support/expect-code.js";

test("a number is milliseconds", () => {
  assert.equal(durationToMs(0), 0);
  assert.equal(durationToMs(1500), 1500);
});

const units: [Duration, number][] = [
  [{ days: 1 }, 86_400_000],
  [{ hours: 1 }, 3_600_000],
  [{ minutes: 1 }, 60_000],
  [{ seconds: 1 }, 1_000],
  [{ milliseconds: 1 }, 1],
  [{ days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 }, 93_784_005],
  [{ hours: 1, minutes: -30 }, 1_800_000],
  [{ minutes: 0 }, 0],
];
for (const [duration, ms] of units) {
  test(`${JSON.stringify(duration)} is ${ms} ms`, () => {
    assert.equal(durationToMs(duration), ms);
  });
}

test("a fraction of a unit counts and a fraction of a millisecond is dropped", () => {
  assert.equal(durationToMs({ minutes: 0.5 }), 30_000);
  assert.equal(durationToMs({ seconds: 0.0015 }), 1);
  assert.equal(durationToMs(2.9), 2);
  assert.equal(durationToMs(-2.9), -2);
});

test("a unit that is undefined counts as left out", () => {
  assert.equal(durationToMs({ minutes: 1, seconds: undefined } as unknown as Duration), 60_000);
});

test("a negative duration is converted: whoever takes it decides", () => {
  assert.equal(durationToMs(-5), -5);
  assert.equal(durationToMs({ seconds: -1 }), -1000);
});

test("the largest duration is the largest safe integer", () => {
  assert.equal(durationToMs(Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  throwsCode(() => durationToMs(Number.MAX_SAFE_INTEGER + 1), "DURATION_INVALID");
});

const invalid: [string, unknown][] = [
  ["NaN", Number.NaN],
  ["infinity", Number.POSITIVE_INFINITY],
  ["minus infinity", Number.NEGATIVE_INFINITY],
  ["a unit of NaN", { minutes: Number.NaN }],
  ["units that add up beyond a safe integer", { days: 1e12 }],
  ["an object without units", {}],
  ["an object whose units are undefined", { minutes: undefined }],
  ["an unknown unit", { weeks: 1 }],
  ["a unit that every object inherits", { constructor: 1 }],
  ["a unit named toString", { toString: 1 }],
  ["a unit that is text", { minutes: "5" }],
  ["a unit that is null", { minutes: null }],
  ["a unit that is a bigint", { minutes: 5n }],
  ["text", "5 minutes"],
  ["a bigint", 5n],
  ["undefined", undefined],
  ["null", null],
  ["true", true],
  ["an empty list", []],
  ["a list", [5]],
  ["a Date", new Date(0)],
];
for (const [what, duration] of invalid) {
  test(`${what} is DURATION_INVALID`, () => {
    throwsCode(() => durationToMs(duration as Duration), "DURATION_INVALID");
  });
}

test("the error names the unit that is not one", () => {
  throwsCode(() => durationToMs({ fortnights: 1 } as Duration), "DURATION_INVALID", "fortnights");
});

test("a person reads a time in seconds of two digits, and never a negative one", () => {
  assert.deepEqual([50, 12_800, 3_600_000, -5].map(secondsText), ["0.05 s", "13 s", "3600 s", "0 s"]);
});
