// Asserts the code of an error, and the names that its message must contain.

import assert from "node:assert/strict";
import { type ErrorCode, StatefunError } from "../../src/errors.js";

/** A predicate for assert.throws and assert.rejects. */
export function withCode(code: ErrorCode, ...named: readonly string[]): (thrown: unknown) => true {
  return (thrown) => {
    assert.ok(thrown instanceof StatefunError, `not a StatefunError but ${describe(thrown)}`);
    assert.equal(thrown.code, code, thrown.message);
    for (const name of named) {
      assert.ok(thrown.message.includes(name), `"${thrown.message}" does not name "${name}"`);
    }
    return true;
  };
}

/** Asserts that `run` throws a StatefunError of this code whose message contains each name. */
export function throwsCode(run: () => unknown, code: ErrorCode, ...named: readonly string[]): void {
  assert.throws(run, withCode(code, ...named));
}

/** Asserts the same of a promise that rejects. */
export async function rejectsCode(promise: Promise<unknown>, code: ErrorCode, ...named: readonly string[]) {
  await assert.rejects(promise, withCode(code, ...named));
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : Object.prototype.toString.call(thrown);
}
