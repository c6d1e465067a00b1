// Which values each primitive takes, and that they come back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Type, Types } from "../../src/index.js";
import { throwsCode } from "../support/expect-code.js";

interface Case {
  readonly type: Type<any>;
  readonly takes: readonly unknown[];
  readonly refuses: readonly unknown[];
}

const longest = 2n ** 63n - 1n;
const never = [undefined, null, {}, [], Symbol("x"), () => 1, Object.create(null)];
const cases: Record<string, Case> = {
  bool: { type: Types.bool, takes: [true, false], refuses: [...never, 0, 1, "true", 1n] },
  int: {
    type: Types.int,
    takes: [0, 1, -1, 127, 128, 2 ** 31 - 1, -(2 ** 31), 65_536],
    refuses: [
      ...never,
      2 ** 31,
      -(2 ** 31) - 1,
      2 ** 32,
      2 ** 53,
      1.5,
      -0.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.MIN_VALUE,
      5n,
      "5",
      true,
      new Number(5),
    ],
  },
  long: {
    type: Types.long,
    takes: [0n, 1n, -1n, 2n ** 31n, 2n ** 32n, -(2n ** 32n), 2n ** 53n + 1n, -(2n ** 53n) - 1n, longest, -longest - 1n],
    refuses: [...never, longest + 1n, -longest - 2n, 2n ** 64n, 5, 0, "5", true],
  },
  float: {
    type: Types.float,
    takes: [
      0,
      -0,
      1.5,
      -2.25,
      2 ** -149,
      3.4028234663852886e38,
      -3.4028234663852886e38,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ],
    refuses: [...never, 3.5e38, -3.5e38, Number.MAX_VALUE, 5n, "5", true],
  },
  double: {
    type: Types.double,
    takes: [
      0,
      -0,
      0.1,
      -1e300,
      Number.MAX_VALUE,
      Number.MIN_VALUE,
      Number.MAX_SAFE_INTEGER,
      2 ** 31,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ],
    refuses: [...never, 5n, "5", true],
  },
  string: {
    type: Types.string,
    takes: [
      "",
      "a",
      "Seth",
      "\u0000",
      "é字😀",
      "a".repeat(127),
      "é".repeat(64),
      "😀".repeat(1000),
      "x".repeat(2 ** 20),
    ],
    refuses: [...never, 5, 5n, true, new String("a"), new Uint8Array(1)],
  },
  bytes: {
    type: Types.bytes,
    takes: [new Uint8Array(0), Uint8Array.of(0), Uint8Array.of(255, 0, 1), new Uint8Array(2 ** 20).fill(7)],
    refuses: [...never, "abc", 5, true, new ArrayBuffer(2), new Uint16Array(2), [1, 2]],
  },
};

const label = (value: unknown): string => {
  if (typeof value === "string" && value.length > 40) return `text of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "object" && value !== null) return Object.prototype.toString.call(value);
  return typeof value === "string" ? JSON.stringify(value) : String(value);
};

for (const [name, { type, takes, refuses }] of Object.entries(cases)) {
  for (const value of takes) {
    test(`${name}: ${label(value)} comes back as it was, in both forms`, () => {
      const packed = type.pack(value);
      assert.deepStrictEqual(type.unpack(packed), value);
      assert.deepStrictEqual(type.unpack(packed.toV2()), value);
    });
  }
  for (const value of refuses) {
    test(`${name}: ${label(value)} is VALUE_INVALID`, () => {
      throwsCode(() => type.pack(value), "VALUE_INVALID", type.typename);
    });
  }
  test(`${name}: no bytes are the default`, () => {
    const [initial] = takes;
    if (name === "bool") assert.equal(type.deserialize(new Uint8Array(0)), false);
    else assert.deepStrictEqual(type.deserialize(new Uint8Array(0)), initial);
  });
}

test("int: minus zero is zero", () => {
  const packed = Types.int.pack(-0);
  assert.equal(packed.value.length, 0);
  assert.ok(Object.is(Types.int.unpack(packed), 0));
});

test("float: a number is rounded to 32 bits", () => {
  assert.equal(Types.float.unpack(Types.float.pack(0.1)), Math.fround(0.1));
  assert.equal(Types.float.unpack(Types.float.pack(1e-60)), 0);
});

test("float: a number that rounds to the largest float is taken", () => {
  const justAbove = 3.4028235e38;
  assert.equal(Types.float.unpack(Types.float.pack(justAbove)), 3.4028234663852886e38);
});

test("string: half of a surrogate pair is VALUE_INVALID, since UTF-8 can't hold it", () => {
  for (const text of ["\ud83d", "a\udc00b", `${"x".repeat(100)}\ud800`]) {
    throwsCode(() => Types.string.pack(text), "VALUE_INVALID");
  }
});

test("bytes: what is read is a copy", () => {
  const wire = Uint8Array.from(Types.bytes.serialize(Uint8Array.of(1, 2, 3)));
  const read = Types.bytes.deserialize(wire);
  wire.fill(9);
  assert.deepEqual([...read], [1, 2, 3]);
  assert.notEqual(read.buffer, wire.buffer);
});

test("bytes: what is packed is a copy", () => {
  const value = Uint8Array.of(1, 2, 3);
  const packed = Types.bytes.pack(value);
  value.fill(9);
  assert.deepEqual([...packed.as(Types.bytes)], [1, 2, 3]);
});

test("bytes: two reads of nothing do not share their buffer", () => {
  const one = Types.bytes.deserialize(new Uint8Array(0));
  assert.equal(one.length, 0);
  assert.ok(one instanceof Uint8Array);
});

test("bytes: a Buffer is taken, and plain bytes come back", () => {
  const read = Types.bytes.unpack(Types.bytes.pack(Buffer.from("abc")));
  assert.deepEqual(read, Uint8Array.from(Buffer.from("abc")));
});

test("the table of types can't be changed", () => {
  assert.throws(() => {
    (Types as any).int = Types.long;
  }, TypeError);
});

test("an error says what the refused value is", () => {
  class Money {}
  const shown: [unknown, string][] = [
    [null, "null is not a"],
    [undefined, "undefined is not a"],
    [{}, "an object is not a"],
    [new Money(), "an object of Money is not a"],
    [[1], "a list is not a"],
    ["", '"" is not a'],
    [5n, "5 (a bigint) is not a"],
  ];
  for (const [value, words] of shown) throwsCode(() => Types.int.pack(value as number), "VALUE_INVALID", words);
});
