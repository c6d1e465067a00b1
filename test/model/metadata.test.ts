// Metadata as users write and read it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Metadata, Types } from "../../src/index.js";
import { assertMetadataFits } from "../../src/model/metadata.js";
import { throwsCode } from "../support/expect-code.js";

test("metadata is made of an object, of pairs, of a Map, of headers, and of other metadata", () => {
  const expected = [
    ["a", Buffer.from("1")],
    ["b", null],
  ];
  const pairs = [
    ["a", "1"],
    ["b", null],
  ] as const;
  for (const input of [{ a: "1", b: null }, pairs, new Map(pairs), new Metadata(pairs)]) {
    const entries = [...new Metadata(input)].map(([name, value]) => [name, value && Buffer.from(value)]);
    assert.deepEqual(entries, expected);
  }
  assert.equal(new Metadata(new Headers({ Trace: "t" })).getText("trace"), "t");
  assert.equal(new Metadata().size, 0);
});

test("a name may come twice: get has the last value, getAll has all, in their order", () => {
  const metadata = new Metadata([
    ["hop", "one"],
    ["other", "x"],
    ["hop", new Uint8Array([2])],
    ["hop", null],
    ["hop", ""],
  ]);
  assert.equal(metadata.size, 5);
  assert.deepEqual(metadata.get("hop"), new Uint8Array(0));
  assert.deepEqual(metadata.getAll("hop"), [
    Uint8Array.from(Buffer.from("one")),
    new Uint8Array([2]),
    null,
    new Uint8Array(0),
  ]);
  assert.deepEqual(metadata.getAll("none"), []);
});

test("null, a value without bytes and a missing name are three things", () => {
  const metadata = new Metadata({ empty: "", none: null });
  assert.deepEqual([metadata.has("empty"), metadata.get("empty")?.length, metadata.getText("empty")], [true, 0, ""]);
  assert.deepEqual([metadata.has("none"), metadata.get("none"), metadata.getText("none")], [true, null, undefined]);
  assert.deepEqual([metadata.has("x"), metadata.get("x"), metadata.getText("x")], [false, undefined, undefined]);
});

test("text is UTF-8, and bytes that are not UTF-8 are read with U+FFFD", () => {
  const metadata = new Metadata({ grüße: "Grüße 👋", raw: new Uint8Array([0xff, 0x41]) });
  assert.equal(metadata.getText("grüße"), "Grüße 👋");
  assert.equal(metadata.getText("raw"), "\ufffdA");
});

test("names such as __proto__ are names", () => {
  const metadata = new Metadata([["__proto__", "p"]]);
  assert.equal(metadata.getText("__proto__"), "p");
  assert.equal(metadata.has("toString"), false);
});

test("bytes are copied: their owner may change them afterwards", () => {
  const bytes = new Uint8Array([1]);
  const metadata = new Metadata({ bytes });
  bytes[0] = 9;
  assert.deepEqual(metadata.get("bytes"), new Uint8Array([1]));
});

test("anything else is METADATA_INVALID", () => {
  const wrong: unknown[] = [
    null,
    "text",
    5,
    ["a", "b"],
    [["a"]],
    [["a", "b", "c"]],
    [[1, "b"]],
    { a: undefined },
    { a: 1 },
    { a: {} },
    { a: "\ud800" },
    { "\ud800": "a" },
    new Uint8Array(2),
  ];
  for (const input of wrong) throwsCode(() => new Metadata(input as never), "METADATA_INVALID");
});

test("the limit counts the UTF-8 of the names and the bytes of the values", () => {
  const input = { ü: "äö", b: new Uint8Array(3), n: null }; // 2 + 4 + 1 + 3 + 1
  const metadata = new Metadata(input);
  assertMetadataFits(metadata, 11);
  throwsCode(() => assertMetadataFits(metadata, 10), "METADATA_TOO_LARGE", "11 bytes", "10");
});

test("the limit bounds the number of pairs that have neither name nor value", () => {
  const empty = new Metadata(Array.from({ length: 11 }, () => ["", null] as const));
  assertMetadataFits(empty, 11);
  throwsCode(() => assertMetadataFits(empty, 10), "METADATA_TOO_LARGE");
});

test("a value that came with no message has no metadata, and is not changed by a copy with metadata", () => {
  const packed = Types.int.pack(5);
  assert.equal(packed.metadata.size, 0);
  const tagged = packed.withMetadata(new Metadata({ a: "1" }));
  assert.equal(packed.metadata.size, 0);
  assert.equal(tagged.metadata.getText("a"), "1");
  assert.equal(tagged.as(Types.int), 5);
  assert.equal(tagged.toV2().as(Types.int), 5);
  assert.equal(tagged.toV2().metadata.getText("a"), "1");
  assert.equal(packed.toV2().metadata.size, 0);
  assert.equal(tagged.withMetadata(undefined).metadata.size, 0);
});
