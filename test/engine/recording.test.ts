// What one recorded batch did.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnsweredPart } from "../../src/engine/answered-part.js";
import { Message } from "../../src/engine/message.js";
import { Packed } from "../../src/engine/packed.js";
import { mostMessages, mostSent, PartNotes, Recording } from "../../src/engine/recording.js";
import { StatefunError } from "../../src/errors.js";
import { Metadata } from "../../src/model/metadata.js";
import { at, spec, text, textOf } from "./functions.js";
import { message, Parts } from "./parts.js";

const nothing: AnsweredPart["effects"] = { mutations: [], messages: [], delayed: [], egresses: [] };
const trace = "0af7651916cd43dd8448eb211c80319c";

function setUp(whole = true) {
  const parts = new Parts({ functions: { f: () => {} } });
  const instance = parts.instances.wake(at("f/a"));
  const recording = new Recording(1, instance.address, whole, 0);
  /** Notes a part, consumes its messages and writes its states, as the engine does. */
  const apply = (part: AnsweredPart, sends: (notes: PartNotes) => void = () => {}) => {
    const notes = new PartNotes(instance, part);
    parts.commit.transact(() => {
      for (let count = 0; count < part.consumed; count++) instance.mailbox.consume();
      for (const { name, value } of part.effects.mutations) instance.states.set(spec(name), value, 0);
    });
    sends(notes);
    recording.add(instance, part, notes);
  };
  return { parts, instance, recording, apply };
}

test("it has the messages, and the first value before and the last value after of each state that changed", () => {
  const { parts, instance, recording, apply } = setUp();
  for (const value of ["1", "2"]) parts.deliver("f/a", value, at("g/b"));
  parts.commit.transact(() => instance.states.set(spec("count"), text("0"), 0));
  const set = (value: string | undefined) => [{ name: "count", value: value === undefined ? undefined : text(value) }];
  apply({ consumed: 1, effects: { ...nothing, mutations: set("1") }, ends: [] });
  apply({ consumed: 1, effects: { ...nothing, mutations: set("2") }, ends: [] });
  assert.deepEqual(
    recording.messages.map(({ number, caller, end, kept }) => [number, `${caller}`, end, textOf(kept.value)]),
    [
      [0, "test/g/b", "handled", "1"],
      [1, "test/g/b", "handled", "2"],
    ],
  );
  const [count] = recording.states;
  assert.deepEqual([textOf(count?.before?.value), textOf(count?.after?.value)], ["0", "2"]);
  apply({ consumed: 0, effects: { ...nothing, mutations: set(undefined) }, ends: [] });
  assert.deepEqual([recording.states.length, count?.after], [1, undefined]);
});

test("a refused message has its failure, and the batch the code of the first one", () => {
  const { parts, recording, apply } = setUp();
  for (const value of ["1", "2"]) parts.deliver("f/a", value);
  const failure = { code: "NO_ITEM", message: "none", terminal: true, stack: "s".repeat(100_000) };
  apply({ consumed: 2, effects: nothing, ends: [{ index: 1, failure }] });
  assert.deepEqual(
    recording.messages.map(({ end, failure }) => [end, failure?.code]),
    [
      ["handled", undefined],
      ["refused", "NO_ITEM"],
    ],
  );
  assert.deepEqual([recording.code, recording.failure], ["NO_ITEM", undefined]);
  assert.ok((recording.messages[1]?.failure?.stack?.length ?? 0) < 20_000);
});

test("a failed batch has the messages that may be to blame", () => {
  const { parts, instance, recording } = setUp();
  for (const value of ["1", "2", "3"]) parts.deliver("f/a", value);
  recording.fail(instance, 2, new StatefunError("HANDLER_FAILED", "on purpose"));
  assert.deepEqual(
    [recording.code, recording.failure?.message, recording.messageCount],
    ["HANDLER_FAILED", "on purpose", 2],
  );
  assert.ok(recording.messages.every(({ end, failure }) => end === "failed" && failure?.code === "HANDLER_FAILED"));
  recording.fail(instance, 9, new StatefunError("HANDLER_FAILED", "again"));
  assert.equal(recording.messageCount, 5, "no more than are there");
});

test("of many messages and of much that was sent only the first are kept, and all are counted", () => {
  const { parts, recording, apply } = setUp();
  for (let count = 0; count < mostMessages + 1; count++) parts.deliver("f/a", `${count}`);
  const messages = Array.from({ length: mostSent + 1 }, () => ({ target: at("f/b"), argument: text("x") }));
  const egresses = messages.map(({ argument }) => ({ namespace: "out", name: "all", argument }));
  const delayed = [
    { target: at("f/b"), argument: text("x"), delayMs: 5, cancellationToken: undefined },
    { cancel: "token" },
  ];
  apply({ consumed: mostMessages + 1, effects: { ...nothing, messages, egresses, delayed }, ends: [] }, (notes) => {
    for (let number = 0; number < mostSent + 2; number++) notes.sends(at("f/b"), "t", number);
    for (let count = 0; count < mostSent + 1; count++) notes.sendsRecord("out/all", "t");
  });
  assert.deepEqual([recording.messages.length, recording.messageCount], [mostMessages, mostMessages + 1]);
  assert.deepEqual([recording.sent.length, recording.sentCount], [mostSent, mostSent + 2]);
  assert.deepEqual([recording.records.length, recording.recordCount], [mostSent, mostSent + 1]);
});

test("its values take half a MiB at most: further ones are cut", () => {
  const { parts, recording, apply } = setUp();
  for (let count = 0; count < 4; count++) parts.deliver("f/a", "x".repeat(200_000));
  apply({ consumed: 4, effects: nothing, ends: [] });
  assert.deepEqual(recording.messages.filter(({ kept }) => !kept.isCut).length, 2);
  assert.ok(recording.bytes < 512 * 1024 + 4 * 5_000, `${recording.bytes}`);
});

test("it has the trace of the first message that comes with one", () => {
  const { parts, recording, apply } = setUp();
  const traced = (traceparent: string) =>
    new Message(undefined, Packed.pack(text("x").withMetadata(new Metadata({ traceparent })), "v3"));
  for (const each of [message("x"), traced("nonsense"), traced(`00-${trace}-b7ad6b7169203331-01`)])
    parts.delivery.deliver(at("f/a"), each);
  apply({ consumed: 3, effects: nothing, ends: [] });
  assert.equal(recording.trace, trace);
});

test("without values it has numbers and names alone", () => {
  const { parts, recording, apply } = setUp(false);
  parts.deliver("f/a", "1");
  apply({ consumed: 1, effects: { ...nothing, mutations: [{ name: "count", value: text("1") }] }, ends: [] });
  assert.deepEqual([recording.messages, recording.messageCount, recording.typenames], [[], 1, ["test/text"]]);
  assert.deepEqual(recording.states, [{ name: "count", before: undefined, after: undefined }]);
});
