// The functions that the engine knows, and the registrations of their states.

import assert from "node:assert/strict";
import { test } from "node:test";
import { noExpiration } from "../../src/model/expiration.js";
import type { ValueSpec } from "../../src/model/invocation.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { throwsCode } from "../support/expect-code.js";
import { at, type Functions, spec } from "./functions.js";
import { Parts } from "./parts.js";

const functions: Functions = {
  f: () => {},
  old: { generation: "v2", states: ["count"], handle: () => {} },
};
const typed = (name: string, typename: string): ValueSpec => ({ name, typename, expiration: noExpiration });

function find(parts: Parts, name: string) {
  const known = parts.functions.find("test", name);
  assert.ok(known !== undefined);
  return known;
}

/** The table of the next start, on the same store. */
async function reopened(parts: Parts, served = functions): Promise<Parts> {
  await parts.commit.durable();
  return new Parts({ store: parts.store, functions: served });
}

test("a function is found by both its names, and is one object", () => {
  const parts = new Parts({ functions });
  assert.equal(find(parts, "f"), find(parts, "f"));
  assert.equal(find(parts, "f").typeName, "test/f");
  assert.equal(parts.functions.find("test", "other"), undefined);
  assert.equal(parts.functions.find("other", "f"), undefined);
  assert.deepEqual(
    parts.functions.all().map(({ typeName }) => typeName),
    ["test/f"],
  );
});

test("a state that a function asks for is sent from then on, and its typename outlives a restart", async () => {
  const parts = new Parts({ functions });
  parts.functions.register(find(parts, "f"), [typed("a", "t/one"), typed("b", "t/two")]);
  assert.deepEqual(
    find(parts, "f").states.map(({ name }) => name),
    ["a", "b"],
  );
  const later = await reopened(parts);
  assert.deepEqual(find(later, "f").states, [], "a function says again what it needs");
  throwsCode(() => later.functions.register(find(later, "f"), [typed("a", "t/other")]), "STATE_TYPENAME_CHANGED", "a");
  later.functions.register(find(later, "f"), [typed("a", "t/one")]);
});

test("of several states one of which is refused, none is registered", () => {
  const parts = new Parts({ functions });
  const known = find(parts, "f");
  parts.functions.registerTypename(known, "bad", "t/one");
  throwsCode(
    () => parts.functions.register(known, [typed("good", "t/one"), typed("bad", "t/other")]),
    "STATE_TYPENAME_CHANGED",
  );
  assert.deepEqual(known.states, []);
  parts.functions.register(known, [typed("good", "t/other")]);
});

test("a function that asks for nothing but what it got is refused", () => {
  const parts = new Parts({ functions });
  const known = find(parts, "f");
  parts.functions.register(known, [typed("a", "t/one")]);
  throwsCode(() => parts.functions.register(known, [typed("a", "t/one")]), "RESPONSE_MALFORMED");
  throwsCode(() => parts.functions.register(known, []), "RESPONSE_MALFORMED");
  parts.functions.register(known, [typed("a", "t/one"), typed("b", "t/one")]);
  assert.equal(known.states.length, 2);
});

test("an expiration is what the function said last, before this start too, whether something serves it or not", async () => {
  const parts = new Parts({ functions });
  const f = { namespace: "test", name: "f" };
  assert.deepEqual(parts.functions.expirationOf(f, "a"), { mode: "none", afterMs: 0 });
  parts.functions.register(find(parts, "f"), [spec("a", "after-write", 100)]);
  const later = await reopened(parts, {});
  assert.deepEqual(later.functions.expirationOf(f, "a"), { mode: "after-write", afterMs: 100 });
  const changed = await reopened(later);
  changed.functions.register(find(changed, "f"), [spec("a", "after-call", 5)]);
  assert.deepEqual(changed.functions.expirationOf(f, "a"), { mode: "after-call", afterMs: 5 });
});

