// A dead letter in the store: what goes in comes out again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeLetter, encodeLetter, letterKey, openLetter } from "../../src/engine/letter.js";
import { at, textOf } from "./functions.js";
import { packed } from "./parts.js";

const error = { code: "HANDLER_FAILED", message: "zwei 😀", terminal: false, stack: "at f" };
const history = { error, attempts: 3, firstFailedAt: 5, lastFailedAt: 8 };

for (const generation of ["v2", "v3"] as const) {
  test(`a letter of ${generation} comes back whole`, () => {
    const letter = { address: at("f/zwei"), caller: at("g/b"), value: packed("hello", generation), ...history };
    const bytes = encodeLetter(letter);
    const back = decodeLetter(letterKey("00a"), bytes);
    assert.equal(back.size, bytes.length);
    assert.equal(back.value.generation, generation);
    const { id, address, caller, value, ...rest } = openLetter(back);
    assert.deepEqual([id, `${address}`, `${caller}`, textOf(value)], ["00a", "test/f/zwei", "test/g/b", "hello"]);
    assert.deepEqual(rest, history);
  });
}

test("a message from outside has no caller, and a terminal failure has its details", () => {
  const terminal = { code: "LOW", message: "no", terminal: true, details: { missing: 3 }, status: 409 };
  const letter = { address: at("f/a"), caller: undefined, value: packed("x"), ...history, error: terminal };
  const back = openLetter(decodeLetter(letterKey("1"), encodeLetter(letter)));
  assert.equal(back.caller, undefined);
  assert.deepEqual(back.error, terminal);
});

test("a field of a later version is skipped", () => {
  const letter = { address: at("f/a"), caller: undefined, value: packed("x"), ...history };
  const later = Buffer.concat([encodeLetter(letter), Buffer.from([0xf8, 0x07, 1])]);
  assert.equal(textOf(openLetter(decodeLetter(letterKey("1"), later)).value), "x");
});
