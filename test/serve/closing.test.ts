// Graceful shutdown: calls in flight are finished and their answers delivered, and new calls are refused.

import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { StatefulFunctions, type StatefunError } from "../../src/index.js";
import { serve, statefunListener } from "../../src/serve/hosts/node.js";
import { message, requestBytes } from "../support/calls.js";
import { rejectsCode } from "../support/expect-code.ts";
import { Gate } from "../support/gate.js";
import { hosts, rawConnection, send, stop } from "../support/http.js";
import { RecordingLogger } from "../support/recording-logger.js";

const argument = message(example.User, { name: "Seth" });
const request = (id: string) => requestBytes("v3", { to: `a/b/${id}`, messages: [{ argument }] });
/** Shorter than the grace of 30 seconds, for which a close takes that waits for the wrong connection. */
const limit = { timeout: 20_000 };

/** A function whose calls for "held" wait. */
function held() {
  const [entered, release] = [new Gate(), new Gate()];
  const functions = new StatefulFunctions().register("a/b", async (_message, context) => {
    if (context.address.id !== "held") return;
    entered.open();
    await release.promise;
  });
  return { functions, entered, release };
}

for (const name of ["Koa middleware", "node listener"]) {
  const start = hosts[name] as (typeof hosts)[string];

  test(`${name}: while closing, new calls and health are 503, and calls in flight are answered`, limit, async (t) => {
    const { functions, entered, release } = held();
    const logger = new RecordingLogger();
    const { port, server, close } = await start(functions, { logger });
    t.after(() => stop(server));
    const call = send(port, "/statefun", { body: request("held") });
    await entered.promise;
    const closing = close?.();
    const refused = await send(port, "/statefun", { body: request("other") });
    assert.equal(refused.status, 503);
    assert.ok(refused.text.startsWith("SHUTTING_DOWN"), refused.text);
    assert.equal((await send(port, "/statefun/health", { method: "GET" })).status, 503);
    release.open();
    await closing;
    assert.equal((await call).status, 200);
  });

  test(`${name}: while closing, answers end their connections, so that no call comes after them`, limit, async (t) => {
    const { functions, entered, release } = held();
    const { port, server, close } = await start(functions, { logger: new RecordingLogger() });
    const agent = new Agent({ keepAlive: true });
    t.after(() => {
      agent.destroy();
      return stop(server);
    });
    assert.equal((await send(port, "/statefun", { body: request("x"), agent })).headers.connection, "keep-alive");
    const call = send(port, "/statefun", { body: request("held"), agent });
    await entered.promise;
    const closing = close?.();
    assert.equal((await send(port, "/statefun", { body: request("x"), agent })).headers.connection, "close");
    release.open();
    const answer = await call;
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.connection, "close");
    assert.equal(answer.headers["content-type"], "application/octet-stream");
    await closing;
  });

  test(`${name}: when close resolves, the answers have left, so the process may exit`, limit, async (t) => {
    const { functions, entered, release } = held();
    const { port, server, close } = await start(functions, { logger: new RecordingLogger() });
    const call = send(port, "/statefun", { body: request("held") });
    await entered.promise;
    const closing = close?.();
    release.open();
    await closing;
    server.closeAllConnections(); // as the end of the process would
    t.after(() => stop(server));
    assert.equal((await call).status, 200);
  });
}

test("serve(): close finishes the calls in flight, then stops listening", limit, async () => {
  const { functions, entered, release } = held();
  const { port, server, close } = await serve(functions, { port: 0, host: "127.0.0.1", logger: new RecordingLogger() });
  const call = send(port, "/statefun", { body: request("held") });
  await entered.promise;
  const closing = close();
  assert.equal((await send(port, "/statefun", { body: request("other") })).status, 503);
  assert.equal((await send(port, "/statefun/health", { method: "GET" })).status, 503);
  release.open();
  assert.equal((await call).status, 200);
  await closing;
  assert.equal(server.listening, false);
  await assert.rejects(send(port, "/statefun", { body: request("other") }), { code: "ECONNREFUSED" });
});

test("serve(): an idle connection has no limit, since its client ends it", limit, async () => {
  const { functions } = held();
  const { port, close } = await serve(functions, { port: 0, host: "127.0.0.1" });
  const agent = new Agent({ keepAlive: true });
  const { status, headers } = await send(port, "/statefun", { body: request("x"), agent });
  assert.deepEqual([status, headers.connection, headers["keep-alive"]], [200, "keep-alive", undefined]);
  agent.destroy();
  await close();
});

