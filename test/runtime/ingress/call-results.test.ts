// What a call over HTTP came to, when that is no value: the answer, what the client makes of it, and what the command prints.

import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOf as exitOf } from "../../../src/cli/exit-status.js";
import { parseInput } from "../../../src/cli/parse.js";
import { call } from "../../../src/cli/send.js";
import { connect } from "../../../src/client/entry.js";
import type { EngineApi } from "../../../src/engine/engine-api.js";
import { StatefunError } from "../../../src/errors.js";
import { StatefulFunctions, TerminalError, Types } from "../../../src/index.js";
import { FunctionFailure } from "../../../src/model/failure.js";
import { functionCatalog } from "../../../src/runtime/function-catalog.js";
import { httpIngressOptions, openHttpIngress } from "../../../src/runtime/ingress/http-ingress.js";
import { RecordingLogger } from "../../support/recording-logger.ts";
import { post, refused } from "./requests.js";

const path = "/call/test/f/a?type=io.statefun.types/string";

/** An ingress over an engine whose every call ends as `end` says. */
async function over(end: () => Promise<undefined>) {
  let calls = 0;
  const engine = {
    serves: () => true,
    call: () => {
      calls += 1;
      return end();
    },
  } as Partial<EngineApi> as EngineApi;
  const logger = new RecordingLogger();
  const options = httpIngressOptions.read("The ingress", { port: 0, logger });
  const server = await openHttpIngress(engine, functionCatalog(new StatefulFunctions(), []), options);
  const client = connect(server.url, { retries: 3 });
  return {
    logger,
    post: () => post(server.port, path, '"hi"'),
    client: () => client.call("test/f", "a", Types.string.pack("hi")),
    ref: () => client.ref<{ f(text: string): string }>("test/f", "a").f(Types.string.pack("hi")),
    command: () =>
      call(parseInput("call", ["--url", server.url, "test/f", "a", '"hi"', "--type", "io.statefun.types/string"])),
    calls: () => calls,
    [Symbol.asyncDispose]: () => server.close(0),
  };
}

const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.fail("it was answered"),
    (thrown) => thrown,
  );

const refusal = new TerminalError("no money", { code: "CARD_REFUSED", details: { missing: [5] }, status: 402 });

test("a terminal error has its status, its code, its message and its details", async () => {
  await using ingress = await over(() => Promise.reject(refusal));
  const { status, text } = await ingress.post();
  assert.equal(status, 402);
  const body = { code: "CARD_REFUSED", message: "no money", details: { missing: [5] }, terminal: true };
  assert.deepEqual(JSON.parse(text), body);
});

test("a terminal error without options is 422 and TERMINAL", async () => {
  await using ingress = await over(() => Promise.reject(new TerminalError("no")));
  const { status, text } = await ingress.post();
  assert.deepEqual([status, JSON.parse(text)], [422, { code: "TERMINAL", message: "no", terminal: true }]);
});

test("the client throws the terminal error as it was, at once, whatever its status", async () => {
  for (const error of [refusal, new TerminalError("busy", { status: 429, code: "ANSWER_TIMEOUT" })]) {
    await using ingress = await over(() => Promise.reject(error));
    for (const called of [ingress.client, ingress.ref]) {
      const thrown = await thrownBy(called());
      assert.ok(thrown instanceof TerminalError);
      const { code, message, details, status } = thrown;
      assert.deepEqual([code, message, details, status], [error.code, error.message, error.details, error.status]);
    }
    assert.equal(ingress.calls(), 2);
  }
});

test("the command prints the code, the message and the details, and ends with 1", async () => {
  await using ingress = await over(() => Promise.reject(refusal));
  const ended = exitOf(await thrownBy(ingress.command()), "call");
  assert.deepEqual(ended, { exitStatus: 1, text: 'CARD_REFUSED: no money\n{"missing":[5]}' });
});

test("the failure of a function is 500 with its message for callers, whatever its code, and is not logged again", async () => {
  const failure = { code: "VALUE_INVALID", message: "test/f/a has failed", terminal: false };
  await using ingress = await over(() => Promise.reject(new FunctionFailure(failure)));
  const received = await ingress.post();
  refused(received, 500, "VALUE_INVALID");
  assert.equal(JSON.parse(received.text).message, "test/f/a has failed");
  const thrown = await thrownBy(ingress.client());
  assert.ok(thrown instanceof StatefunError);
  assert.deepEqual([thrown.code, thrown.message], ["VALUE_INVALID", "test/f/a has failed"]);
  assert.deepEqual(ingress.logger.lines, []);
});

test("an answer without a value is 204 and has no body; the client gives undefined", async () => {
  await using ingress = await over(() => Promise.resolve(undefined));
  const { status, text, headers } = await ingress.post();
  assert.deepEqual([status, text, headers["content-type"]], [204, "", undefined]);
  assert.deepEqual([await ingress.client(), await ingress.ref()], [undefined, undefined]);
});
