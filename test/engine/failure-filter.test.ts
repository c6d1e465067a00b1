// Which failures a filter chooses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { causeOf } from "../../src/engine/failure-cause.js";
import { choiceOf } from "../../src/engine/failure-filter.js";
import { throwsCode } from "../support/expect-code.js";
import { at } from "./functions.js";

const now = 100_000;
const failure = { code: "HANDLER_FAILED", message: "a is broken, for the 2nd time" };
const { fingerprint } = causeOf(at("f/b"), "HANDLER_FAILED", "b is broken, for the 1nd time");
const chosen = (filter: Parameters<typeof choiceOf>[1]) =>
  choiceOf("failures", filter, now).includes(at("f/a"), failure, now - 5_000);

test("a failure is chosen when all that the filter says is true of it", () => {
  assert.ok(chosen(undefined));
  assert.ok(
    chosen({
      typeName: "test/f",
      id: "a",
      code: "HANDLER_FAILED",
      fingerprint,
      olderThan: 5_000,
      newerThan: { seconds: 5 },
    }),
  );
  for (const other of [
    { typeName: "test/g" },
    { id: "b" },
    { code: "X" },
    { fingerprint: "another" },
    { olderThan: 5_001 },
    { newerThan: 4_999 },
  ]) {
    assert.ok(!chosen(other), JSON.stringify(other));
    assert.ok(!chosen({ typeName: "test/f", id: "a", code: "HANDLER_FAILED", ...other }), JSON.stringify(other));
  }
});

test("a filter that makes no sense is refused", () => {
  throwsCode(() => chosen({ function: "test/f" } as object), "OPTION_INVALID");
  throwsCode(() => chosen({ typeName: "f" }), "TYPE_NAME_INVALID");
  throwsCode(() => chosen({ olderThan: -1 }), "DURATION_INVALID");
});
