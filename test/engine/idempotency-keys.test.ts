// Requests that are remembered under their idempotency keys.

import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultKeyLifetimeMs, fingerprintOf, IdempotencyKeys } from "../../src/engine/idempotency-keys.js";
import { highest, ordered } from "../../src/engine/keys.js";
import { decodeExpiry } from "../../src/engine/remembered-request.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { throwsCode } from "../support/expect-code.js";
import { at, text, textOf } from "./functions.js";
import { Parts, packed } from "./parts.js";

/** The entries that say when requests are forgotten, as the store holds them. */
async function expiries(parts: Parts): Promise<{ key: string; endsAt: number; listed: string[] }[]> {
  return (await parts.stored("e")).map((key) => ({
    key,
    ...decodeExpiry(key, parts.store.get(key) ?? new Uint8Array(0)),
  }));
}

/** The text of the answer that is kept under a key. */
function answerOf(keys: IdempotencyKeys, key: string): string | undefined {
  const result = keys.resultOf(key);
  assert.ok(result !== undefined && "answer" in result);
  return textOf(result.answer);
}

test("a request is new once, and repeats afterwards; another one under its key is refused", () => {
  const { keys } = new Parts();
  assert.equal(keys.repeats("key", "one"), false);
  keys.remember("key", "one");
  assert.equal(keys.repeats("key", "one"), true);
  throwsCode(() => keys.repeats("key", "other"), "IDEMPOTENCY_CONFLICT", "key");
  assert.equal(keys.repeats("another key", "one"), false);
});

test("the first answer counts, and is read back in its generation", () => {
  for (const generation of ["v2", "v3"] as const) {
    const { keys } = new Parts();
    keys.remember("key", "one");
    assert.equal(keys.resultOf("key"), undefined);
    assert.equal(keys.record("key", { answer: packed("first", generation) }), true);
    assert.equal(keys.record("key", { answer: packed("second", generation) }), false);
    assert.equal(answerOf(keys, "key"), "first");
    assert.equal(keys.repeats("key", "one"), true);
  }
});

test("an answer to a request that is not remembered is not kept", () => {
  const { keys } = new Parts();
  assert.equal(keys.record("key", { answer: packed("answer") }), true, "its caller may still wait");
  assert.equal(keys.resultOf("key"), undefined);
  assert.equal(keys.repeats("key", "one"), false);
});

test("an answer without a value, and a failure, are results like an answer, and are read back", async () => {
  const failure = {
    code: "CARD_REFUSED",
    message: "no money",
    details: { missing: [5, "€"] },
    status: 402,
    terminal: true,
  };
  for (const result of [{ answer: undefined }, { failure }]) {
    const store = new ForgetfulStore({ autoSync: true });
    const parts = new Parts({ store });
    parts.keys.remember("key", "one");
    assert.equal(parts.keys.record("key", result), true);
    assert.equal(parts.keys.record("key", { answer: packed("late") }), false);
    await parts.commit.durable();
    const { keys } = new Parts({ store: store.crash() });
    assert.deepEqual(keys.resultOf("key"), result);
    assert.equal(keys.record("key", { answer: packed("late") }), false);
    assert.equal(keys.repeats("key", "one"), true);
  }
});

test("a request is there after a crash once its group is durable, with its answer once that is", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  parts.keys.remember("key", "one");
  await parts.commit.durable();
  parts.keys.record("key", { answer: packed("answer") });
  const unanswered = new Parts({ store: store.crash() }).keys;
  assert.equal(unanswered.repeats("key", "one"), true);
  assert.equal(unanswered.resultOf("key"), undefined);
  await parts.commit.durable();
  assert.equal(answerOf(new Parts({ store: store.crash() }).keys, "key"), "answer");
});

test("a forgotten key may be used for another request, which has its whole time", async () => {
  const parts = new Parts();
  const { keys } = parts;
  keys.remember("key", "one");
  await parts.commit.durable();
  await parts.clock.advance(1000);
  keys.forget("key");
  assert.equal(keys.repeats("key", "other"), false);
  keys.remember("key", "other");
  await parts.commit.durable();
  const [first, second] = await expiries(parts);
  keys.expire("key", first?.endsAt ?? 0);
  assert.equal(keys.repeats("key", "other"), true, "the place of the first request in its list is stale");
  keys.expire("key", second?.endsAt ?? 0);
  assert.equal(keys.repeats("key", "another one"), false);
});

test("to forget a key that is not there does nothing", async () => {
  const parts = new Parts();
  parts.keys.forget("key");
  await parts.commit.durable();
  assert.deepEqual(await parts.stored("i"), []);
});