test("a state that people set has its typename from then on, and keeps its expiration", () => {
  const parts = new Parts({ functions });
  const known = find(parts, "f");
  parts.functions.register(known, [{ ...spec("a", "after-write", 100), typename: "t/one" }]);
  parts.functions.registerTypename(known, "a", "t/one");
  assert.deepEqual(parts.functions.expirationOf(known, "a"), { mode: "after-write", afterMs: 100 });
  throwsCode(() => parts.functions.registerTypename(known, "a", "t/other"), "STATE_TYPENAME_CHANGED");
  parts.functions.registerTypename(known, "new", "t/one");
  throwsCode(() => parts.functions.register(known, [typed("new", "t/other")]), "STATE_TYPENAME_CHANGED");
});

test("a v2 function has the states of its module file from the start, and registers no typename", () => {
  const parts = new Parts({ functions });
  const known = find(parts, "old");
  assert.deepEqual(
    known.states.map(({ name }) => name),
    ["count"],
  );
  parts.functions.registerTypename(known, "count", "test/text");
  parts.functions.registerTypename(known, "other", "t/one");
  parts.functions.registerTypename(known, "other", "t/two");
});

test("a registration is written once, however often it is repeated", async () => {
  const parts = new Parts({ functions });
  parts.functions.register(find(parts, "f"), [typed("a", "t/one")]);
  const later = await reopened(parts);
  await later.commit.durable();
  const { commitWrites } = later.counters;
  later.functions.register(find(later, "f"), [typed("a", "t/one")]);
  await later.commit.durable();
  assert.equal(later.counters.commitWrites, commitWrites);
});

test("a registration that was not durable is gone after a crash, and another one is free", () => {
  const parts = new Parts({ functions });
  parts.functions.register(find(parts, "f"), [typed("a", "t/one")]);
  const after = new Parts({ store: new MemoryStore(), functions });
  after.functions.register(find(after, "f"), [typed("a", "t/other")]);
});

const remembered = 1_000;

/** Parts that serve functions of every name. */
function anyName(): Parts {
  return new Parts({ functions: new Proxy({}, { get: () => () => {} }) });
}

/** Lets so many functions have an idle moment. */
function restOthers({ functions }: Parts, count: number): void {
  for (let index = 0; index < count; index++) {
    const known = functions.find("test", `other${index}`);
    assert.ok(known !== undefined);
    functions.rest(known);
  }
}

test("whoever only asks for a function leaves nothing behind", () => {
  const parts = anyName();
  assert.equal(parts.functions.serves("test", "f"), true);
  assert.notEqual(parts.functions.routeOf("test", "f"), undefined);
  assert.deepEqual(parts.functions.all(), []);
});

test("of the functions that have nothing to do, the last thousand are remembered", () => {
  const parts = anyName();
  const { functions } = parts;
  functions.rest(find(parts, "first"));
  functions.rest(find(parts, "second"));
  restOthers(parts, remembered - 2);
  functions.rest(find(parts, "first"));
  functions.rest(find(parts, "last"));
  assert.notEqual(functions.peek("test", "first"), undefined, "it had something to do meanwhile");
  assert.equal(functions.peek("test", "second"), undefined);
  assert.equal(functions.all().length, remembered);
  assert.equal(find(parts, "second").typeName, "test/second", "it is found again");
});

test("a function is remembered while it has something to do", () => {
  const parts = anyName();
  const { functions, instances } = parts;
  const busy = {
    awake: () => void instances.wake(at("awake/a")),
    sleeping: () => {
      find(parts, "sleeping").sleeping = true;
    },
    waiting: () => find(parts, "waiting").backlog.add(10),
    read: () => find(parts, "read").backlog.load(10),
    filled: () => void find(parts, "filled").filled.add({ egress: "out/all", full: true }),
  };
  for (const [name, begin] of Object.entries(busy)) {
    const known = find(parts, name);
    functions.rest(known);
    begin();
  }
  restOthers(parts, 2 * remembered);
  for (const name of Object.keys(busy)) assert.notEqual(functions.peek("test", name), undefined, name);
});
