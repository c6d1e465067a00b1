// Which failures a filter chooses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { choiceOf } from "../../src/engine/failure-filter.js";
import { throwsCode } from "../support/expect-code.js";
import { at } from "./functions.js";

const now = 100_000;
const chosen = (filter: Parameters<typeof choiceOf>[1]) =>
  choiceOf("failures", filter, now).includes(at("f/a"), "HANDLER_FAILED", now - 5_000);

test("a failure is chosen when all that the filter says is true of it", () => {
  assert.ok(chosen(undefined));
  assert.ok(
    chosen({ typeName: "test/f", id: "a", code: "HANDLER_FAILED", olderThan: 5_000, newerThan: { seconds: 5 } }),
  );
  for (const other of [
    { typeName: "test/g" },
    { id: "b" },
    { code: "X" },
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