test("serve(): close does not wait for connections that are kept but idle", limit, async () => {
  const { functions } = held();
  const { port, close } = await serve(functions, { port: 0, host: "127.0.0.1" });
  const agent = new Agent({ keepAlive: true });
  assert.equal((await send(port, "/statefun", { body: request("x"), agent })).status, 200);
  await close();
  agent.destroy();
});

test("serve(): close does not wait for a kept connection whose call was in flight", limit, async (t) => {
  const { functions, entered, release } = held();
  const { port, server, close } = await serve(functions, { port: 0, host: "127.0.0.1", logger: new RecordingLogger() });
  const agent = new Agent({ keepAlive: true });
  t.after(async () => {
    agent.destroy();
    await stop(server);
  });
  const call = send(port, "/statefun", { body: request("held"), agent });
  await entered.promise;
  const closing = close();
  release.open();
  assert.equal((await call).status, 200);
  await closing;
});

test("serve(): close ends although an engine goes on calling over its kept connection", limit, async (t) => {
  const { functions, entered, release } = held();
  const { port, server, close } = await serve(functions, { port: 0, host: "127.0.0.1", logger: new RecordingLogger() });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let closed = false;
  t.after(async () => {
    closed = true;
    agent.destroy();
    await stop(server);
  });
  assert.equal((await send(port, "/statefun", { body: request("x"), agent })).status, 200);
  const slow = send(port, "/statefun", { body: request("held") });
  await entered.promise;
  const closing = close().then(() => {
    closed = true;
  });
  const retries = (async () => {
    while (!closed) {
      try {
        assert.equal((await send(port, "/statefun", { body: request("x"), agent })).status, 503);
      } catch (error) {
        assert.match((error as { code: string }).code, /ECONNREFUSED|ECONNRESET/);
      }
    }
  })();
  release.open();
  assert.equal((await slow).status, 200);
  await closing;
  await retries;
});

test(
  "serve(): a call whose upload is under way when close begins is refused or answered, not cut off",
  limit,
  async () => {
    const { functions } = held();
    const { port, server, close } = await serve(functions, {
      port: 0,
      host: "127.0.0.1",
      logger: new RecordingLogger(),
    });
    const body = request("x");
    const head = `POST /statefun HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\n\r\n`;
    const arrived = once(server, "request");
    const socket = await rawConnection(port, head);
    await arrived;
    const closing = close();
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.write(body);
    await once(socket, "close");
    assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 (200|503)/);
    await closing;
  },
);

