// Numbers and byte strings that were written one after the other, and bytes that are neither.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteReader } from "../../src/store/byte-reader.js";

test("numbers and byte strings are read one after the other", () => {
  const reader = new ByteReader(Buffer.from([0x05, 0xac, 0x02, 0x02, 0x61, 0x62, 0x01, 0x02, 0x03, 0x09]));
  assert.equal(reader.varint(), 5);
  assert.equal(reader.varint(), 300);
  assert.equal(Buffer.from(reader.string()).toString(), "ab");
  assert.equal(reader.fixed(3), 0x030201);
  assert.ok(!reader.isAtEnd);
  assert.equal(reader.byte(), 9);
  assert.ok(reader.isAtEnd);
});

test("large numbers are exact up to 2^53", () => {
  const bytes: number[] = [];
  let rest = 2n ** 53n - 1n;
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  assert.equal(new ByteReader(Buffer.from(bytes)).varint(), 2 ** 53 - 1);
});

test("a number or byte string that ends early or never is refused", () => {
  const broken: readonly [bytes: readonly number[], read: (reader: ByteReader) => unknown][] = [
    [[], (reader) => reader.varint()],
    [[0x80], (reader) => reader.varint()],
    [Array(11).fill(0x80), (reader) => reader.varint()],
    [[0x03, 0x61], (reader) => reader.string()],
    [[0x01], (reader) => reader.fixed(2)],
    [[], (reader) => reader.byte()],
  ];
  for (const [bytes, read] of broken) assert.throws(() => read(new ByteReader(Buffer.from(bytes))), RangeError);
});
