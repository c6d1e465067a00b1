// The checksum, against its published value and against the plain way to compute it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c, sumIsRight } from "../../src/store/crc32c.js";
import { randomOf } from "../support/random.js";

/** One bit after the other. */
function plain(bytes: Uint8Array): number {
  let sum = -1;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0x82f63b78 : 0);
  }
  return ~sum >>> 0;
}

test("the check value of CRC-32C is that of its specification", () => {
  assert.equal(crc32c(Buffer.from("123456789"), 0, 9), 0xe3069283);
  assert.equal(crc32c(Buffer.alloc(32), 0, 32), 0x8a9136aa); // RFC 3720, appendix B.4
});

test("any part of any bytes has the sum of the plain way", (t) => {
  const random = randomOf(t);
  for (let round = 0; round < 200; round += 1) {
    const bytes = random.bytes(60);
    const from = random.below(bytes.length + 1);
    const end = from + random.below(bytes.length - from + 1);
    assert.equal(crc32c(bytes, from, end), plain(bytes.subarray(from, end)));
  }
});

test("a stored sum is rotated, and has a number added to it", () => {
  const bytes = Buffer.from("123456789");
  const sum = crc32c(bytes, 0, 9);
  const stored = (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
  assert.ok(sumIsRight(stored, bytes, 0, 9));
  assert.ok(!sumIsRight(stored, bytes, 0, 8));
  assert.ok(!sumIsRight(stored ^ 1, bytes, 0, 9));
});
