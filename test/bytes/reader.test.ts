// The reader: numbers as it takes them from the wire, and names, which are the same text whether or not they came before.

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

/** The bytes of the texts, in the middle of a larger buffer: the reader's bytes need not begin where their buffer begins. */
function bytesOf(texts: readonly string[]): Uint8Array {
  const writer = new WireWriter();
  for (const text of texts) writer.text(text);
  const bytes = writer.finish();
  const buffer = Buffer.alloc(bytes.length + 26, 0xff);
  buffer.set(bytes, 13);
  return buffer.subarray(13, 13 + bytes.length);
}

function namesIn(bytes: Uint8Array): string[] {
  const reader = new WireReader(bytes);
  const names: string[] = [];
  while (reader.pos < bytes.length) names.push(reader.name(bytes.length));
  return names;
}

/** Names that differ in one place each, most of which share a slot with others: a slot depends on five bytes and the length. */
function similarNames(length: number): string[] {
  const names: string[] = [];
  for (let place = 0; place < length; place++) {
    for (const letter of "bcd") names.push("a".repeat(place) + letter + "a".repeat(length - place - 1));
  }
  return names;
}

for (const length of [1, 2, 3, 4, 5, 7, 8, 24, 95, 96, 97]) {
  test(`names of ${length} bytes are told apart, wherever they differ, in short and in long requests`, () => {
    const names = similarNames(length);
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(namesIn(bytesOf([...names, ...names])), [...names, ...names]);
      for (const name of names) {
        assert.deepEqual(namesIn(bytesOf([name, name])), [name, name]);
        // The second name finds the first one in its place.
        const twice = [name, name, ...Array.from({ length: 40 }, () => "padding-padding"), name];
        assert.deepEqual(namesIn(bytesOf(twice)), twice);
      }
    }
  });
}

test("names in other scripts come back as they are", () => {
  const names = ["größe", "小さい/名前", "naïve/é", "größe"].flatMap((name) => Array.from({ length: 30 }, () => name));
  assert.deepEqual(namesIn(bytesOf(names)), names);
});

test("a name that is no UTF-8 is refused, also where a name of its length came before", () => {
  const bytes = Buffer.alloc(600, 5);
  for (let at = 0; at < 594; at += 6) bytes.write("abcde", at + 1);
  bytes[594] = 5;
  bytes.set([0x61, 0x62, 0x63, 0x64, 0xff], 595);
  assert.throws(() => namesIn(bytes));
});

test("a name that reaches beyond its message is refused", () => {
  const bytes = Buffer.alloc(600, 0x61);
  bytes[596] = 9;
  const reader = new WireReader(bytes);
  reader.pos = 596;
  assert.throws(() => reader.name(600), /reaches beyond its message/);
});
