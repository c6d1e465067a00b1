import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { json, type StandardSchema } from "../../src/index.js";
import { throwsCode } from "../support/expect-code.js";

const basket = json<any>("shop/basket");

const values: [string, unknown][] = [
  ["an object", { items: [{ sku: "a", count: 1 }], note: null, open: true }],
  ["a list", [1, "a", null, [], {}]],
  ["text", "é字😀"],
  ["half of a surrogate pair", "\ud800"],
  ["a number", -1.5e-300],
  ["true", true],
  ["null", null],
  ["an empty text", ""],
  ["keys of every kind", { "": 1, "a.b": 2, constructor: 3, toString: 4, 5: 6 }],
  ["an object nested 200 deep", Array.from({ length: 200 }).reduce((inner) => ({ inner }), 1)],
];
for (const [what, value] of values) {
  test(`${what} comes back as it was`, () => {
    assert.deepEqual(basket.unpack(basket.pack(value)), value);
  });
}

test("the bytes are the JSON text in UTF-8", () => {
  const packed = basket.pack({ name: "é" });
  assert.equal(packed.typename, "shop/basket");
  assert.equal(Buffer.from(packed.value).toString(), '{"name":"é"}');
  assert.equal(packed.toV2(), packed);
});

test("an object without a prototype is an object", () => {
  const bare = Object.assign(Object.create(null), { a: 1 });
  assert.deepEqual(basket.unpack(basket.pack(bare)), { a: 1 });
});

test("an undefined property is left out", () => {
  assert.deepEqual(basket.unpack(basket.pack({ a: undefined, b: 1 })), { b: 1 });
});

test("a __proto__ key is a key like any other, and pollutes nothing", () => {
  const bytes = Buffer.from('{"__proto__":{"polluted":true},"a":{"__proto__":1}}');
  const read = basket.deserialize(bytes);
  assert.equal(({} as any).polluted, undefined);
  assert.equal(read.polluted, undefined);
  assert.equal(Object.getPrototypeOf(read), Object.prototype);
  assert.deepEqual(Object.keys(read), ["__proto__", "a"]);
  assert.equal(Buffer.from(basket.serialize(read)).toString(), bytes.toString());
});

class Point {
  x = 1;
}
class Items extends Array<number> {}
const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
const cyclicList: unknown[] = [];
cyclicList.push(cyclicList);
const refused: [string, unknown][] = [
  ["undefined", undefined],
  ["a Date", new Date(0)],
  ["a Map", new Map([[1, 2]])],
  ["a Set", new Set([1])],
  ["a RegExp", /a/],
  ["an Error", new Error("x")],
  ["a class instance", new Point()],
  ["bytes", new Uint8Array(2)],
  ["a Buffer", Buffer.from("a")],
  ["a boxed number", new Number(5)],
  ["NaN", Number.NaN],
  ["infinity", Number.POSITIVE_INFINITY],
  ["a bigint", 5n],
  ["a function", () => 1],
  ["a symbol", Symbol("a")],
  ["undefined in a list", [1, undefined]],
  ["a hole in a list", new Array(2)],
  ["a Date inside", { list: [{ at: new Date(0) }] }],
  ["NaN inside", { list: [Number.NaN] }],
  ["a function inside", { toJSON: () => 1 }],
  ["a cycle", cyclic],
  ["a cycle of lists", cyclicList],
  [
    "a Map under a __proto__ key",
    JSON.parse('{"__proto__":1}', (key, value) => (key === "__proto__" ? new Map() : value)),
  ],
  ["a promise", Promise.resolve(1)],
  ["a class that extends Array", Items.of(1)],
  ["such a class inside", { items: new Items() }],
  ["a property on a list", Object.assign([1], { note: "x" })],
  ["a property on an empty list", [Object.assign([], { note: "x" })]],
  ["the match of a regular expression", /(a)/.exec("a")],
];
for (const [what, value] of refused) {
  test(`${what} is VALUE_INVALID`, () => {
    throwsCode(() => basket.pack(value), "VALUE_INVALID", "shop/basket");
  });
}

test("a property on a list is named", () => {
  throwsCode(() => basket.pack({ list: Object.assign([1, 2], { note: "x" }) }), "VALUE_INVALID", "list", '"note"');
});

