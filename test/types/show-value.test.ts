// Values as people see them: whole up to a size, and their heads beyond it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { custom, json, Metadata, protobuf, Types } from "../../src/index.js";
import { wholeBytes } from "../../src/model/large-value.js";
import { previewMessage, previewValue } from "../../src/types/show-value.js";
import { wrapperType } from "../support/reflection.js";

const kibibyte = 1024;
const Note = json<{ text: string }>("show-value/note");
const Opaque = custom<string>(
  "show-value/opaque",
  (text) => Buffer.from(text),
  (bytes) => Buffer.from(bytes).toString(),
);
const finder = (...types: readonly { readonly typename: string }[]) => ({
  find: (typename: string) => types.find((type) => type.typename === typename) as any,
});

test("a value is shown whole up to 256 KiB of packed bytes", () => {
  const text = "x".repeat(wholeBytes - JSON.stringify({ text: "" }).length);
  assert.deepEqual(previewValue(finder(Note), Note.pack({ text })), { typename: Note.typename, value: { text } });
});

test("a larger value is shown by its size and the first 4 KiB of its JSON, and is not decoded", () => {
  const packed = Note.pack({ text: "x".repeat(wholeBytes) });
  const undecodable = { find: () => Object.assign(Object.create(Note), { unpack: assert.fail }) };
  const { head, ...shown } = previewValue(undecodable, packed) as any;
  assert.deepEqual(shown, { typename: Note.typename, bytes: packed.byteLength, headIs: "text" });
  assert.equal(head, `{"text":"${"x".repeat(4 * kibibyte - 9)}`);
});

test("the head of a large string is its text, cut between two characters", () => {
  for (const character of ["ü", "€", "😀"]) {
    for (const shift of ["", "a", "ab", "abc"]) {
      const text = shift + character.repeat(wholeBytes);
      const { head, headIs } = previewValue(finder(), Types.string.pack(text)) as any;
      assert.equal(headIs, "text");
      assert.equal(head, text.slice(0, head.length));
      assert.ok(4 * kibibyte - Buffer.byteLength(head) < 4, `${Buffer.byteLength(head)} bytes`);
    }
  }
});

test("the head of every other large value is its packed bytes", () => {
  const bytes = Buffer.alloc(wholeBytes + 1, "x");
  const Text = protobuf(wrapperType("StringValue"), "show-value/text");
  const text = Text.pack({ value: "x".repeat(wholeBytes) });
  for (const packed of [Opaque.pack(bytes.toString()), Types.bytes.pack(bytes), text]) {
    assert.deepEqual(previewValue(finder(Opaque, Text), packed), {
      typename: packed.typename,
      bytes: packed.byteLength,
      head: Buffer.from(packed.value.subarray(0, 4 * kibibyte)).toString("base64"),
      headIs: "base64",
    });
  }
});

test("a list may show less of each value", () => {
  const packed = Note.pack({ text: "x".repeat(100) });
  assert.equal((previewValue(finder(Note), packed, 50) as any).bytes, packed.byteLength);
});

test("a large message keeps its metadata", () => {
  const packed = Types.string.pack("x".repeat(wholeBytes + 1));
  assert.equal("metadata" in previewMessage(finder(), packed), false);
  const traced = packed.withMetadata(new Metadata({ trace: "1" }));
  assert.deepEqual(previewMessage(finder(), traced).metadata, [{ name: "trace", value: "1" }]);
});