for (const name of ["Koa middleware", "node listener"]) {
  const start = hosts[name] as (typeof hosts)[string];

  test(`${name}: close waits for an answer that its client is slow to take`, limit, async (t) => {
    const large = "x".repeat(16 * 1024 * 1024);
    const functions = new StatefulFunctions().register("a/b", (_message, context) => {
      context.sendEgress("a/egress", large);
    });
    const { port, server, close } = await start(functions);
    t.after(() => stop(server));
    const arrived = once(server, "request") as Promise<[IncomingMessage, ServerResponse]>;
    const socket = await rawConnection(port, "");
    socket.write(inOneGo(["slow"]));
    const [, response] = await arrived;
    while (!response.writableEnded) await turn();
    let closed = false;
    const closing = close?.().then(() => {
      closed = true;
    });
    for (let turns = 0; turns < 20; turns++) await turn();
    assert.equal(closed, false);
    let received = 0;
    socket.on("data", (chunk) => {
      received += chunk.length;
    });
    await closing;
    assert.ok(received > large.length / 2, String(received));
    socket.destroy();
  });

  test(
    `${name}: a client that is late to read gets every short answer, whole and in order, and close waits for it`,
    limit,
    async (t) => {
      const id = "ü".repeat(900);
      const functions = new StatefulFunctions().register("a/b", (_message, context) => {
        context.sendEgress("a/egress", context.address.id);
      });
      const { port, server, close } = await start(functions);
      t.after(() => stop(server));
      const expected = (await send(port, "/statefun", { body: request(id) })).bytes;
      const socket = await rawConnection(port, "");
      socket.pause();
      let calls = 0;
      for (let isTaken = true; isTaken; calls++) {
        const arrived = once(server, "request") as Promise<[IncomingMessage, ServerResponse]>;
        socket.write(inOneGo([id]));
        const [, response] = await arrived;
        while (!response.writableEnded) await turn();
        await turn();
        isTaken = response.writableFinished;
      }
      let isClosed = false;
      const closing = close?.().then(() => {
        isClosed = true;
      });
      for (let turns = 0; turns < 20; turns++) await turn();
      assert.equal(isClosed, false);
      const received: Buffer[] = [];
      socket
        .on("data", (chunk: Buffer) => received.push(chunk))
        .resume()
        .end();
      await Promise.all([closing, once(socket, "close")]);
      const bodies = Buffer.concat(received)
        .toString("latin1")
        .split(/HTTP\/1\.1 200 [\s\S]*?\r\n\r\n/);
      assert.equal(bodies.shift(), "");
      assert.equal(bodies.length, calls);
      assert.ok(bodies.every((body) => body === expected.toString("latin1")));
    },
  );
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Calls on one connection that don't wait for each other's answers; the last one lacks bytes at its end. */
function inOneGo(ids: readonly string[], lacking = 0): Buffer {
  const calls = ids.flatMap((id) => {
    const body = request(id);
    return [
      `POST /statefun HTTP/1.1\r\nHost: test\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\n\r\n`,
      body,
    ];
  });
  const bytes = Buffer.concat(calls.map((part) => Buffer.from(part)));
  return bytes.subarray(0, bytes.length - lacking);
}

/** The events of a server's connections. */
function watched(server: Server) {
  const [second, left] = [new Gate(), new Gate()];
  let requests = 0;
  server.on("request", () => ++requests === 2 && second.open());
  server.on("connection", (connection) => connection.on("close", () => left.open()));
  return { second: second.promise, left: left.promise };
}

for (const [what, lacking] of Object.entries({ "a whole call": 0, "half a call": 5 })) {
  test(`serve(): close does not wait for ${what} behind another answer, whose client has left`, limit, async (t) => {
    const { functions, entered, release } = held();
    const logger = new RecordingLogger();
    const { port, server, close } = await serve(functions, { port: 0, host: "127.0.0.1", logger });
    t.after(() => stop(server));
    const { second, left } = watched(server);
    const socket = await rawConnection(port, "");
    socket.write(inOneGo(["held", "other"], lacking));
    await Promise.all([second, entered.promise]);
    socket.destroy();
    await left;
    release.open();
    await close();
    const told = logger.entries.map(({ error }) => (error as StatefunError).code);
    assert.deepEqual(told, lacking === 0 ? [] : ["REQUEST_ABORTED"]);
  });
}

test(
  "node listener: close does not wait for a call that came behind another one and to us when its client had left",
  limit,
  async (t) => {
    const { functions, entered, release } = held();
    const listener = statefunListener(functions, { logger: new RecordingLogger() });
    const before = new Gate();
    let requests = 0;
    const server = createServer(async (request, response) => {
      if (++requests === 2) await before.promise;
      listener(request, response);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => stop(server));
    const { second, left } = watched(server);
    const socket = await rawConnection((server.address() as AddressInfo).port, "");
    socket.write(inOneGo(["held", "other"]));
    await Promise.all([second, entered.promise]);
    socket.destroy();
    await left;
    before.open();
    release.open();
    await listener.close();
  },
);

test("serve(): close counts each of several calls that came at once, when it is answered", limit, async (t) => {
  const { functions, entered, release } = held();
  const { port, server, close } = await serve(functions, { port: 0, host: "127.0.0.1", logger: new RecordingLogger() });
  t.after(() => stop(server));
  const { second, left } = watched(server);
  const socket = await rawConnection(port, "");
  const answered = new Gate();
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
    if (text.split("HTTP/1.1 200").length === 3) answered.open();
  });
  socket.write(inOneGo(["held", "other"]));
  await Promise.all([second, entered.promise]);
  release.open();
  await answered.promise;
  socket.destroy();
  await left;
  await close();
});

test("serve(): a port that is taken has a code of its own", limit, async () => {
  const { functions } = held();
  const { port, close } = await serve(functions, { port: 0, host: "127.0.0.1" });
  await rejectsCode(serve(functions, { port, host: "127.0.0.1" }), "ADDRESS_IN_USE", `127.0.0.1:${port}`);
  await rejectsCode(serve(functions, { port: 0, host: "192.0.2.1" }), "OPTION_INVALID", "192.0.2.1");
  await close();
});

test("serve(): close can be called twice", limit, async () => {
  const { functions } = held();
  const { close } = await serve(functions, { port: 0, host: "127.0.0.1" });
  await Promise.all([close(), close()]);
});
