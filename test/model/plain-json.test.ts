// JSON from outside that is nested too deep.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertShallowJson } from "../../src/model/plain-json.js";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const long = JSON.stringify("x".repeat(20_000));

test("a long text that is nested deep is refused, with lists, with objects and with both", () => {
  assert.throws(() => assertShallowJson(bytesOf(nested(1_000_000))));
  assert.throws(() => assertShallowJson(bytesOf('{"a":'.repeat(20_000))));
  assert.throws(() => assertShallowJson(bytesOf(`[${long},${nested(1000)}]`)));
  assert.throws(() => assertShallowJson(bytesOf(`[${long},${'[{"a":'.repeat(501)}`)));
});

test("what is not nested deep passes, however many brackets it has", () => {
  assertShallowJson(bytesOf(`[${long},${nested(999)}]`));
  assertShallowJson(bytesOf(JSON.stringify(Array(20_000).fill([{}]))));
  const brackets = "[".repeat(20_000);
  assertShallowJson(bytesOf(JSON.stringify([brackets, `"${brackets}`, `\\${brackets}`, `\\"${brackets}\\`])));
  assertShallowJson(bytesOf(JSON.stringify({ [brackets]: brackets })));
});

test("what is no JSON ends too", () => {
  assertShallowJson(bytesOf(`"${"[".repeat(20_000)}`));
  assertShallowJson(bytesOf(`"${"\\".repeat(20_001)}`));
});
