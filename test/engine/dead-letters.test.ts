// The dead letters that are kept: how many, what their egress gets, and what is left after a restart.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { KnownFunction } from "../../src/engine/function-table.js";
import { showDeadLetter } from "../../src/model/dead-letter.js";
import { isWellFormed } from "../../src/model/text.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { throwsCode } from "../support/expect-code.js";
import { at, textOf } from "./functions.js";
import { Parts, packed } from "./parts.js";

const error = { code: "HANDLER_FAILED", message: "the reason", terminal: false, stack: "at f" };
const dead = (value: string) => ({
  address: at("f/a"),
  caller: undefined,
  value: packed(value),
  error,
  attempts: 2,
  firstFailedAt: Date.UTC(2026, 0, 1),
  lastFailedAt: Date.UTC(2026, 0, 2),
});
const setUp = (options: ConstructorParameters<typeof Parts>[0] = {}) => {
  const parts = new Parts({ functions: { f: () => {} }, ...options });
  const f = parts.functions.find("test", "f") as KnownFunction;
  return { parts, letters: parts.letters, f };
};

test("a letter is found by its id until it is removed, and ids grow", () => {
  const { letters, f } = setUp();
  const [first, second] = [letters.add(f, dead("1")), letters.add(f, dead("2"))];
  assert.ok(first.kept && first.id < second.id);
  assert.equal(letters.lastId, second.id);
  assert.equal(textOf(letters.get(first.id).value.unpack()), "1");
  letters.remove(letters.get(first.id));
  throwsCode(() => letters.get(first.id), "NOT_FOUND", first.id);
  assert.equal(letters.find(first.id), undefined);
  assert.equal(letters.count, 1);
});

test("no letter is kept beyond the number and beyond the bytes, until others are removed", () => {
  const { letters, f } = setUp({ limits: { deadLetters: 2 } });
  const { id } = letters.add(f, dead("1"));
  assert.equal(letters.full, false);
  letters.add(f, dead("2"));
  assert.ok(letters.full && !letters.takes(f));
  letters.remove(letters.get(id));
  assert.ok(letters.takes(f));

  const small = setUp({ limits: { deadLetterBytes: 100 } });
  small.letters.add(small.f, dead("x".repeat(200)));
  assert.ok(small.letters.full);
});

test("to replace a message changes the bytes that are counted, and not the number", () => {
  const { letters, f } = setUp({ limits: { deadLetterBytes: 1000 } });
  const { id } = letters.add(f, dead("short"));
  letters.replace(letters.get(id), packed("x".repeat(2000)));
  assert.deepEqual([letters.count, letters.full], [1, true]);
  letters.replace(letters.get(id), packed("short again"));
  assert.equal(letters.full, false);
  assert.equal(textOf(letters.get(id).value.unpack()), "short again");
});

test("the egress gets each letter as JSON when it is declared, also one that is not kept", async () => {
  const { parts, letters, f } = setUp({ limits: { deadLetters: 1 } });
  const before = letters.add(f, dead("nobody declared the egress"));
  parts.outboxes.declare("statefun.dead-letters/all");
  const { id, kept } = letters.add(f, dead("2"));
  assert.deepEqual([before.kept, kept, letters.count], [true, false, 1]);
  const records: unknown[] = [];
  parts.outboxes.attach("statefun.dead-letters/all", {
    window: 9,
    receive: async ({ value }) => {
      assert.equal(value.typename, "statefun.types/json");
      records.push(JSON.parse(textOf(value) as string));
    },
  });
  await parts.commit.durable();
  await parts.settle();
  assert.deepEqual(records, [
    {
      letter: id,
      function: "test/f",
      id: "a",
      caller: null,
      message: { typename: "test/text", base64: Buffer.from("2").toString("base64") },
      error,
      attempts: 2,
      firstFailedAt: "2026-01-01T00:00:00.000Z",
      lastFailedAt: "2026-01-02T00:00:00.000Z",
    },
  ]);
});

test("a function may name another egress", () => {
  const { parts, letters, f } = setUp({ policy: { deadLetterEgress: "out/letters" }, limits: { deadLetters: 1 } });
  letters.add(f, dead("1"));
  parts.outboxes.declare("statefun.dead-letters/all");
  assert.equal(letters.takes(f), false);
  parts.outboxes.declare("out/letters");
  assert.equal(letters.takes(f), true);
  letters.add(f, dead("2"));
  assert.equal(parts.outboxes.declared("out/letters")?.length, 1);
});

test("an egress that is full holds back what the function takes from outside", () => {
  const { parts, letters, f } = setUp({ limits: { egressBytes: 1 } });
  parts.outboxes.declare("statefun.dead-letters/all");
  letters.add(f, dead("1"));
  assert.deepEqual(
    [...f.filled].map(({ egress }) => egress),
    ["statefun.dead-letters/all"],
  );
});

test("letters and their number outlive a crash once they are durable", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const { parts, letters, f } = setUp({ store, limits: { deadLetters: 2 } });
  const { id } = letters.add(f, dead("1"));
  letters.add(f, dead("2"));
  const after = () => setUp({ store: store.crash(), limits: { deadLetters: 2 } }).letters;
  assert.equal(after().count, 0);
  await parts.commit.durable();
  assert.deepEqual([after().count, after().full, textOf(after().get(id).value.unpack())], [2, true, "1"]);
  letters.remove(letters.get(id));
  await parts.commit.durable();
  assert.deepEqual([after().count, after().full, after().find(id)], [1, false, undefined]);
});

test("a letter that was changed and removed before the disk took the change is gone", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const { parts, letters, f } = setUp({ store });
  const { id } = letters.add(f, dead("1"));
  await parts.commit.durable();
  letters.replace(letters.get(id), packed("2"));
  letters.remove(letters.get(id));
  await parts.commit.durable();
  assert.equal(setUp({ store: store.crash() }).letters.find(id), undefined);
});

test("a message and a stack of any length are kept up to a length", () => {
  const { letters, f } = setUp();
  const long = { ...error, message: "😀".repeat(5_000), stack: "s".repeat(50_000) };
  const { id } = letters.add(f, { ...dead("1"), error: long });
  const kept = letters.get(id).error;
  assert.ok(kept.message.length <= 4_001 && isWellFormed(kept.message) && kept.message.endsWith("…"));
  assert.equal(kept.stack?.length, 16_001);
});

test("the JSON of a letter shows the message as the runtime shows values", () => {
  const letter = { ...dead("1"), id: "1", value: packed("1").unpack(), caller: at("g/b") };
  const shown = showDeadLetter(letter, ({ typename }) => ({ typename, value: { a: 1 } }));
  assert.deepEqual([shown.caller, shown.message], ["test/g/b", { typename: "test/text", value: { a: 1 } }]);
});
