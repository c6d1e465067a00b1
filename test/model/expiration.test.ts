import assert from "node:assert/strict";
import { test } from "node:test";
import { type ExpirationOptions, parseExpiration } from "../../src/model/expiration.js";
import { throwsCode } from "../support/expect-code.js";

const where = 'The state "seen"';

test("a state without an expiration never expires", () => {
  assert.deepEqual(parseExpiration({}, where), { mode: "none", afterMs: 0 });
});

test("a state expires after its last write", () => {
  assert.deepEqual(parseExpiration({ expireAfterWrite: { minutes: 5 } }, where), {
    mode: "after-write",
    afterMs: 300_000,
  });
});

test("a state expires after the function's last call", () => {
  assert.deepEqual(parseExpiration({ expireAfterCall: 1500 }, where), { mode: "after-call", afterMs: 1500 });
});

const invalid: [string, unknown][] = [
  ["both modes", { expireAfterWrite: 5, expireAfterCall: 5 }],
  ["zero", { expireAfterWrite: 0 }],
  ["zero in units", { expireAfterCall: { minutes: 0 } }],
  ["less than a millisecond", { expireAfterWrite: 0.9 }],
  ["a negative duration", { expireAfterWrite: -1 }],
  ["a negative unit", { expireAfterCall: { hours: -1 } }],
  ["NaN", { expireAfterWrite: Number.NaN }],
  ["infinity", { expireAfterCall: Number.POSITIVE_INFINITY }],
  ["an unknown unit", { expireAfterWrite: { weeks: 1 } }],
  ["null", { expireAfterCall: null }],
  ["text", { expireAfterWrite: "1h" }],
];
for (const [what, options] of invalid) {
  test(`${what} is EXPIRATION_INVALID and names the state`, () => {
    throwsCode(() => parseExpiration(options as ExpirationOptions, where), "EXPIRATION_INVALID", "seen");
  });
}
