// Snappy, in each of its elements, and in each way to break them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decompress } from "../../src/store/snappy.js";

const text = (...bytes: readonly number[]) => Buffer.from(decompress(Buffer.from(bytes))).toString();
const [a, b, c] = [0x61, 0x62, 0x63];

test("literals and copies become the text they stand for", () => {
  assert.equal(text(0), "");
  assert.equal(text(3, 0x08, a, b, c), "abc");
  assert.equal(text(7, 0x08, a, b, c, 0x01, 0x03), "abcabca"); // a copy with an offset of 11 bits
  assert.equal(text(9, 0x08, a, b, c, 0x16, 0x03, 0x00), "abcabcabc"); // of 16 bits
  assert.equal(text(9, 0x08, a, b, c, 0x17, 0x03, 0x00, 0x00, 0x00), "abcabcabc"); // of 32 bits
  assert.equal(text(6, 0x00, a, 0x05, 0x01), "aaaaaa"); // a copy that overlaps what it makes
});

test("a long literal has its length behind the tag", () => {
  const long = "x".repeat(300);
  const bytes = Buffer.concat([Buffer.from([0xac, 0x02, 0xf4, 0x2b, 0x01]), Buffer.from(long)]);
  assert.equal(Buffer.from(decompress(bytes)).toString(), long);
});

test("bytes that are no Snappy block are refused", () => {
  const broken: readonly (readonly number[])[] = [
    [],
    [0x80], // a length that does not end
    [0xff, 0xff, 0xff, 0x7f, 0x00, a], // more than so few bytes can hold
    [3, 0x08, a, b], // a literal cut short
    [2, 0x08, a, b, c], // a literal longer than announced
    [4, 0x08, a, b, c], // less than announced
    [7, 0x01, 0x03], // a copy of nothing
    [7, 0x08, a, b, c, 0x01, 0x00], // a copy that begins at itself
    [7, 0x08, a, b, c, 0x01, 0x04], // a copy from before the beginning
    [6, 0x08, a, b, c, 0x01, 0x03], // a copy longer than announced
  ];
  for (const bytes of broken) assert.throws(() => decompress(Buffer.from(bytes)), RangeError, `${bytes}`);
});
