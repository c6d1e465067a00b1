// A message in memory and in the store: what is read back is what was written, for functions of both generations.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DelayedMessage, decodeDelayed, decodeMessage, Message } from "../../src/engine/message.js";
import { Packed } from "../../src/engine/packed.js";
import { Address } from "../../src/model/address.js";
import { at } from "./functions.js";
import { packed, textIn } from "./parts.js";

const generations = ["v2", "v3"] as const;
const callers = [undefined, at("f/a"), new Address("n\0", "ü", ""), new Address("n", "f", "😀")];

for (const generation of generations) {
  test(`a message of ${generation} is read back from its entry`, () => {
    for (const caller of callers) {
      const written = new Message(caller, packed("hello", generation));
      const read = decodeMessage("key", written.encode());
      assert.deepEqual(
        [read.key, read.value.generation, read.caller?.toString(), Buffer.from(read.argument)],
        ["key", generation, caller?.toString(), Buffer.from(written.argument)],
      );
      assert.equal(read.size, written.size);
    }
  });

  test(`a delayed message of ${generation} is read back with its target, token and time`, () => {
    for (const token of [undefined, "token 😀"]) {
      const written = new DelayedMessage(at("f/target"), at("f/caller"), packed("later", generation), 123, token);
      const read = decodeDelayed("key", 456, written.encode());
      assert.deepEqual(
        [read.target.toString(), read.caller?.toString(), read.token, read.dueAt, textIn(read)],
        ["test/f/target", "test/f/caller", token, 456, "later"],
      );
    }
  });
}

test("an entry is read for a function of the other generation", () => {
  for (const [from, to] of [
    ["v2", "v3"],
    ["v3", "v2"],
  ] as const) {
    const entry = new Message(at("f/a"), packed("hello", from)).encode();
    const read = decodeMessage("key", entry, to);
    assert.equal(read.value.generation, to);
    assert.equal(textIn(read), "hello");
    assert.equal(read.key, "key");
  }
});

test("a message for a function of its own generation is the same object", () => {
  const one = new Message(undefined, packed("x", "v3"));
  assert.equal(one.as("v3"), one);
  assert.notEqual(one.as("v2"), one);
});

test("a decoded argument does not keep its entry in memory", () => {
  const entry = new Message(undefined, packed("x", "v3")).encode();
  assert.notEqual(decodeMessage("key", entry).argument.buffer, entry.buffer);
});

test("a field of a later version is passed over", () => {
  const entry = Buffer.concat([new Message(at("f/a"), packed("x", "v3")).encode(), Buffer.from([0xfa, 1, 1, 0])]);
  assert.equal(textIn(decodeMessage("key", entry)), "x");
});

test("a delayed message without a target is refused", () => {
  const entry = new Message(undefined, packed("x", "v3")).encode();
  assert.throws(() => decodeDelayed("the key", 0, entry), /the key/);
});

test("a message is about as large as its argument", () => {
  const size = (length: number) => new Message(undefined, new Packed(new Uint8Array(length), "v3")).size;
  assert.equal(size(1000) - size(0), 1000);
  assert.ok(size(0) > 0);
});
