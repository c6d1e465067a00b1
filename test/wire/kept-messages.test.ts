// The state of kept messages, and the message that says that one is due.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Address } from "../../src/model/address.js";
import { Metadata } from "../../src/model/metadata.js";
import { TypedValue } from "../../src/model/typed-value.js";
import {
  decodeKeptMessages,
  dueMessage,
  encodeKeptMessages,
  type KeptMessage,
  readDue,
} from "../../src/wire/kept-messages.js";

const shown = ({ caller, argument, ...others }: KeptMessage) => ({
  ...others,
  caller: caller && String(caller),
  typename: argument.typename,
  value: Buffer.from(argument.value).toString(),
  metadata: [...argument.metadata].map(([name, value]) => [name, value && Buffer.from(value).toString()]),
});

test("kept messages come back as they were", () => {
  const metadata = new Metadata([
    ["trace", "1"],
    ["gone", null],
  ]);
  const messages: KeptMessage[] = [
    {
      caller: Address.of("a/b", "ü"),
      argument: new TypedValue("test/x", Buffer.from("one")).withMetadata(metadata),
      attempts: 3,
      firstFailedAt: 1_790_000_000_000,
      due: 1_790_000_000_007,
    },
    { caller: undefined, argument: new TypedValue("test/empty"), attempts: 0, firstFailedAt: 0, due: 0 },
  ];
  assert.deepEqual(decodeKeptMessages(encodeKeptMessages(messages)).map(shown), messages.map(shown));
  assert.deepEqual(decodeKeptMessages(encodeKeptMessages([])), []);
});

test("the message that says which one is due comes back", () => {
  for (const due of [0, 1, 1_790_000_000_007]) assert.equal(readDue(dueMessage(due)), due);
  assert.ok(Number.isNaN(readDue(new TypedValue("x", Uint8Array.of(255, 8)))));
});

test("bytes that are no kept messages are an error", () => {
  for (const bytes of [[10, 5, 1], [10, 2, 18, 9], [255]]) {
    assert.throws(() => decodeKeptMessages(new TypedValue("x", Uint8Array.from(bytes))));
  }
});
