// A server of the runtime that is mounted in the user's own server.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import type { RequestHandler } from "../../../src/runtime/http/answering.js";
import { type MountOptions, mount } from "../../../src/runtime/http/mounted.js";
import { readBody } from "../../../src/runtime/http/request-body.js";
import { sendJson } from "../../../src/runtime/http/sending.js";
import { throwsCode } from "../../support/expect-code.js";
import { Gate } from "../../support/gate.js";
import { rawConnection, type Sent, send } from "../../support/http.js";

const logger = { error: () => {}, warn: () => {} };
const get: Sent = { method: "GET", headers: {} };

/** Answers with the URL that the server sees. */
const echo: RequestHandler = (_request, response, url) => sendJson(response, 200, { url });

const mounted = (options: Partial<MountOptions> = {}, handle = echo) =>
  mount({ name: "The server", logger, ...options }, handle);

/** Serves a listener on a free port. Resolves to the port. */
async function serving(t: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test("a request under the prefix is answered as if the server were alone", async (t) => {
  const port = await serving(t, mounted().handler({ prefix: "/api/statefun" }));
  const urlOf = async (path: string) => JSON.parse((await send(port, path, get)).text).url;
  assert.equal(await urlOf("/api/statefun/call/a?b=c"), "/call/a?b=c");
  assert.equal(await urlOf("/api/statefun/"), "/");
  assert.equal(await urlOf("/api/statefun"), "/");
  assert.equal(await urlOf("/api/statefun?x"), "/?x");
});

test("a request elsewhere goes on to the next handler, or is 404", async (t) => {
  const handler = mounted().handler({ prefix: "/statefun" });
  const alone = await serving(t, handler);
  for (const path of ["/", "/statefu", "/statefunx", "/other/statefun", "/Statefun/"]) {
    const { status, text } = await send(alone, path, get);
    assert.deepEqual([status, JSON.parse(text).code], [404, "NOT_FOUND"], path);
  }
  const next = (response: ServerResponse) => () => response.writeHead(200).end("next");
  const among = await serving(t, (request, response) => handler(request, response, next(response)));
  assert.equal((await send(among, "/statefunx", get)).text, "next");
});

test("a prefix is a path with a slash before it and none behind", () => {
  for (const prefix of ["statefun", "/statefun/", "/a//b", "/a?b", "/", "/a b", 7]) {
    throwsCode(() => mounted().handler({ prefix } as object), "OPTION_INVALID");
  }
  throwsCode(() => mounted().handler({ path: "/a" } as object), "OPTION_INVALID");
});

test("a page's root without its slash leads to the one with it, under whatever path the client has", async (t) => {
  const handler = mounted({ slashAtRoot: true }).handler({ prefix: "/ops/admin" });
  const port = await serving(t, handler);
  const location = async (at: number, path: string) => (await send(at, path, get)).headers.location;
  assert.equal(await location(port, "/ops/admin"), "admin/");
  assert.equal(await location(port, "/ops/admin?a=b"), "admin/?a=b");
  assert.equal(await location(port, "/ops/admin/"), undefined);
  // Express takes the path of the mount off, and keeps the URL that the client has asked for.
  const below = mounted({ slashAtRoot: true }).handler();
  const express = await serving(t, (request: IncomingMessage & { originalUrl?: string }, response) => {
    request.originalUrl = request.url as string;
    request.url = request.url?.replace(/^\/ops\/?/, "/") as string;
    below(request, response);
  });
  assert.equal(await location(express, "/ops"), "ops/");
  assert.equal(await location(express, "/ops/"), undefined);
  assert.equal(await location(express, "/ops/info"), undefined);
});

test("the user's own server answers for the host and for its own pages, and pages of other sites are refused", async (t) => {
  const port = await serving(t, mounted().handler());
  const statusOf = async (headers: Record<string, string>) =>
    (await send(port, "/", { method: "POST", headers })).status;
  assert.equal(await statusOf({ host: "shop.example" }), 200);
  assert.equal(await statusOf({ host: "shop.example", origin: "https://shop.example" }), 200);
  assert.equal(await statusOf({ host: "shop.example", origin: "https://evil.example" }), 401);
  assert.equal(await statusOf({ host: "shop.example", "sec-fetch-site": "cross-site" }), 401);
});

test("a token and the hosts that requests may name hold when they are given", async (t) => {
  const tokened = await serving(t, mounted({ bearerToken: "secret" }).handler());
  assert.equal((await send(tokened, "/", get)).status, 401);
  assert.equal((await send(tokened, "/", { ...get, headers: { authorization: "Bearer secret" } })).status, 200);
  const named = await serving(t, mounted({ allowedHosts: ["shop.example"] }).handler());
  assert.equal((await send(named, "/", { ...get, headers: { host: "shop.example" } })).status, 200);
  assert.equal((await send(named, "/", { ...get, headers: { host: "evil.example" } })).status, 401);
});

test("closing refuses further requests and waits for the answers that are under way", async (t) => {
  const reached = new Gate();
  const door = new Gate();
  const server = mounted({}, async (_request, response) => {
    reached.open();
    await door.promise;
    sendJson(response, 200, "in time");
  });
  const port = await serving(t, server.handler());
  const slow = send(port, "/", get);
  await reached.promise;
  let isClosed = false;
  const closing = server.close(60_000).then(() => {
    isClosed = true;
  });
  const { status, text } = await send(port, "/", get);
  assert.deepEqual([status, JSON.parse(text).code, isClosed], [503, "SHUTTING_DOWN", false]);
  door.open();
  assert.equal((await slow).text, '"in time"\n');
  await closing;
});

test("an answer that does not come within the grace is cut off, and the user's own server goes on", async (t) => {
  const reached = new Gate();
  const server = mounted({}, async () => {
    reached.open();
    await new Promise(() => {});
  });
  const handler = server.handler({ prefix: "/statefun" });
  const port = await serving(t, (request, response) =>
    handler(request, response, () => void response.writeHead(200).end("own")),
  );
  const never = send(port, "/statefun/", get);
  const failed = assert.rejects(never);
  await reached.promise;
  await server.close(0);
  await failed;
  assert.equal((await send(port, "/", get)).text, "own");
});

test("a server that nobody uses is closed at once", () => mounted().close(60_000));

test("a body that a parser has read is taken from its bytes, and is refused when there are none", async (t) => {
  const handler = mounted({}, async (request, response) => {
    sendJson(response, 200, (await readBody(request, 10)).toString());
  }).handler();
  const parsed = (keep: (bytes: Buffer) => unknown) =>
    serving(t, (request: IncomingMessage & { body?: unknown }, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        request.body = keep(Buffer.concat(chunks));
        handler(request, response);
      });
    });
  const body = Buffer.from("hello");
  assert.equal((await send(await parsed((bytes) => bytes), "/", { body })).text, '"hello"\n');
  const asJson = await send(await parsed(String), "/", { body });
  assert.deepEqual([asJson.status, JSON.parse(asJson.text).code], [500, "BODY_CONSUMED"]);
  const large = await send(await parsed((bytes) => bytes), "/", { body: Buffer.alloc(11) });
  assert.equal(large.status, 413);
});

test("a client that leaves is no failure of the user's own server", async (t) => {
  const reached = new Gate();
  const left = new Gate();
  const server = mounted({}, async (_request, response) => {
    response.once("close", () => left.open());
    reached.open();
    await left.promise;
  });
  const port = await serving(t, server.handler());
  const socket = await rawConnection(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await reached.promise;
  socket.destroy();
  await left.promise;
  await server.close(60_000);
});
