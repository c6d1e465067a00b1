// Durations are those of the engine: each pair was put to org.apache.flink.util.TimeUtils of Flink 1.16.2.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDurationText } from "../../src/model/duration-text.js";

test("a number and a unit are read as Flink reads them", () => {
  for (const [text, ms] of [
    ["5000", 5_000],
    ["2millis", 2],
    ["30s", 30_000],
    [" 5 s ", 5_000],
    ["1secs", 1_000],
    ["20seconds", 20_000],
    ["1m", 60_000],
    ["1M", 60_000],
    ["1min", 60_000],
    ["1minute", 60_000],
    ["1h", 3_600_000],
    ["1H", 3_600_000],
    ["1 hour", 3_600_000],
    ["1day", 86_400_000],
    ["2 days", 172_800_000],
    ["10 d", 864_000_000],
    ["0s", 0],
    ["7µs", 0],
    ["5micros", 0],
    ["1 ns", 0],
    ["3500 micros", 3],
  ] as const) {
    assert.equal(parseDurationText(text), ms, text);
  }
});

test("what Flink refuses is refused", () => {
  for (const text of ["", "PT30S", "P1D", "1.5s", "100 us", "-1s", "3weeks", "secs", "99999999999999999999", "1h30m"]) {
    assert.equal(parseDurationText(text), undefined, text);
  }
});
