// JSON from outside that is nested too deep, and copies of values that JSON can hold.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertPlainJson, assertShallowJson, copyPlainJson } from "../../src/model/plain-json.js";
import { type Random, randomOf } from "../support/random.js";

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

/** A random value, which shares no part with another one. */
function randomValue(random: Random, depth = 0): unknown {
  if (depth === 3 || random.chance(0.4)) return random.pick([0, -0, 1.5, "", "a", "\ud800", true, false, null]);
  if (random.chance()) return Array.from({ length: random.below(4) }, () => randomValue(random, depth + 1));
  const object = random.chance(0.9) ? {} : Object.create(null);
  for (let count = random.below(4); count > 0; count--) {
    const key = random.pick(["a", "b", "7", "__proto__", "constructor", "length"]);
    const value = random.chance(0.1) ? undefined : randomValue(random, depth + 1);
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return object;
}

/** Changes one random part of the value in place, or puts another value in its place. */
function changed(random: Random, value: any): unknown {
  if (typeof value !== "object" || value === null || random.chance(0.2)) return randomValue(random);
  const keys = Object.keys(value);
  const key = random.pick([...keys, Array.isArray(value) ? keys.length : "new"]);
  const own = Object.hasOwn(value, key) ? value[key] : undefined;
  if (random.chance(0.3) && keys.length > 0) {
    if (Array.isArray(value)) value.pop();
    else {
      // The property moves to the end, or is gone.
      delete value[key];
      if (random.chance()) Object.defineProperty(value, key, { value: own, enumerable: true, configurable: true });
    }
    return value;
  }
  const next = changed(random, own);
  Object.defineProperty(value, key, { value: next, writable: true, enumerable: true, configurable: true });
  return value;
}

test("a copy is the earlier one exactly when JSON is the same text, and no later change reaches it", (t) => {
  const random = randomOf(t);
  for (let round = 0; round < 2000; round++) {
    let value = randomValue(random);
    let last: unknown;
    let lastText: string | undefined;
    for (let step = 0; step < 6; step++) {
      const copy = copyPlainJson(value, last, "test/value");
      const text = JSON.stringify(value);
      assert.equal(JSON.stringify(copy), text);
      if (lastText !== undefined) {
        assert.equal(JSON.stringify(last), lastText);
        assert.equal(copy === last, text === lastText, `${lastText} → ${text}`);
      }
      [last, lastText] = [copy, text];
      if (random.chance(0.8)) value = changed(random, value);
    }
  }
});

test("a copy is refused for what assertPlainJson refuses, with the same message, also where an earlier copy is the same", () => {
  class Point {
    x = 1;
  }
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const refused = [
    new Point(),
    new Map(),
    new Date(0),
    Number.NaN,
    1n,
    undefined,
    cyclic,
    Object.assign([1], { x: 2 }),
  ];
  const lists = [new Array(1), Object.assign(new Array(2), { 0: 1, x: 2 }), new (class extends Array {})()];
  for (const wrong of [...refused, ...lists]) {
    for (const last of [undefined, { list: [1, 2] }, { list: [1, { x: 1 }] }, { list: [1, [1]] }, { list: [1, []] }]) {
      const value = { list: [1, wrong] };
      const messageOf = (act: () => void) => {
        try {
          act();
        } catch (error) {
          return (error as Error).message;
        }
      };
      const expected = messageOf(() => assertPlainJson(value, "test/value"));
      assert.ok(expected);
      assert.equal(
        messageOf(() => copyPlainJson(value, last, "test/value")),
        expected,
      );
    }
  }
});
