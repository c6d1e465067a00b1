// A value as a recording keeps it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptValue, mostWholeBytes } from "../../src/engine/kept-value.js";
import { Packed } from "../../src/engine/packed.js";
import { Metadata } from "../../src/model/metadata.js";
import { TypedValue } from "../../src/model/typed-value.js";
import { Types } from "../../src/types/primitives.js";

const plenty = 10 * mostWholeBytes;
const sized = (bytes: number, metadata?: Metadata) =>
  new TypedValue("test/bytes", Buffer.alloc(bytes, "x")).withMetadata(metadata);

test("a value is kept whole, in memory of its own, with its metadata", () => {
  const block = Buffer.alloc(100_000, "y");
  const metadata = new Metadata({ hop: "1" });
  const packed = Packed.pack(TypedValue.slice("test/bytes", block, 10, 20, [...metadata]), "v3");
  const kept = new KeptValue(packed, plenty);
  assert.deepEqual([kept.isCut, kept.bytes, kept.value.value.length], [false, 10, 10]);
  assert.equal(kept.value.value.buffer.byteLength, 10);
  assert.equal(kept.value.metadata.getText("hop"), "1");
  assert.equal(new KeptValue(Packed.part(Types.int.pack(5), "v3"), plenty).value.as(Types.int), 5);
});

test("of a larger value only the first 4 KiB are kept, and how large it is", () => {
  assert.equal(new KeptValue(Packed.pack(sized(mostWholeBytes), "v3"), plenty).isCut, false);
  const kept = new KeptValue(Packed.pack(sized(mostWholeBytes + 1, new Metadata({ hop: "1" })), "v3"), plenty);
  assert.deepEqual([kept.isCut, kept.bytes, kept.value.value.length], [true, mostWholeBytes + 1, 4096]);
  assert.equal(kept.value.value.buffer.byteLength, 4096);
  assert.equal(kept.value.metadata.getText("hop"), "1");
  assert.ok(kept.size > 4096 && kept.size < 5_000);
});

test("without room for it, a smaller value is cut too", () => {
  const kept = new KeptValue(Packed.pack(sized(10_000), "v3"), 9_999);
  assert.deepEqual([kept.isCut, kept.value.value.length], [true, 4096]);
  const small = new KeptValue(Packed.pack(sized(100), "v3"), 0);
  assert.deepEqual([small.isCut, small.value.value.length], [false, 100], "its head is all of it");
});
