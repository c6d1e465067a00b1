// Whether the engine takes what comes from outside.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Admission } from "../../src/engine/admission.js";
import type { EngineLimits } from "../../src/engine/limits.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { throwsCode } from "../support/expect-code.js";
import { at } from "./functions.js";
import { Parts, packed } from "./parts.js";

function setUp(limits: Partial<EngineLimits> = {}, store = new ForgetfulStore({ autoSync: true })) {
  const parts = new Parts({ store, functions: { f: () => {}, g: () => {} }, limits });
  const admission = new Admission({ ...parts, limits: parts.limits });
  return { parts, admission, store };
}

test("all is taken while all is well", () => {
  const { admission } = setUp();
  assert.equal(admission.trouble, undefined);
  admission.assertOpen();
  admission.assertRoom(at("f/a"));
  admission.assertRoomForCall();
  assert.equal(admission.functionOf(at("f/a")).typeName, "test/f");
});

test("nothing is taken for a function that nothing serves", () => {
  const { admission } = setUp();
  throwsCode(() => admission.assertServed(at("gone/a")), "FUNCTION_UNKNOWN", "test/gone");
  throwsCode(() => admission.assertRoom(at("gone/a")), "FUNCTION_UNKNOWN");
});

test("a full mailbox takes no more, and others do", () => {
  const { parts, admission } = setUp({ mailboxBytes: 1000 });
  parts.deliver("f/a", "x".repeat(500));
  admission.assertRoom(at("f/a"));
  parts.deliver("f/a", "x".repeat(500));
  throwsCode(() => admission.assertRoom(at("f/a")), "MAILBOX_FULL", "test/f/a");
  admission.assertRoom(at("f/b"));
  assert.equal(admission.trouble, undefined);
  parts.instances.wake(at("f/a")).mailbox.consume();
  admission.assertRoom(at("f/a"));
});

test("when too much waits in all mailboxes and outboxes nothing is taken, and that shows", () => {
  const { parts, admission } = setUp({ totalBytes: 1000 });
  parts.deliver("f/a", "x".repeat(400));
  parts.outboxes.declare("out/all");
  admission.assertRoom(at("f/b"));
  parts.outboxes.declared("out/all")?.push(packed("x".repeat(600)));
  throwsCode(() => admission.assertRoom(at("f/b")), "OVERLOADED");
  assert.equal(admission.trouble?.code, "OVERLOADED");
  admission.assertOpen();
  parts.instances.wake(at("f/a")).mailbox.consume();
  admission.assertRoom(at("f/b"));
});

test("a function whose share is full takes no more and is named, and other functions do", () => {
  const { parts, admission } = setUp({ functionBytes: 1000 });
  parts.deliver("f/a", "x".repeat(500));
  parts.deliver("f/b", "x".repeat(500));
  throwsCode(() => admission.assertRoom(at("f/c")), "OVERLOADED", "test/f");
  admission.assertRoom(at("g/a"));
  assert.equal(admission.trouble, undefined);
  parts.instances.wake(at("f/a")).mailbox.consume();
  admission.assertRoom(at("f/c"));
});

test("when the share of an egress is full, the functions that send there take no more, and the egress is named", async () => {
  const { parts, admission } = setUp({ egressBytes: 1000 });
  parts.outboxes.declare("out/dead");
  const outbox = parts.outboxes.declared("out/dead");
  assert.ok(outbox !== undefined);
  outbox.push(packed("x".repeat(1000)));
  assert.equal(outbox.full, true);
  const known = parts.functions.find("test", "f");
  known?.filled.add(outbox);
  throwsCode(() => admission.assertRoom(at("f/a")), "OVERLOADED", "out/dead");
  admission.assertRoom(at("g/a"));
  assert.equal(admission.trouble, undefined);
  parts.outboxes.attach("out/dead", { window: 1, receive: async () => {} });
  await parts.settle();
  admission.assertRoom(at("f/a"));
  assert.equal(known?.filled.size, 0);
});

test("a name that is only asked for is not kept", () => {
  const { parts, admission } = setUp();
  for (let count = 0; count < 10; count++) admission.assertServed(at("f/a"));
  throwsCode(() => admission.assertServed(at("gone/a")), "FUNCTION_UNKNOWN");
  assert.deepEqual(parts.functions.all(), []);
});

test("no further call is taken while as many wait as may", () => {
  const { parts, admission } = setUp({ callsWaiting: 2 });
  const waits = ["a", "b"].map((id) =>
    parts.calls.wait(parts.calls.callerAddress(undefined), at(`f/${id}`), undefined),
  );
  throwsCode(() => admission.assertRoomForCall(), "OVERLOADED");
  for (const wait of waits) {
    wait.answer.catch(() => {});
    wait.stop(new Error("enough"));
  }
  admission.assertRoomForCall();
});

test("nothing is taken while the store can't be written, and all is taken again when it can", async () => {
  const store = new ForgetfulStore();
  const { parts, admission } = setUp({}, store);
  parts.commit.put("a", new Uint8Array(0));
  parts.commit.onOutcome(() => {});
  await store.untilHeld(1);
  store.fail("STORE_FULL");
  await parts.settle();
  assert.equal(admission.trouble?.code, "STORE_FULL");
  throwsCode(() => admission.assertOpen(), "STORE_FULL");
  store.autoSync = true;
  await parts.clock.advance(100);
  admission.assertOpen();
  assert.equal(admission.trouble, undefined);
});

test("nothing is taken once it is closed, and each caller gets an error object of its own", () => {
  const { admission } = setUp();
  admission.close();
  assert.equal(admission.trouble?.code, "SHUTTING_DOWN");
  throwsCode(() => admission.assertOpen(), "SHUTTING_DOWN");
});
