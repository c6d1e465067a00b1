// Senders that never finish their requests. Node's own limits end them, and other senders do not notice.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import Koa from "koa";
import { RequestReplyHandler, StatefulFunctions } from "../../src/index.js";
import { statefun } from "../../src/serve/hosts/koa.js";
import { serve, statefunListener } from "../../src/serve/hosts/node.js";
import { Gate } from "../support/gate.js";
import { closed, rawConnection, send, stop } from "../support/http.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { call, head, hostNames, latin, statusesOf } from "./raw.js";

/** A logger that tells when its first line comes. */
class WaitingLogger extends RecordingLogger {
  readonly first = new Gate<string>();

  override warn(line: string, error: Error): void {
    super.warn(line, error);
    this.first.open(line);
  }
}

const limit = { timeout: 20_000 };
const quick = { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 20, keepAliveTimeout: 100 };

/** A server with limits of a fifth of a second. */
async function startQuick(name: (typeof hostNames)[number]) {
  const logger = new WaitingLogger();
  const handler = new RequestReplyHandler(
    new StatefulFunctions().register("a/b", () => {}),
    { logger },
  );
  const listener = name === "node listener" ? statefunListener(handler) : new Koa().use(statefun(handler)).callback();
  const server = createServer(quick, listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port, logger };
}

const unfinished: [string, string, number[]][] = [
  ["nothing", "", [408]],
  ["half a head", "POST /statefun HTTP/1.1\r\nHost: x\r\nX-One", [408]],
  ["a head and no body", head("Content-Length: 100"), [408]],
  ["a head and half a body", `${head("Content-Length: 100")}${"x".repeat(50)}`, [408]],
  ["a chunk and no end", `${head("Transfer-Encoding: chunked")}5\r\nhello\r\n`, [408]],
  ["half a chunk", `${head("Transfer-Encoding: chunked")}ff\r\nhello`, [408]],
];
for (const name of hostNames) {
  for (const [what, text, statuses] of unfinished) {
    test(`${name}: a client that sends ${what} is disconnected, and no call is made`, limit, async (t) => {
      const { server, port, logger } = await startQuick(name);
      t.after(() => stop(server));
      const socket = await rawConnection(port, text);
      const chunks: Buffer[] = [];
      socket.on("data", (chunk) => chunks.push(chunk));
      const ended = closed(socket);
      assert.equal((await send(port, "/statefun", { body: call("other") })).status, 200, "others wait for it");
      await ended;
      assert.deepEqual(statusesOf(Buffer.concat(chunks).toString()), statuses);
      for (const line of logger.lines) assert.match(line, /^REQUEST_ABORTED/);
    });
  }

  test(
    `${name}: a client that sends a byte from time to time is sent away when the request's time is over`,
    limit,
    async (t) => {
      const { server, port, logger } = await startQuick(name);
      t.after(() => stop(server));
      const socket = await rawConnection(port, head("Transfer-Encoding: chunked"));
      const drip = setInterval(() => socket.write("1\r\nx\r\n"), 10);
      t.after(() => clearInterval(drip));
      socket.resume();
      await closed(socket);
      assert.match(await logger.first.promise, /^REQUEST_ABORTED/);
      assert.equal(logger.entries.length, 1);
    },
  );

  test(`${name}: 200 slow senders at once hold up nobody else`, limit, async (t) => {
    const { server, port } = await startQuick(name);
    t.after(() => stop(server));
    const text = `${head("Content-Length: 1000000")}${"x".repeat(100)}`;
    const sockets = await Promise.all(Array.from({ length: 200 }, () => rawConnection(port, text)));
    const ended = sockets.map((socket) => closed(socket.resume()));
    assert.equal((await send(port, "/statefun", { body: call("other") })).status, 200);
    await Promise.all(ended);
  });
}

test(
  "a call that takes longer than the request's time is answered: the limits are for what is sent",
  limit,
  async (t) => {
    const gate = new Gate();
    const functions = new StatefulFunctions().register("a/b", () => gate.promise);
    const server = createServer(quick, statefunListener(functions)).listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => stop(server));
    const { port } = server.address() as AddressInfo;
    const answer = send(port, "/statefun", { body: call("slow") });
    // The limit ends a slow sender that comes later. By then, the call has taken longer than the limit.
    const socket = await rawConnection(port, `${head("Content-Length: 100")}x`);
    socket.resume();
    await closed(socket);
    gate.open();
    assert.equal((await answer).status, 200);
  },
);

test("serve() leaves Node's limits in force, and lets them be changed", limit, async () => {
  const { server, close } = await serve(new StatefulFunctions(), { port: 0, host: "127.0.0.1" });
  assert.equal(server.headersTimeout, 60_000);
  assert.equal(server.requestTimeout, 300_000);
  assert.equal(server.keepAliveTimeout, 0);
  server.requestTimeout = 30_000;
  await close();
});

test("a slow sender does not hold up close for longer than the limit of a request", limit, async (t) => {
  const logger = new WaitingLogger();
  const listener = statefunListener(new StatefulFunctions(), { logger });
  const server = createServer(quick, listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => stop(server));
  const arrived = once(server, "request");
  const socket = await rawConnection((server.address() as AddressInfo).port, `${head("Content-Length: 100")}x`);
  socket.resume();
  await arrived;
  await listener.close();
  assert.match(await logger.first.promise, /^REQUEST_ABORTED/);
});

test("an upload that is aborted at any byte harms nobody", limit, async (t) => {
  const { server, port } = await startQuick("node listener");
  t.after(() => stop(server));
  const text = head(`Content-Length: ${call("x").length}`) + latin(call("x"));
  for (let length = 0; length < text.length; length += 7) {
    const socket = await rawConnection(port, text.slice(0, length));
    if (length % 2 === 0) socket.destroy();
    else socket.resetAndDestroy();
  }
  assert.equal((await send(port, "/statefun", { body: call("other") })).status, 200);
});
