// The recorded batches that memory holds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptValue } from "../../src/engine/kept-value.js";
import { Recording } from "../../src/engine/recording.js";
import { Recordings } from "../../src/engine/recordings.js";
import { at } from "./functions.js";
import { packed } from "./parts.js";

const kept = new KeptValue(packed("x"), 1_000);

interface Made {
  readonly id?: string;
  readonly handles?: readonly number[];
  readonly sends?: readonly number[];
  readonly code?: string;
  readonly bytes?: number;
}

/** Recordings, and a way to add one. Numbers grow from 1 on. */
function setUp() {
  const recordings = new Recordings();
  let last = 0;
  const add = ({ id = "a", handles = [], sends = [], code, bytes }: Made = {}) => {
    last += 1;
    const recording = new Recording(last, at(`f/${id}`), true, 0);
    const end = code === undefined ? "handled" : "failed";
    for (const number of handles) recording.messages.push({ number, caller: undefined, end, failure: undefined, kept });
    for (const number of sends) recording.sent.push({ number, target: at("f/b"), typename: "t", dueAt: undefined });
    recording.code = code;
    if (bytes !== undefined) recording.bytes = bytes;
    recordings.index(recording, 0);
    recordings.add(recording);
    return recording;
  };
  const numbers = () => recordings.all().map(({ number }) => number);
  return { recordings, add, numbers };
}

test("the last thousand are kept, the newest first", () => {
  const { recordings, add, numbers } = setUp();
  for (let count = 0; count < 1_005; count++) add({ handles: [count], sends: [10_000 + count] });
  assert.deepEqual([numbers().length, numbers()[0], numbers().at(-1)], [1_000, 1_005, 6]);
  assert.equal(recordings.find(5), undefined);
  assert.deepEqual([recordings.handlerOf(4), recordings.senderOf(10_004)], [undefined, undefined]);
  assert.deepEqual([recordings.handlerOf(5)?.number, recordings.senderOf(10_005)?.number], [6, 6]);
});

test("they take 8 MiB at most, and the newest one is kept in any case", () => {
  const { add, numbers } = setUp();
  for (let count = 0; count < 20; count++) add({ bytes: 1024 * 1024 });
  assert.equal(numbers().length, 8);
  add({ bytes: 100 * 1024 * 1024 });
  assert.deepEqual(numbers(), [21]);
});

test("a failure stays longer, with the batches before it at its address and with those that caused it", () => {
  const { recordings, add } = setUp();
  const root = add({ id: "root", sends: [1] });
  const cause = add({ id: "cause", handles: [1], sends: [2] });
  const same = Array.from({ length: 7 }, () => add({ id: "failing" }));
  const failure = add({ id: "failing", handles: [2], code: "HANDLER_FAILED" });
  const stranger = add({ id: "stranger" });
  for (let count = 0; count < 1_000; count++) add();
  const found = [root, cause, ...same, failure, stranger].filter(({ number }) => recordings.find(number) !== undefined);
  assert.deepEqual(found, [root, cause, ...same.slice(2), failure]);
  assert.deepEqual(recordings.causesOf(failure, 10), [cause, root]);
  assert.equal(recordings.handlerOf(2), failure);
  assert.ok(recordings.all().every(({ number }, index, all) => index === 0 || number < (all[index - 1]?.number ?? 0)));
});

test("failures have a bound of their own", () => {
  const { recordings, add, numbers } = setUp();
  for (let count = 0; count < 600; count++) add({ id: `${count}`, code: "HANDLER_FAILED" });
  for (let count = 0; count < 1_000; count++) add();
  assert.equal(numbers().length, 1_500);
  assert.deepEqual([recordings.find(100), recordings.find(101)?.number], [undefined, 101]);
});

test("a message that goes on under another number is found by that number", () => {
  const { recordings, add } = setUp();
  const sender = add({ sends: [7] });
  recordings.renumber(7, 9);
  recordings.renumber(8, 10);
  const handler = add({ handles: [9] });
  assert.deepEqual([sender.sent[0]?.number, recordings.senderOf(9), recordings.senderOf(7)], [9, sender, undefined]);
  assert.deepEqual(recordings.causesOf(handler, 10), [sender]);
});

test("causes that go in a circle end", () => {
  const { recordings, add } = setUp();
  const first = add({ handles: [2], sends: [1] });
  const second = add({ handles: [1], sends: [2] });
  assert.deepEqual(recordings.causesOf(first, 10), [second]);
  assert.deepEqual(recordings.causesOf(second, 10), [first]);
});
