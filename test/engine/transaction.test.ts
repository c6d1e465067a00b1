// What a function answered: refused as a whole, or applied as a whole, and after a crash there as a whole.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressKey, kinds, rangeEnd } from "../../src/engine/keys.js";
import { DelayedMessage } from "../../src/engine/message.js";
import { apply, assertAllowed, readsOf } from "../../src/engine/transaction.js";
import { Address } from "../../src/model/address.js";
import type { Effects, MessageEnd } from "../../src/model/invocation.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { throwsCode } from "../support/expect-code.js";
import { at, type Functions, spec, textOf, textType } from "./functions.js";
import { message, Parts, packed, textIn } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

const functions: Functions = {
  f: () => {},
  g: () => {},
  old: { generation: "v2", states: ["count"], handle: () => {} },
};
const bytes = (value: string) => packed(value).bytes;

type Result = Effects<Uint8Array>;

const nothing: Result = { mutations: [], messages: [], delayed: [], egresses: [] };

function setUp(name = "f") {
  const store = new ForgetfulStore({ autoSync: true });
  const parts = new Parts({ store, functions });
  parts.outboxes.declare("out/all");
  const instance = parts.instances.wake(at(`${name}/a`));
  const known = parts.functions.find("test", name);
  assert.ok(known !== undefined);
  if (name === "f") parts.functions.register(known, [spec("count")]);
  return {
    store,
    parts,
    instance,
    known,
    check: (result: Partial<Result>) => assertAllowed(known, instance, { ...nothing, ...result }, parts),
    apply: (result: Partial<Result>, consumed = 0, ends: readonly MessageEnd[] = []) =>
      apply(known, instance, { consumed, effects: { ...nothing, ...result }, ends }, parts.clock.now(), parts),
  };
}

const later = (token: string | undefined, to = "g/b") => ({
  target: at(to),
  argument: bytes("later"),
  delayMs: 1000,
  cancellationToken: token,
});
const cancel = (token: string) => ({ cancel: token });

test("an answer that Flink would take is allowed", () => {
  const { check } = setUp();
  check({});
  check({
    mutations: [
      { name: "count", value: bytes("1") },
      { name: "count", value: undefined },
    ],
    messages: [
      { target: at("g/b"), argument: bytes("x") },
      { target: new Address("statefun.client", "call", "gone"), argument: bytes("x") },
    ],
    delayed: [later(undefined), later("token"), cancel("token"), later("token"), cancel("unknown")],
    egresses: [{ namespace: "out", name: "all", argument: bytes("x") }],
  });
});

test("an answer that Flink would fail for is refused", () => {
  const { check } = setUp();
  const bad = new Uint8Array([0x0a, 0x7f]);
  throwsCode(() => check({ mutations: [{ name: "other", value: bytes("1") }] }), "STATE_UNDECLARED", "other");
  const otherType = packed("1").bytes;
  otherType[otherType.indexOf("t".charCodeAt(0))] = "x".charCodeAt(0);
  throwsCode(() => check({ mutations: [{ name: "count", value: otherType }] }), "STATE_TYPENAME_CHANGED", textType);
  throwsCode(() => check({ messages: [{ target: at("gone/b"), argument: bytes("x") }] }), "FUNCTION_UNKNOWN", "gone");
  throwsCode(() => check({ delayed: [later(undefined, "gone/b")] }), "FUNCTION_UNKNOWN", "gone");
  throwsCode(() => check({ delayed: [later("token"), later("token")] }), "TOKEN_INVALID", "token");
  const egresses = (name: string, argument = bytes("x")) => ({ egresses: [{ namespace: "out", name, argument }] });
  throwsCode(() => check(egresses("gone")), "EGRESS_UNKNOWN", "out/gone", "out/all");
  throwsCode(() => check(egresses("all", bad)), "RESPONSE_MALFORMED");
  throwsCode(() => check({ messages: [{ target: at("g/b"), argument: bad }] }), "RESPONSE_MALFORMED");
  throwsCode(() => check({ mutations: [{ name: "count", value: bad }] }), "RESPONSE_MALFORMED");
});

test("a token is refused that a message of the same id waits under, whatever its function, unless it is cancelled first", () => {
  const { check, apply } = setUp();
  apply({ delayed: [later("token")] });
  throwsCode(() => check({ delayed: [later("token")] }), "TOKEN_INVALID");
  check({ delayed: [cancel("token"), later("token")] });
  throwsCode(() => check({ delayed: [cancel("token"), later("token"), later("token")] }), "TOKEN_INVALID");
});

test("a state of a v2 function may change its typename", () => {
  const { check } = setUp("old");
  const otherType = packed("1", "v2").bytes;
  check({ mutations: [{ name: "count", value: otherType }] });
});

test("a record of before the start does not declare its egress", async () => {
  const { parts, check } = setUp();
  await parts.store.write([["oout/before\x00000000001", message("x").encode()]]);
  await parts.outboxes.open();
  const result = { egresses: [{ namespace: "out", name: "before", argument: bytes("x") }] };
  throwsCode(() => check(result), "EGRESS_UNKNOWN");
});

