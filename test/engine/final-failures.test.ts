// A message that is not tried again: who is told, and when it becomes a dead letter.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { KnownFunction } from "../../src/engine/function-table.js";
import { StatefunError } from "../../src/errors.js";
import type { Failure } from "../../src/model/failure.js";
import type { FunctionPolicy } from "../../src/model/function-policy.js";
import { TerminalError } from "../../src/model/terminal-error.js";
import { throwsCode } from "../support/expect-code.js";
import { at } from "./functions.js";
import { failureIn, message, Parts, request } from "./parts.js";

const secret = new StatefunError("HANDLER_FAILED", "the password is 1234", { cause: new Error("inner") });
const refusal: Failure = { code: "LOW", message: "too low", terminal: true, details: { missing: 3 }, status: 409 };

function setUp(policy: FunctionPolicy = { onFailure: "deadLetter" }, limits = {}) {
  const parts = new Parts({ functions: { f: () => {} }, policy, limits });
  const known = parts.functions.find("test", "f") as KnownFunction;
  const instance = parts.instances.wake(at("f/a"));
  return { parts, known, instance };
}

test("a message that has used up its tries leaves its mailbox, and the next one is the first", () => {
  const { parts, known, instance } = setUp();
  parts.deliver("f/a", "bad", at("g/b"));
  parts.deliver("f/a", "next");
  instance.attempts = 3;
  instance.firstFailedAt = parts.clock.now() - 500;
  assert.equal(parts.finalFailures.setAside(known, instance, secret, parts.clock.now()), true);
  assert.deepEqual([instance.mailbox.loaded, instance.attempts, parts.letters.count], [1, 0, 1]);
  const letter = parts.letters.get(parts.letters.lastId);
  assert.deepEqual([`${letter.address}`, `${letter.caller}`, letter.attempts], ["test/f/a", "test/g/b", 3]);
  assert.deepEqual([letter.lastFailedAt - letter.firstFailedAt, letter.error.code], [500, "HANDLER_FAILED"]);
  assert.ok(letter.error.stack?.includes("inner"));
});

test("a caller outside learns the code and the address, and not the failure's message", async () => {
  const { parts, known, instance } = setUp();
  const caller = parts.calls.callerAddress(undefined);
  const { answer } = parts.calls.wait(caller, at("f/a"), undefined);
  parts.deliver("f/a", "bad", caller);
  parts.finalFailures.setAside(known, instance, secret, parts.clock.now());
  await assert.rejects(answer, (thrown: StatefunError) => {
    assert.equal(thrown.code, "HANDLER_FAILED");
    assert.ok(thrown.message.includes("test/f/a") && !thrown.message.includes("1234"));
    return true;
  });
});

test("without room for a letter nothing is changed", () => {
  const { parts, known, instance } = setUp({ onFailure: "deadLetter" }, { deadLetters: 1 });
  for (const value of ["1", "2"]) parts.deliver("f/a", value);
  assert.equal(parts.finalFailures.setAside(known, instance, secret, parts.clock.now()), true);
  assert.equal(parts.finalFailures.setAside(known, instance, secret, parts.clock.now()), false);
  assert.deepEqual([instance.mailbox.loaded, parts.letters.count], [1, 1]);
});

test("a refused message of a caller outside is the caller's, and no letter", async () => {
  const { parts, known, instance } = setUp();
  const caller = parts.calls.callerAddress(undefined);
  const { answer } = parts.calls.wait(caller, at("f/a"), undefined);
  parts.finalFailures.refused(known, instance, { message: message("bad", caller), attempts: 1, error: refusal });
  await assert.rejects(answer, (thrown: unknown) => {
    assert.ok(thrown instanceof TerminalError);
    assert.deepEqual([thrown.code, thrown.details, thrown.status], ["LOW", { missing: 3 }, 409]);
    return true;
  });
  assert.equal(parts.letters.count, 0);
});

test("a refused message of anybody else is a letter, if its function has letters", () => {
  const withLetters = setUp();
  withLetters.parts.finalFailures.refused(withLetters.known, withLetters.instance, {
    message: message("1"),
    attempts: 1,
    error: refusal,
  });
  withLetters.parts.finalFailures.refused(withLetters.known, withLetters.instance, {
    message: message("2", at("g/b")),
    attempts: 1,
    error: refusal,
  });
  assert.equal(withLetters.parts.letters.count, 2);
  const { error, attempts } = withLetters.parts.letters.get(withLetters.parts.letters.lastId);
  assert.deepEqual([error, attempts], [refusal, 1]);

  const parking = setUp({ onFailure: "park" });
  parking.parts.finalFailures.refused(parking.known, parking.instance, {
    message: message("1"),
    attempts: 1,
    error: refusal,
  });
  assert.equal(parking.parts.letters.count, 0);
});

for (const generation of ["v3", "v2"] as const) {
  test(`${generation}: a function that waits learns that its message was set aside, in the same transaction`, async () => {
    const { parts, known, instance } = setUp();
    const caller = at("caller/c");
    parts.delivery.deliver(at("f/a"), request("bad", caller, generation));
    instance.attempts = 3;
    parts.finalFailures.setAside(known, instance, secret, parts.clock.now());
    assert.equal(parts.letters.count, 1);
    const { mailbox } = parts.instances.wake(caller);
    if (mailbox.loaded === 0) await mailbox.load();
    const answer = mailbox.at(0);
    const { code, message: told, token, terminal } = failureIn(answer);
    assert.deepEqual([String(answer.caller), code, token, terminal], ["test/f/a", "HANDLER_FAILED", "t1", true]);
    assert.ok(told.includes("test/f/a") && !told.includes("1234"), told);
  });

  test(`${generation}: a function that waits learns of a refusal, and then there is no letter`, async () => {
    const { parts, known, instance } = setUp();
    const caller = at("caller/c");
    const error = refusal;
    parts.finalFailures.refused(known, instance, { message: request("bad", caller, generation), attempts: 1, error });
    assert.equal(parts.letters.count, 0);
    const { mailbox } = parts.instances.wake(caller);
    if (mailbox.loaded === 0) await mailbox.load();
    assert.deepEqual(failureIn(mailbox.at(0)), { ...refusal, token: "t1" });
  });
}

test("a transaction that breaks off leaves the message to the next engine", () => {
  const { parts, known, instance } = setUp();
  parts.deliver("f/a", "bad");
  parts.commit.onAbandoned = () => {};
  parts.letters.add = () => {
    throw new Error("a bug");
  };
  assert.equal(parts.finalFailures.setAside(known, instance, secret, parts.clock.now()), true);
  throwsCode(() => parts.commit.transact(() => {}), "ENGINE_RESTARTING");
});
