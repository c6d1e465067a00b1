// The error of a call that got no answer in time: what it says about the address.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NoAnswer } from "../../src/engine/endpoint.js";
import { StatefunError } from "../../src/errors.js";
import { Gate } from "../support/gate.js";
import { open } from "./support.js";

/** The message of the error with which a call ends after its time. */
async function lateWords(running: Awaited<ReturnType<typeof open>>, timeoutMs: number): Promise<string> {
  const call = running.call("f/a", "x", { timeoutMs }).then(
    () => assert.fail("it was answered"),
    (thrown: StatefunError) => thrown,
  );
  await running.clock.advance(timeoutMs);
  const { code, message } = await call;
  assert.equal(code, "ANSWER_TIMEOUT");
  return message;
}

test("it says how often the message was tried, how that ended, and when the next try is", async (t) => {
  const running = await open(t, {
    functions: {
      f: () => {
        throw new StatefunError("HANDLER_FAILED", "a secret");
      },
    },
  });
  const words = await lateWords(running, 4000);
  assert.match(words, /tried 6 times, HANDLER_FAILED, next try in 2.3 s/);
  assert.doesNotMatch(words, /secret/);
});

test("it says since when a call is in flight, and nothing when nothing is known", async (t) => {
  const gate = new Gate();
  const running = await open(t, { functions: { f: () => gate.promise, silent: () => {} } });
  assert.match(await lateWords(running, 1000), /a call has been in flight for [\d.]+ s/);
  const silent = running.call("silent/a", "x", { timeoutMs: 10 }).catch((thrown: StatefunError) => thrown.message);
  await running.clock.advance(10);
  const words = await silent;
  assert.match(String(words), /^test\/silent\/a did not answer within 10 ms\./);
  assert.doesNotMatch(String(words), /known|flight|tried/);
  gate.open();
});

test("it says that the endpoint can't be reached", async (t) => {
  const running = await open(t, {
    functions: {
      f: () => {
        throw new NoAnswer(false, "no connection");
      },
    },
  });
  assert.match(await lateWords(running, 1000), /not reached, ENDPOINT_UNREACHABLE/);
});
