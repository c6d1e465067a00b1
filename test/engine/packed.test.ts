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

test("the bytes in the store stay what they are: existing folders hold them", () => {
  assert.equal(Buffer.from(written(new Packed(Buffer.from("ab"), "v3"))).toString("hex"), "0a026162");
  assert.equal(Buffer.from(written(new Packed(Buffer.from("ab"), "v2"))).toString("hex"), "0a0261621801");
});

test("a value that has the generation already is the same object", () => {
  const packed = Packed.pack(Types.int.pack(7), "v3");
  assert.equal(packed.as("v3"), packed);
  assert.notEqual(packed.as("v2"), packed);
});
