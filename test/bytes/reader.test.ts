// Numbers as the reader takes them from the wire.

import assert from "node:assert/strict";
import { test } from "node:test";
import { WireReader } from "../../src/bytes/reader.js";
import { WireWriter } from "../../src/bytes/writer.js";

test("a whole number that was written as an int64 is read without a BigInt", () => {
  for (const value of [0, 1, 127, 128, 2 ** 31, 2 ** 32 + 5, 1_764_000_000_000, Number.MAX_SAFE_INTEGER]) {
    const writer = new WireWriter();
    writer.int64(value);
    const bytes = writer.finish();
    const reader = new WireReader(bytes);
    assert.equal(reader.int64(bytes.length), value);
    assert.equal(reader.pos, bytes.length);
    assert.equal(new WireReader(bytes).varint64(bytes.length), BigInt(value));
  }
});

test("a number that is cut off or too long is refused", () => {
  assert.throws(() => new WireReader(Uint8Array.of(0x80, 0x80)).int64(2), /cut off/);
  assert.throws(() => new WireReader(new Uint8Array(11).fill(0x80)).int64(11), /longer than ten bytes/);
});