test("objects and lists of another realm are plain", () => {
  const foreign = runInNewContext("({ list: [1, { a: 2 }] })");
  assert.deepEqual(basket.unpack(basket.pack(foreign)), { list: [1, { a: 2 }] });
});

test("an enumerable method on Object.prototype belongs to no value", (t) => {
  Object.defineProperty(Object.prototype, "extend", { value: () => {}, enumerable: true, configurable: true });
  t.after(() => Reflect.deleteProperty(Object.prototype, "extend"));
  const value = basket.unpack(basket.pack({ a: [{ b: 1 }] }));
  assert.equal(JSON.stringify(value), '{"a":[{"b":1}]}');
});

test("bytes with a byte order mark before the JSON are read", () => {
  assert.deepEqual(basket.deserialize(Buffer.from('\ufeff{"a":"\ufeff"}')), { a: "\ufeff" });
});

test("VALUE_INVALID says where in the value", () => {
  throwsCode(() => basket.pack({ items: [{}, { at: new Date(0) }] }), "VALUE_INVALID", "items[1].at", "Date");
});

test("minus zero becomes zero, as JSON.stringify does it", () => {
  assert.ok(Object.is(basket.unpack(basket.pack(-0)), 0));
});

for (const text of ["", "{", "undefined", "NaN", "'a'", '{"a":1}x', "\u0000"]) {
  test(`the bytes of ${JSON.stringify(text)} are VALUE_UNREADABLE`, () => {
    throwsCode(() => basket.deserialize(Buffer.from(text)), "VALUE_UNREADABLE", "shop/basket");
  });
}

test("bytes in the middle of a larger buffer are read", () => {
  const pool = Buffer.from('xx{"a":1}yy');
  assert.deepEqual(basket.deserialize(new Uint8Array(pool.buffer, pool.byteOffset + 2, 7)), { a: 1 });
});

test("a bad typename is TYPE_NAME_INVALID", () => {
  throwsCode(() => json("basket"), "TYPE_NAME_INVALID", "basket");
});

/** A schema of `{ count: number }` that turns text into a number. */
const schema: StandardSchema<{ count: number }> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => {
      const count = (value as { count?: unknown } | null)?.count;
      const number = typeof count === "string" ? Number(count) : count;
      if (typeof number === "number" && number >= 0) return { value: { count: number } };
      return {
        issues: [
          { message: "expected a count", path: ["count"] },
          { message: "second", path: [{ key: "deep" }, 0] },
        ],
      };
    },
  },
};
const counted = json("shop/counted", schema);

test("a schema checks on write", () => {
  assert.deepEqual(counted.unpack(counted.pack({ count: 5 })), { count: 5 });
  throwsCode(
    () => counted.pack({ count: -5 }),
    "VALUE_INVALID",
    "shop/counted",
    "count: expected a count",
    "deep.0: second",
  );
});

test("a schema checks on read", () => {
  throwsCode(() => counted.deserialize(Buffer.from('{"count":-5}')), "VALUE_UNREADABLE", "count: expected a count");
});

test("what a schema turns a value into is what is written and read", () => {
  const packed = counted.pack({ count: "7", extra: 1 } as any);
  assert.equal(Buffer.from(packed.value).toString(), '{"count":7}');
  assert.deepEqual(counted.deserialize(Buffer.from('{"count":"8"}')), { count: 8 });
});

test("what a schema returns on write must be JSON as well", () => {
  const dates = json<Date>("shop/date", {
    "~standard": { version: 1, vendor: "test", validate: (value) => ({ value: new Date(String(value)) }) },
  });
  throwsCode(() => dates.pack(new Date(0)), "VALUE_INVALID", "shop/date");
});

test("an asynchronous schema is OPTION_INVALID on write and on read, and its rejection is not unhandled", () => {
  for (const validate of [async () => ({ value: 1 }), () => Promise.reject(new Error("late"))]) {
    const late = json<number>("shop/late", { "~standard": { version: 1, vendor: "test", validate } });
    throwsCode(() => late.pack(1), "OPTION_INVALID", "shop/late");
    throwsCode(() => late.deserialize(Buffer.from("1")), "OPTION_INVALID", "shop/late");
  }
});

test("a schema without issue paths is described by its messages", () => {
  const strict = json<number>("shop/strict", {
    "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "no" }] }) },
  });
  throwsCode(() => strict.pack(1), "VALUE_INVALID", "no");
});
