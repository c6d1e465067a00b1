// Plain values as source text, which gives the same values back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { History } from "../../../src/testing/simulation/history.js";
import { sourceText } from "../../../src/testing/simulation/source-text.js";

test("the source text of a value gives the value back", () => {
  const long = "a text that is long enough to need a line of its own, as the texts of messages may be";
  const values = [
    null,
    true,
    -1.5,
    'a "quoted" \\ text',
    [],
    {},
    [1, 2, 3],
    { "no name": 1, name: [{ inner: null }], none: [[]] },
    { list: [long, long, { long, more: [long] }] },
  ];
  for (const value of values) {
    assert.deepEqual(new Function(`return ${sourceText(value, 4)};`)(), value);
  }
});

test("a short value stands on one line, and a long one on several", () => {
  assert.equal(sourceText({ fault: "crash", at: 3 }), '{ fault: "crash", at: 3 }');
  assert.match(sourceText(Array.from({ length: 20 }, () => ({ fault: "crash", at: 3 }))), /^\[\n {2}\{ fault/);
  assert.equal(sourceText(Array.from({ length: 99 }, () => 0)).includes("\n"), false);
});

test("a history is a table of what happened, with the time where it changes", () => {
  const history = new History();
  history.add(0, "came", "send a");
  history.add(0, "ran", "a: one", "  send to b");
  history.add(1_800_005, "fault", "x".repeat(100));
  const [titles, rule, ...rows] = String(history).split("\n");
  assert.equal(titles?.replace(/ +/g, " "), "time | what came | what ran | what went wrong");
  assert.match(rule as string, /^[-|]+$/);
  assert.deepEqual(
    rows.map((row) => row.replace(/ +/g, " ").replace(/x{75}…/, "cut")),
    ["0 | send a | |", " | | a: one |", " | | send to b |", "30 min 5 ms | | | cut"],
  );
});