test("an answer is applied: messages consumed, states written, messages, delayed ones and records sent", () => {
  const { parts, instance, apply } = setUp();
  for (const value of ["1", "2", "3"]) parts.deliver("f/a", value);
  apply(
    {
      mutations: [{ name: "count", value: bytes("2") }],
      messages: [
        { target: at("g/b"), argument: bytes("first") },
        { target: at("g/b"), argument: bytes("second") },
      ],
      delayed: [later("token")],
      egresses: [{ namespace: "out", name: "all", argument: bytes("record") }],
    },
    2,
  );
  assert.equal(instance.mailbox.loaded, 1);
  assert.equal(textIn(instance.mailbox.at(0)), "3");
  const { mailbox } = parts.instances.wake(at("g/b"));
  assert.deepEqual([textIn(mailbox.at(0)), textIn(mailbox.at(1))], ["first", "second"]);
  assert.equal(mailbox.at(0).caller?.toString(), "test/f/a");
  assert.equal(parts.delayed.pending, 1);
  assert.ok(parts.delayed.hasToken(at("f/a"), "token"));
  assert.equal(parts.records.entries, 1);
});

test("delayed messages and cancellations are applied in their order", async () => {
  const { parts, apply } = setUp();
  await parts.delayed.open();
  apply({ delayed: [later("one"), cancel("one"), later("one"), later("two"), cancel("two")] });
  assert.equal(parts.delayed.pending, 1);
  await parts.clock.advance(1000);
  assert.deepEqual(
    parts.due.map((message) => [message.token, textIn(message), message.dueAt]),
    [["one", "later", parts.clock.now()]],
  );
});

test("a message to the function's own address goes behind those that wait", () => {
  const { parts, instance, apply } = setUp();
  parts.deliver("f/a", "1");
  parts.deliver("f/a", "2");
  apply({ messages: [{ target: at("f/a"), argument: bytes("3") }] }, 1);
  assert.deepEqual([textIn(instance.mailbox.at(0)), textIn(instance.mailbox.at(1))], ["2", "3"]);
});

test("applying an answer reads nothing but what was read ahead", async () => {
  const store = new WatchedStore(new MemoryStore());
  const parts = new Parts({ store, functions });
  const { commit, keys, calls } = parts;
  parts.outboxes.declare("out/all");
  const instance = parts.instances.wake(at("f/a"));
  const known = parts.functions.find("test", "f");
  assert.ok(known !== undefined);
  parts.functions.register(known, [spec("count")]);
  const [caller, nobody] = [calls.callerAddress("key"), calls.callerAddress("unknown")];
  keys.remember("key", "print");
  parts.delayed.add(new DelayedMessage(at("g/b"), at("f/a"), packed("later"), 1, "old"));
  parts.deliver("f/a", "1");
  await commit.durable();
  const result: Result = {
    mutations: [{ name: "count", value: bytes("1") }],
    messages: [at("g/b"), at("f/a"), caller, caller, nobody, calls.callerAddress(undefined)].map((target) => ({
      target,
      argument: bytes("x"),
    })),
    delayed: [cancel("old"), cancel("unknown"), later("old"), later(undefined), cancel("old"), later("new")],
    egresses: [{ namespace: "out", name: "all", argument: bytes("record") }],
  };
  const part = { consumed: 1, effects: result, ends: [] };
  const ahead = commit.readAhead(readsOf(instance, part));
  store.failReads = "STORE_FAILED";
  commit.using(ahead, () => {
    assertAllowed(known, instance, result, parts);
    commit.transact(() => apply(known, instance, part, parts.clock.now(), parts));
  });
  assert.equal(parts.delayed.pending, 2);
  store.release();
  await commit.durable();
  const kept = keys.resultOf("key");
  assert.equal(kept !== undefined && "answer" in kept && textOf(kept.answer), "x");
  assert.equal(keys.resultOf("unknown"), undefined);
});

/** How many messages the store holds for an address. */
function waiting({ store }: Parts, to: string): Promise<number> {
  const { namespace, name, id } = at(to);
  const prefix = kinds.message + addressKey(namespace, name, id);
  return store.count({ from: prefix, to: rangeEnd(prefix) });
}

test("after a crash an answer is there as a whole or not at all", async () => {
  const { store, parts, instance, apply } = setUp();
  parts.deliver("f/a", "in");
  await parts.commit.durable();
  apply(
    {
      mutations: [{ name: "count", value: bytes("1") }],
      messages: [{ target: at("g/b"), argument: bytes("out") }],
      delayed: [later("token")],
      egresses: [{ namespace: "out", name: "all", argument: bytes("record") }],
    },
    1,
  );
  assert.equal(instance.mailbox.loaded, 0);
  store.autoSync = false;
  parts.commit.onOutcome(() => {});
  await store.untilHeld(1);
  for (const kept of [0, 1]) {
    const after = new Parts({ store: store.crash(kept), functions });
    await (await after.outboxes.open()).counted;
    await after.delayed.open();
    const state = after.instances.wake(at("f/a")).states.forCall([spec("count")], 0)[0]?.packed;
    assert.deepEqual(
      [
        await waiting(after, "f/a"),
        await waiting(after, "g/b"),
        state !== undefined,
        after.delayed.pending,
        after.delayed.hasToken(at("f/a"), "token"),
        after.records.entries,
      ],
      kept === 0 ? [1, 0, false, 0, false, 0] : [0, 1, true, 1, true, 1],
    );
  }
});

test("a part of a large answer is copied, so that it does not keep the answer in memory", () => {
  const { parts, apply } = setUp();
  const answer = new Uint8Array(100_000);
  const part = answer.subarray(10, 10 + bytes("x").length);
  part.set(bytes("x"));
  apply({ messages: [{ target: at("g/b"), argument: part }] });
  const kept = parts.instances.wake(at("g/b")).mailbox.at(0);
  assert.notEqual(kept.argument.buffer, answer.buffer);
  assert.equal(textIn(kept), "x");
  assert.equal(textOf(kept.value.unpack()), "x");
});
