// Uploads that are refused, aborted or already read; connections that are kept.

import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import Koa from "koa";
import { example } from "../../samples/messages/messages.js";
import { RequestReplyHandler, StatefulFunctions } from "../../src/index.js";
import { statefun } from "../../src/serve/hosts/koa.js";
import { statefunListener } from "../../src/serve/hosts/node.js";
import { message, requestBytes } from "../support/calls.js";
import { Gate } from "../support/gate.js";
import { type Host, hosts, octetStream, rawConnection, send, startKoa, stop } from "../support/http.js";
import { RecordingLogger } from "../support/recording-logger.js";

const argument = message(example.User, { name: "Seth" });
const ok = requestBytes("v3", { to: "a/b/1", messages: [{ argument }] });
const limit = { timeout: 20_000 };

/** A logger that tells when its next line comes. */
class WaitingLogger extends RecordingLogger {
  next = new Gate<string>();

  override error(line: string, error: Error): void {
    super.error(line, error);
    this.next.open(line);
  }

  override warn(line: string, error: Error): void {
    super.warn(line, error);
    this.next.open(line);
  }
}

for (const [name, start] of Object.entries(hosts)) {
  const withHost = async (
    t: TestContext,
    run: (host: Host, logger: WaitingLogger, path: string) => Promise<void>,
    handle: () => unknown = () => {},
  ) => {
    const logger = new WaitingLogger();
    const functions = new StatefulFunctions().register("a/b", handle);
    const host = await start(new RequestReplyHandler(functions, { logger }), { maxBodyBytes: 1000 });
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown) => void unhandled.push(reason);
    process.on("unhandledRejection", onUnhandled);
    t.after(() => {
      process.off("unhandledRejection", onUnhandled);
      return stop(host.server);
    });
    await run(host, logger, host.at("/statefun"));
    await new Promise(setImmediate);
    assert.deepEqual(unhandled, []);
  };

  test(`${name}: a connection is kept from call to call`, limit, (t) =>
    withHost(t, async ({ port, server }, _logger, path) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      let connections = 0;
      server.on("connection", () => connections++);
      for (let call = 0; call < 3; call++) assert.equal((await send(port, path, { body: ok, agent })).status, 200);
      assert.equal((await send(port, path, { body: Buffer.from("garbage"), agent })).status, 400);
      assert.equal((await send(port, path, { method: "GET", headers: {}, agent })).status, 405);
      assert.equal((await send(port, path, { body: ok, agent })).status, 200);
      assert.equal(connections, 1);
      agent.destroy();
    }),
  );

  test(
    `${name}: a declared length beyond the limit is refused before the body is sent, and the connection ends`,
    limit,
    (t) =>
      withHost(t, async ({ port }, _logger, path) => {
        const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 1001\r\n\r\n`;
        const socket = await rawConnection(port, head);
        const chunks: Buffer[] = [];
        socket.on("data", (chunk) => chunks.push(chunk));
        await once(socket, "close");
        const text = Buffer.concat(chunks).toString();
        assert.ok(text.startsWith("HTTP/1.1 413"), text);
        assert.match(text, /\r\nconnection: close\r\n/i);
      }),
  );

  test(`${name}: an upload in chunks is refused as soon as it passes the limit, and the connection ends`, limit, (t) =>
    withHost(t, async ({ port }, _logger, path) => {
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n`;
      const chunk = `${(600).toString(16)}\r\n${"x".repeat(600)}\r\n`;
      const socket = await rawConnection(port, head + chunk + chunk); // and no end
      const chunks: Buffer[] = [];
      socket.on("data", (data) => chunks.push(data));
      await once(socket, "close");
      const text = Buffer.concat(chunks).toString();
      assert.ok(text.startsWith("HTTP/1.1 413"), text);
      assert.match(text, /\r\nconnection: close\r\n/i);
    }),
  );

  test(`${name}: after a refused upload the server goes on, with a kept agent too`, limit, (t) =>
    withHost(t, async ({ port }, _logger, path) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (const body of [new Uint8Array(5000), [new Uint8Array(600), new Uint8Array(600)]]) {
        assert.equal((await send(port, path, { body, agent })).status, 413);
        assert.equal((await send(port, path, { body: ok, agent })).status, 200);
      }
      const headers = { "content-type": "text/plain" };
      assert.equal((await send(port, path, { body: new Uint8Array(900), headers, agent })).status, 415);
      assert.equal((await send(port, path, { body: ok, agent })).status, 200);
      agent.destroy();
    }),
  );

  test(`${name}: an upload that is aborted is logged as REQUEST_ABORTED and rejects nothing`, limit, (t) =>
    withHost(t, async ({ port }, logger, path) => {
      for (const length of ["Content-Length: 900", "Transfer-Encoding: chunked"]) {
        logger.next = new Gate();
        const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n${length}\r\n\r\n`;
        const socket = await rawConnection(port, `${head}5\r\nabcde\r\n`);
        socket.destroy();
        assert.ok((await logger.next.promise).startsWith("REQUEST_ABORTED"));
      }
      assert.equal((await send(port, path, { body: ok })).status, 200);
      assert.equal(logger.entries.length, 2);
    }),
  );

  test(`${name}: a client that leaves while its call is handled harms nothing`, limit, async (t) => {
    const [entered, left] = [new Gate(), new Gate()];
    let calls = 0;
    const handle = async () => {
      if (++calls > 1) return;
      entered.open();
      await left.promise;
    };
    await withHost(
      t,
      async ({ port, server }, logger, path) => {
        const connection = once(server, "connection");
        const length = `Content-Type: application/octet-stream\r\nContent-Length: ${ok.length}`;
        const socket = await rawConnection(port, `POST ${path} HTTP/1.1\r\nHost: x\r\n${length}\r\n\r\n`);
        socket.write(ok);
        await entered.promise;
        const [serverSide] = await connection;
        const closed = once(serverSide, "close");
        socket.destroy();
        await closed;
        left.open();
        await new Promise(setImmediate);
        assert.equal((await send(port, path, { body: ok })).status, 200);
        assert.deepEqual(logger.entries, []);
      },
      handle,
    );
  });
}

const functions = () => new StatefulFunctions().register("a/b", () => {});

/** Reads the body as a body parser does, and goes on. */
const parser: Koa.Middleware = async (context, next) => {
  for await (const chunk of context.req) void chunk;
  await next();
};

test("Koa: a body parser mounted first is BODY_CONSUMED, with what to do in the log", limit, async (t) => {
  const logger = new RecordingLogger();
  const app = new Koa().use(parser).use(statefun(functions(), { logger }));
  const { port, server } = await startKoa(app);
  t.after(() => stop(server));
  const { status, text } = await send(port, "/statefun", { body: ok });
  assert.equal(status, 500);
  assert.equal(text, "BODY_CONSUMED\n");
  assert.equal(logger.entries.length, 1);
  assert.ok(logger.lines[0]?.includes("body parser"), logger.lines[0]);
});

test(
  "Koa: a body parser mounted first that took an empty body is told apart from an empty request",
  limit,
  async (t) => {
    const logger = new RecordingLogger();
    const { port, server } = await startKoa(new Koa().use(parser).use(statefun(functions(), { logger })));
    t.after(() => stop(server));
    const { text } = await send(port, "/statefun", { body: new Uint8Array(0) });
    assert.ok(text.startsWith("BODY_CONSUMED") || text.startsWith("REQUEST_EMPTY"), text);
  },
);

test("node: a body that was read before is BODY_CONSUMED", limit, async (t) => {
  const logger = new RecordingLogger();
  const listener = statefunListener(functions(), { logger });
  const server = createServer(async (request, response) => {
    for await (const chunk of request) void chunk;
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => stop(server));
  const { status, text } = await send((server.address() as AddressInfo).port, "/statefun", { body: ok });
  assert.equal(status, 500);
  assert.equal(text, "BODY_CONSUMED\n");
  assert.equal(logger.entries.length, 1);
});

test("Koa: middleware that waits before the functions does not lose a body", limit, async (t) => {
  const slow: Koa.Middleware = async (_context, next) => {
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    await next();
  };
  const { port, server } = await startKoa(new Koa().use(slow).use(statefun(functions())));
  t.after(() => stop(server));
  assert.equal((await send(port, "/statefun", { body: ok })).status, 200);
  assert.equal((await send(port, "/statefun", { body: [ok.subarray(0, 5), ok.subarray(5)] })).status, 200);
});

test("Koa: a client that leaves before the functions' turn does not leave the call hanging", limit, async (t) => {
  const logger = new RecordingLogger();
  const [waiting, finished] = [new Gate(), new Gate()];
  const waits: Koa.Middleware = async (context, next) => {
    const closed = new Promise((resolve) => context.req.once("close", resolve).on("error", () => {}));
    waiting.open();
    await closed;
    await next();
    finished.open();
  };
  const { port, server } = await startKoa(new Koa().use(waits).use(statefun(functions(), { logger })));
  t.after(() => stop(server));
  const head =
    "POST /statefun HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 900\r\n\r\nabc";
  const socket = await rawConnection(port, head);
  await waiting.promise;
  socket.destroy();
  await finished.promise;
  assert.ok(logger.lines[0]?.startsWith("REQUEST_ABORTED"), logger.lines[0]);
});

test("Koa: other routes and methods of the app are untouched", limit, async (t) => {
  const app = new Koa();
  app.use(statefun(functions()));
  app.use((context) => {
    context.body = `${context.method} ${context.path}`;
  });
  const { port, server } = await startKoa(app);
  t.after(() => stop(server));
  for (const path of ["/", "/statefunny", "/statefun/other", "/users"]) {
    const { status, text, headers } = await send(port, path, { method: "PUT", headers: {}, body: Buffer.from("x") });
    assert.equal(status, 200);
    assert.equal(text, `PUT ${path}`);
    assert.equal(headers["content-type"], "text/plain; charset=utf-8");
  }
  assert.equal((await send(port, "/statefun", { body: ok })).status, 200);
});

test("Koa: middleware around the functions sees their status, and may set headers", limit, async (t) => {
  const seen: unknown[] = [];
  const app = new Koa();
  app.use(async (context, next) => {
    await next();
    seen.push(context.status, Buffer.isBuffer(context.body));
    context.set("X-Request", "1");
  });
  app.use(statefun(functions()));
  const { port, server } = await startKoa(app);
  t.after(() => stop(server));
  const { headers } = await send(port, "/statefun", { body: ok, headers: octetStream });
  assert.equal(headers["x-request"], "1");
  assert.equal(headers["content-type"], "application/octet-stream");
  assert.deepEqual(seen, [200, true]);
});
