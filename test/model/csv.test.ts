// Rows as CSV.

import assert from "node:assert/strict";
import { test } from "node:test";
import { csvLine } from "../../src/model/csv.js";

test("texts stand as they are, nothing stands for null, and other values stand as JSON", () => {
  assert.equal(csvLine(["ü", null, undefined, 5, true, { a: [1] }, ""]), 'ü,,,5,true,"{""a"":[1]}",\r\n');
});

test("a text that would part cells or lines is quoted", () => {
  assert.equal(csvLine(['a,"b"', "a\nb", "a\rb", " a ", "a b"]), '"a,""b""","a\nb","a\rb"," a ",a b\r\n');
});
