// HttpEndpoint without any host: requests made by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestReplyHandler, StatefulFunctions } from "../../src/index.js";
import { HttpEndpoint } from "../../src/serve/adapter.js";
import { packed, requestBytes } from "../support/calls.js";
import { Gate } from "../support/gate.js";
import { RecordingLogger } from "../support/recording-logger.js";

const functions = new StatefulFunctions().register("a/b", () => {});
const call = requestBytes("v3", { to: "a/b/1", messages: [{ argument: packed("x/y", "1") }] });
const post = { method: "POST", contentType: "application/octet-stream", contentEncoding: undefined };

test("routeOf tells a call, the health check and every other path apart", () => {
  const endpoint = new HttpEndpoint(functions, { path: "/fn", healthPath: "/alive" });
  assert.deepEqual(
    ["/fn", "/alive", "/fn/", "/FN", "/", undefined].map((path) => endpoint.routeOf(path)),
    ["call", "health", undefined, undefined, undefined, undefined],
  );
  assert.equal(new HttpEndpoint(functions, { healthPath: false }).routeOf("/statefun/health"), undefined);
});

test("a body is taken as bytes or as a promise of bytes", async () => {
  const endpoint = new HttpEndpoint(functions);
  for (const body of [() => call, async () => call]) {
    assert.equal((await endpoint.answer({ ...post, body })).status, 200);
  }
});

test("a refused request whose body is still to come ends its connection; an answered call does not", async () => {
  const endpoint = new HttpEndpoint(functions, { logger: new RecordingLogger() });
  const request = { ...post, body: () => call, hasUnreadBody: () => true };
  assert.equal((await endpoint.answer({ ...request, contentType: "text/plain" })).headers.Connection, "close");
  assert.equal((await endpoint.answer({ ...request, method: "PUT" })).headers.Connection, "close");
  assert.equal(endpoint.health(request).headers.Connection, "close");
  assert.equal((await endpoint.answer(request)).headers.Connection, undefined);
  assert.equal(endpoint.health().headers.Connection, undefined);
});

test("close waits for an answer that has not left, unless the request has no onAnswered", async () => {
  const endpoint = new HttpEndpoint(functions);
  await endpoint.answer({ ...post, body: () => call });
  const left = new Gate<() => void>();
  await endpoint.answer({ ...post, body: () => call, onAnswered: (done) => left.open(done) });
  let isClosed = false;
  const closing = endpoint.close().then(() => {
    isClosed = true;
  });
  await new Promise(setImmediate);
  assert.equal(isClosed, false);
  (await left.promise)();
  await closing;
});

test("a handler of the user's own that throws anything is answered with 500 and logged", async () => {
  class Own extends RequestReplyHandler {
    override handle(): Promise<Uint8Array> {
      throw undefined;
    }
  }
  const logger = new RecordingLogger();
  const endpoint = new HttpEndpoint(new Own(functions, { logger }));
  const { status, body } = await endpoint.answer({ ...post, body: () => call });
  assert.deepEqual([status, Buffer.from(body).toString(), logger.entries.length], [500, "HANDLER_FAILED\n", 1]);
});

test("an endpoint answers with the error that its adapter throws while reading", async () => {
  const logger = new RecordingLogger();
  const endpoint = new HttpEndpoint(functions, { logger });
  const request = { method: "POST", contentType: "application/octet-stream", contentEncoding: undefined };
  for (const thrown of [new Error("socket hang up"), undefined, "text"]) {
    const answer = await endpoint.answer({ ...request, body: () => Promise.reject(thrown) });
    assert.equal(answer.status, 400);
    assert.ok(Buffer.from(answer.body).toString().startsWith("REQUEST_ABORTED"));
  }
  const answer = await endpoint.answer({
    ...request,
    body: () => {
      throw new Error("at once");
    },
  });
  assert.equal(answer.status, 400);
  assert.equal(logger.entries.length, 4);
});

test("one handler can be shared by two endpoints, and closes both", async () => {
  const handler = new RequestReplyHandler(functions, { logger: new RecordingLogger() });
  const [one, two] = [new HttpEndpoint(handler), new HttpEndpoint(handler, { path: "/other" })];
  assert.equal(one.health().status, 200);
  await handler.close();
  assert.equal(one.health().status, 503);
  assert.equal(two.health().status, 503);
});