test("requests of one group that end at the same time share an expiry entry", async () => {
  const parts = new Parts();
  const { keys, commit, clock } = parts;
  const endsAt = clock.now() + defaultKeyLifetimeMs;
  for (const key of ["the key", "€", "third"]) keys.remember(key, "one");
  await commit.durable();
  keys.remember("of a later group", "one");
  await commit.durable();
  const [first, second] = await expiries(parts);
  assert.deepEqual([first?.endsAt, first?.listed], [endsAt, ["the key", "€", "third"]]);
  assert.deepEqual([second?.endsAt, second?.listed], [endsAt, ["of a later group"]]);
  assert.ok(first?.key.startsWith(`e${ordered(endsAt)}`));
});

test("a request may ask to be forgotten sooner, and not later", async () => {
  const parts = new Parts();
  const now = parts.clock.now();
  parts.keys.remember("soon", "one", 1000);
  parts.keys.rememberCancel("cancelled", "one", true, 2000);
  parts.keys.remember("late", "one", 2 * defaultKeyLifetimeMs);
  parts.keys.remember("own", "one");
  await parts.commit.durable();
  assert.deepEqual(
    (await expiries(parts)).map(({ endsAt, listed }) => [endsAt - now, listed]),
    [
      [1000, ["soon"]],
      [2000, ["cancelled"]],
      [defaultKeyLifetimeMs, ["late", "own"]],
    ],
  );
});

test("the longest lifetime ends when keys of the store can't hold a later time", async () => {
  const parts = new Parts();
  const keys = new IdempotencyKeys(parts.shared, parts.clock, Number.MAX_SAFE_INTEGER);
  keys.remember("key", "one");
  await parts.commit.durable();
  assert.equal((await expiries(parts))[0]?.endsAt, highest);
});

test("an expiry entry that was read before its request was forgotten forgets no newer request under its key", async () => {
  const parts = new Parts();
  parts.keys.remember("key", "one");
  const endsAt = parts.clock.now() + defaultKeyLifetimeMs;
  parts.keys.expire("key", endsAt);
  assert.equal(parts.keys.repeats("key", "other"), false);
  await parts.clock.advance(1000);
  parts.keys.remember("key", "other");
  parts.keys.expire("key", endsAt);
  assert.equal(parts.keys.repeats("key", "other"), true);
});

test("a result that comes in the group of its request is written with it, and not before", async () => {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store });
  parts.keys.remember("key", "one");
  parts.keys.record("key", { answer: packed("answer") });
  await parts.commit.durable();
  assert.equal(parts.counters.commitWrites, 3, "the request, its expiry entry and the sequence");
  assert.equal(answerOf(new Parts({ store: store.crash() }).keys, "key"), "answer");
});

test("a fingerprint tells requests apart", () => {
  const of = (...input: Parameters<typeof fingerprintOf>) => fingerprintOf(...input);
  const all = [
    of("send", at("f/a"), text("x")),
    of("call", at("f/a"), text("x")),
    of("send", at("g/a"), text("x")),
    of("send", at("f/b"), text("x")),
    of("send", at("f/a"), text("y")),
    of("send", at("f/a"), text("x", "test/other")),
    of("send", at("f/a"), text("x"), 5),
    of("send", at("f/a"), text("x"), 0, "token"),
    of("send", at("f/a"), text("x"), 5, "token"),
  ];
  assert.equal(new Set(all).size, all.length);
  assert.equal(of("send", at("f/a"), text("x")), all[0]);
});

test("the fingerprints of plain requests are those that data folders hold, or their beginnings", () => {
  const { keys } = new Parts();
  for (const [kind, fingerprint] of [
    ["send", "3Bdbwm64ky6tU5F4UTMZhAiQqucPQ8QgyU9SJpFACl4="],
    ["call", "62184Z7qkvY+YUYT6vsxHo/ic2Ekrn8qeh9lxq92jB8="],
  ] as const) {
    assert.equal(fingerprintOf(kind, at("count/keyed"), text("one")), fingerprint.slice(0, 22));
    keys.remember(kind, fingerprint);
    assert.equal(keys.repeats(kind, fingerprintOf(kind, at("count/keyed"), text("one"))), true);
    throwsCode(() => keys.repeats(kind, fingerprintOf(kind, at("count/keyed"), text("two"))), "IDEMPOTENCY_CONFLICT");
  }
});

test("a fingerprint that is missing is that of no request", () => {
  const { keys } = new Parts();
  keys.remember("key", "");
  throwsCode(() => keys.repeats("key", "one"), "IDEMPOTENCY_CONFLICT");
});
