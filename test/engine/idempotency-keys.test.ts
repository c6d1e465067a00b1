// Requests that are remembered under their idempotency keys.

import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultKeyLifetimeMs, fingerprintOf, IdempotencyKeys } from "../../src/engine/idempotency-keys.js";
import { highest, ordered } from "../../src/engine/keys.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { throwsCode } from "../support/expect-code.js";
import { at, text, textOf } from "./functions.js";
import { Parts, packed } from "./parts.js";

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
  const [first] = await parts.stored("e");
  await parts.clock.advance(1000);
  keys.forget("key");
  assert.equal(keys.repeats("key", "other"), false);
  keys.remember("key", "other");
  await parts.commit.durable();
  const expiries = await parts.stored("e");
  assert.equal(expiries.length, 1);
  assert.notEqual(expiries[0], first);
});

test("to forget a key that is not there does nothing", async () => {
  const parts = new Parts();
  parts.keys.forget("key");
  await parts.commit.durable();
  assert.deepEqual(await parts.stored("i"), []);
});

test("an expiry entry is the time a day later and the key; it forgets both", async () => {
  const parts = new Parts();
  parts.keys.remember("the key", "one");
  await parts.commit.durable();
  const [expiry = ""] = await parts.stored("e");
  assert.equal(expiry, `e${ordered(parts.clock.now() + defaultKeyLifetimeMs)}the key`);
  parts.keys.expire(expiry);
  assert.equal(parts.keys.repeats("the key", "other"), false);
  await parts.commit.durable();
  assert.deepEqual([...(await parts.stored("e")), ...(await parts.stored("i"))], []);
});

test("a request may ask to be forgotten sooner, and not later", async () => {
  const parts = new Parts();
  const now = parts.clock.now();
  parts.keys.remember("soon", "one", 1000);
  parts.keys.rememberCancel("cancelled", "one", true, 2000);
  parts.keys.remember("late", "one", 2 * defaultKeyLifetimeMs);
  parts.keys.remember("own", "one");
  await parts.commit.durable();
  assert.deepEqual(await parts.stored("e"), [
    `e${ordered(now + 1000)}soon`,
    `e${ordered(now + 2000)}cancelled`,
    `e${ordered(now + defaultKeyLifetimeMs)}late`,
    `e${ordered(now + defaultKeyLifetimeMs)}own`,
  ]);
});

test("the longest lifetime ends when keys of the store can't hold a later time", async () => {
  const { commit, clock } = new Parts();
  const keys = new IdempotencyKeys(commit, clock, Number.MAX_SAFE_INTEGER);
  keys.remember("key", "one");
  assert.notEqual(commit.get(`e${ordered(highest)}key`), undefined);
});

test("an expiry entry that is gone forgets no newer request under its key", async () => {
  const parts = new Parts();
  parts.keys.remember("key", "one");
  await parts.commit.durable();
  const [expiry = ""] = await parts.stored("e");
  await parts.clock.advance(1000);
  parts.keys.forget("key");
  parts.keys.remember("key", "other");
  parts.keys.expire(expiry);
  assert.equal(parts.keys.repeats("key", "other"), true);
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

test("the fingerprints of plain requests are those that data folders hold", () => {
  assert.equal(fingerprintOf("send", at("count/keyed"), text("one")), "3Bdbwm64ky6tU5F4UTMZhAiQqucPQ8QgyU9SJpFACl4=");
  assert.equal(fingerprintOf("call", at("count/keyed"), text("one")), "62184Z7qkvY+YUYT6vsxHo/ic2Ekrn8qeh9lxq92jB8=");
});
