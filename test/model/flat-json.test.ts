// A JSON value as a flat list: whether the value has changed, what it was, and what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FlatJson } from "../../src/model/flat-json.js";
import { assertPlainJson } from "../../src/model/plain-json.js";
import { type Random, randomOf } from "../support/random.js";

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

test("a take says exactly when JSON is another text, and what is kept is not reached by later changes", (t) => {
  const random = randomOf(t);
  for (let round = 0; round < 2000; round++) {
    const flat = new FlatJson("test/value");
    let kept = JSON.stringify(randomValue(random));
    let value: unknown = JSON.parse(kept);
    flat.take(value);
    flat.keep();
    for (let step = 0; step < 8; step++) {
      if (random.chance(0.8)) value = changed(random, value);
      const text = JSON.stringify(value);
      assert.equal(flat.take(value), text !== kept, `${kept} → ${text}`);
      if (random.chance(0.7)) {
        flat.keep();
        kept = text;
      } else {
        flat.undo();
        if (random.chance()) value = JSON.parse(kept);
      }
      if (random.chance(0.5)) value = changed(random, value);
      assert.equal(JSON.stringify(flat.value()), kept);
    }
  }
});

test("a take that was refused is undone as a whole", () => {
  const flat = new FlatJson("test/value");
  const value: { list: unknown[]; last: number } = { list: [1, 2, { a: "b" }], last: 1 };
  flat.take(value);
  flat.keep();
  value.list = ["other", 3, { a: "c", d: new Map() }, 5];
  assert.throws(() => flat.take(value), { code: "VALUE_INVALID" });
  flat.undo();
  assert.deepEqual(flat.value(), { list: [1, 2, { a: "b" }], last: 1 });
  assert.equal(flat.take({ list: [1, 2, { a: "b" }], last: 1 }), false);
});

test("what assertPlainJson refuses is refused with the same message, also where an earlier value is the same", () => {
  class Point {
    x = 1;
  }
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const circle: Record<string, unknown> = {};
  circle.circle = circle;
  const refused = [
    new Point(),
    new Map(),
    new Date(0),
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    Symbol("s"),
    () => 1,
    undefined,
    cyclic,
    circle,
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
      const flat = new FlatJson("test/value");
      if (last !== undefined) flat.take(last);
      flat.keep();
      assert.equal(
        messageOf(() => flat.take(value)),
        expected,
      );
    }
  }
});

test("200 levels are taken, and 201 are not", () => {
  const nested = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels)) as unknown;
  assert.equal(new FlatJson("test/value").take(nested(201)), true);
  assert.doesNotThrow(() => assertPlainJson(nested(201), "test/value"));
  assert.throws(() => new FlatJson("test/value").take(nested(202)), { code: "VALUE_INVALID" });
  assert.throws(() => assertPlainJson(nested(202), "test/value"), { code: "VALUE_INVALID" });
});

test("properties that an object inherits are no part of its value", () => {
  const flat = new FlatJson("test/value");
  flat.take([Object.assign(Object.create(Object.assign(Object.create(null), { inherited: 1 })), { own: 1 })]);
  assert.equal(JSON.stringify(flat.value()), '[{"own":1}]');
  const shared = Object.prototype as { added?: number };
  shared.added = 1;
  try {
    const other = new FlatJson("test/value");
    other.take({ own: 2 });
    assert.equal(JSON.stringify(other.value()), '{"own":2}');
  } finally {
    delete shared.added;
  }
});

test("a value that is another one at each reading is refused", () => {
  let turn = 0;
  const value = Object.defineProperty({}, "x", { enumerable: true, get: () => (turn++ % 2 === 0 ? new Map() : 1) });
  assert.throws(() => new FlatJson("test/value").take(value), { code: "VALUE_INVALID" });
});
