import assert from "node:assert/strict";
import type { Server } from "node:http";
import { test } from "node:test";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { statefunFetch } from "../../src/serve/hosts/fetch.js";
import { answerOf, packed, requestBytes } from "../support/calls.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { engineHeaders } from "./client.ts";
import { conformance } from "./conformance.ts";
import { functions } from "./functions.ts";
import { listen } from "./listen.ts";

conformance("a fetch server", (handler, options) => {
  return listen(createAdaptorServer({ fetch: statefunFetch(handler, options) }) as Server);
});

conformance(
  "Hono",
  (handler, options) => {
    const serveFunctions = statefunFetch(handler, options);
    const app = new Hono()
      .all("/statefun/*", (context) => serveFunctions(context.req.raw))
      .get("/elsewhere", (context) => context.text("elsewhere"));
    return listen(createAdaptorServer({ fetch: app.fetch }) as Server);
  },
  { elsewhere: 200 },
);

const body = requestBytes("v3", { to: "hosts/echo/a", messages: [{ argument: packed("hosts/bytes", "hello") }] });
const requestTo = (url: string, init: RequestInit = {}) =>
  new Request(url, { method: "POST", headers: engineHeaders, body: Buffer.from(body), ...init });
const quiet = () => ({ logger: new RecordingLogger() });

test("a request made by hand is answered, without any server", async () => {
  const response = await statefunFetch(functions())(requestTo("http://localhost/statefun"));
  assert.deepEqual([response.status, response.headers.get("content-type")], [200, "application/octet-stream"]);
  assert.equal(answerOf("v3", new Uint8Array(await response.arrayBuffer())).egresses.length, 1);
});

test("Hono's mount() takes a prefix off", async () => {
  const app = new Hono().mount("/v1", statefunFetch(functions()));
  assert.equal((await app.fetch(requestTo("http://localhost/v1/statefun"))).status, 200);
});

test("a request whose body was read is BODY_CONSUMED", async () => {
  const request = requestTo("http://localhost/statefun");
  await request.arrayBuffer();
  const response = await statefunFetch(functions(), quiet())(request);
  assert.deepEqual([response.status, await response.text()], [500, "BODY_CONSUMED\n"]);
});

test("a body that fails while it is read is REQUEST_ABORTED", async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("connection lost")) });
  const init = { body: broken, duplex: "half" } as RequestInit;
  const response = await statefunFetch(functions(), quiet())(requestTo("http://localhost/statefun", init));
  assert.equal(response.status, 400);
  assert.match(await response.text(), /^REQUEST_ABORTED/);
});

test("a stream beyond the limit is cancelled", async () => {
  let cancelled = false;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1000)),
    cancel: () => {
      cancelled = true;
    },
  });
  const init = { body: endless, duplex: "half" } as RequestInit;
  const options = { ...quiet(), maxBodyBytes: 5000 };
  const response = await statefunFetch(functions(), options)(requestTo("http://localhost/statefun", init));
  assert.deepEqual([response.status, cancelled], [413, true]);
});

test("a declared length smaller than the body does not get round the limit", async () => {
  const headers = { ...engineHeaders, "Content-Length": "1" };
  const options = { ...quiet(), maxBodyBytes: body.length - 1 };
  const response = await statefunFetch(functions(), options)(requestTo("http://localhost/statefun", { headers }));
  assert.equal(response.status, 413);
});
