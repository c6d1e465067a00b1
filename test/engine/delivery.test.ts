// Delivery: into a mailbox, or to the caller outside that waits.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Message } from "../../src/engine/message.js";
import { Packed } from "../../src/engine/packed.js";
import { TypedValue } from "../../src/index.js";
import { failureValue } from "../../src/model/correlation.js";
import { TerminalError } from "../../src/model/terminal-error.js";
import { at, textOf } from "./functions.js";
import { message, Parts, packed, textIn } from "./parts.js";

test("a message goes into the mailbox of its target, which is announced after it is there", () => {
  const parts = new Parts({ functions: { f: () => {} } });
  parts.deliver("f/a", "one", at("g/b"));
  parts.deliver("f/a", "two");
  const { mailbox } = parts.instances.wake(at("f/a"));
  assert.deepEqual([textIn(mailbox.at(0)), textIn(mailbox.at(1))], ["one", "two"]);
  assert.equal(mailbox.at(0).caller?.toString(), "test/g/b");
  assert.deepEqual(
    parts.received.map(({ address }) => address.toString()),
    ["test/f/a", "test/f/a"],
  );
  assert.deepEqual([parts.mailboxes.entries, parts.mailboxes.bytes], [2, mailbox.bytes]);
});

test("a message is kept in the generation of its target's function", async () => {
  const parts = new Parts({ functions: { f: () => {}, old: { generation: "v2", handle: () => {} } } });
  for (const [from, name, to] of [
    ["v2", "f", "v3"],
    ["v3", "old", "v2"],
    ["v2", "gone", "v2"],
    ["v3", "gone", "v3"],
  ] as const) {
    parts.delivery.deliver(at(`${name}/${from}`), new Message(undefined, packed("x", from)));
    const { mailbox } = parts.instances.wake(at(`${name}/${from}`));
    // Messages of a function that nothing serves stay in the store.
    if (mailbox.loaded === 0) await mailbox.load();
    const kept = mailbox.at(0);
    assert.equal(kept.value.generation, to, name);
    assert.equal(textIn(kept), "x");
  }
});

test("a message to a caller's address is its answer, and announces nothing", async () => {
  const parts = new Parts();
  const caller = parts.calls.callerAddress(undefined);
  const { answer } = parts.calls.wait(caller, at("f/a"), undefined);
  parts.delivery.deliver(caller, message("answer"));
  assert.equal(textOf(await answer), "answer");
  assert.deepEqual([parts.received.length, parts.mailboxes.entries], [0, 0]);
});

for (const generation of ["v3", "v2"] as const) {
  test(`${generation}: a failure that is sent to a caller's address ends the call with what the failure says`, async () => {
    const parts = new Parts();
    const caller = parts.calls.callerAddress(undefined);
    const { answer } = parts.calls.wait(caller, at("f/a"), undefined);
    const failure = { code: "LOW", message: "too low", terminal: true, details: { missing: 3 }, status: 409 };
    parts.delivery.deliver(caller, new Message(undefined, Packed.pack(failureValue(failure), generation)));
    const thrown = await answer.catch((error: unknown) => error);
    assert.ok(thrown instanceof TerminalError);
    const { code, message: text, details, status } = thrown;
    assert.deepEqual({ code, message: text, details, status, terminal: true }, failure);
  });
}

test("an answer without a value that is sent to a caller's address is none", async () => {
  const parts = new Parts();
  const caller = parts.calls.callerAddress(undefined);
  const { answer } = parts.calls.wait(caller, at("f/a"), undefined);
  parts.delivery.deliver(caller, new Message(undefined, Packed.pack(new TypedValue("statefun.types/nothing"), "v3")));
  assert.equal(await answer, undefined);
});
