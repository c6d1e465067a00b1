// A packed value: its bytes in both generations, and its way from one to the other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TypedValue, Types } from "../../src/index.js";
import { convertPacked, decodePacked, encodePacked, typenameOfPacked } from "../../src/wire/packed.js";
import { generations } from "../support/calls.js";
import { anyType, fromFunction, plain } from "../support/reflection.js";

const typedValue = fromFunction.v3.root.lookupType("io.statefun.sdk.reqreply.TypedValue");
const text = new TypedValue("example/text", Buffer.from("hi"));
const hi = Buffer.from("hi").toString("base64");

test("v3: a value is a TypedValue that says it is there", () => {
  assert.deepEqual(plain(typedValue, encodePacked(text, "v3")), {
    typename: "example/text",
    has_value: true,
    value: hi,
  });
});

test("v2: a value is an Any", () => {
  assert.deepEqual(plain(anyType, encodePacked(text, "v2")), { type_url: "example/text", value: hi });
});

for (const generation of generations) {
  test(`${generation}: a value is read back, with its typename and its bytes`, () => {
    const bytes = encodePacked(text, generation);
    assert.equal(typenameOfPacked(bytes), "example/text");
    const read = decodePacked(bytes, generation);
    assert.equal(read.typename, "example/text");
    assert.deepEqual(Buffer.from(read.value), Buffer.from("hi"));
  });

  test(`${generation}: a value without bytes has a typename alone`, () => {
    const read = decodePacked(encodePacked(new TypedValue("example/none"), generation), generation);
    assert.equal(read.typename, "example/none");
    assert.equal(read.value.length, 0);
  });

  test(`${generation}: bytes that are cut short are an error`, () => {
    const bytes = encodePacked(text, generation);
    assert.throws(() => decodePacked(bytes.subarray(0, bytes.length - 1), generation), Error);
    assert.throws(() => typenameOfPacked(bytes.subarray(0, 3)), Error);
  });

  test(`${generation}: a value stays the same bytes within its generation`, () => {
    const bytes = encodePacked(text, generation);
    assert.equal(convertPacked(bytes, generation, generation), bytes);
  });
}

test("a value crosses from one generation to the other and back", () => {
  for (const value of [text, Types.int.pack(-7), Types.string.pack("hi"), Types.long.pack(2n ** 62n)]) {
    const v3 = encodePacked(value, "v3");
    const v2 = convertPacked(v3, "v3", "v2");
    assert.equal(typenameOfPacked(v2), value.toV2().typename);
    assert.deepEqual(Buffer.from(convertPacked(v2, "v2", "v3")), Buffer.from(v3));
  }
});
