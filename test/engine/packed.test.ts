// A packed value: its bytes in both generations, and its part of an entry in the store.

import assert from "node:assert/strict";
import { test } from "node:test";
import { delimited, tag, WireReader } from "../../src/bytes/reader.ts";
import { WireWriter } from "../../src/bytes/writer.ts";
import { generationField, Packed, readGeneration } from "../../src/engine/packed.ts";
import type { Generation } from "../../src/model/invocation.ts";
import { Types } from "../../src/types/primitives.ts";

const bytesTag = tag(1, delimited);
const written = (packed: Packed): Uint8Array => {
  const writer = new WireWriter();
  packed.write(writer, bytesTag);
  return writer.finish();
};

for (const generation of ["v2", "v3"] satisfies Generation[]) {
  test(`what was packed for ${generation} is unpacked as it was`, () => {
    assert.equal(Types.int.unpack(Packed.pack(Types.int.pack(7), generation).as("v3").unpack()), 7);
  });

  test(`what is written of ${generation} is read as ${generation}`, () => {
    const packed = Packed.pack(Types.int.pack(7), generation);
    const bytes = written(packed);
    const reader = new WireReader(bytes);
    assert.equal(reader.tag(bytes.length), bytesTag);
    assert.deepEqual(Buffer.from(reader.copy(bytes.length)), Buffer.from(packed.bytes));
    let read: Generation = "v3";
    while (reader.pos < bytes.length) {
      assert.equal(reader.tag(bytes.length), generationField);
      read = readGeneration(reader, bytes.length);
    }
    assert.equal(read, generation);
  });
}

const view = (bytes: string, size: number) => new Uint8Array(new ArrayBuffer(size), 0, bytes.length).fill(7);

test("a value has memory of its own once its entry is written, and not before: most values are consumed earlier", () => {
  const block = view("small", 4000);
  const packed = Packed.part(block, "v3");
  assert.equal(packed.bytes.buffer, block.buffer);
  written(packed);
  assert.deepEqual([...packed.bytes], [...block]);
  assert.ok(packed.bytes.buffer.byteLength < 100);
  const { bytes } = packed;
  written(packed);
  assert.equal(packed.bytes, bytes, "it is copied once");
});

test("a small part of a large answer has memory of its own at once", () => {
  const answer = view("small", 100_000);
  assert.ok(Packed.part(answer, "v3").bytes.buffer.byteLength < 100);
});

test("a value that fills its memory is not copied", () => {
  const large = view("x".repeat(60_000), 100_000);
  const packed = Packed.part(large, "v3");
  written(packed);
  assert.equal(packed.bytes, large);
});

test("the bytes in the store stay what they are: existing folders hold them", () => {
  assert.equal(Buffer.from(written(new Packed(Buffer.from("ab"), "v3"))).toString("hex"), "0a026162");
  assert.equal(Buffer.from(written(new Packed(Buffer.from("ab"), "v2"))).toString("hex"), "0a0261621801");
});

test("a value that has the generation already is the same object", () => {
  const packed = Packed.pack(Types.int.pack(7), "v3");
  assert.equal(packed.as("v3"), packed);
  assert.notEqual(packed.as("v2"), packed);
});
