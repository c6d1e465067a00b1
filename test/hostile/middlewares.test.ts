// Middlewares around the functions that do odd things to a call. The call is answered right or refused, and close() ends.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, createServer as createHttp2, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { type TestContext, test } from "node:test";
import Koa from "koa";
import { RequestReplyHandler, StatefulFunctions } from "../../src/index.js";
import { statefun as expressStatefun } from "../../src/serve/hosts/express.js";
import { statefun } from "../../src/serve/hosts/koa.js";
import { serve, statefunListener } from "../../src/serve/hosts/node.js";
import { Gate } from "../support/gate.js";
import { rawConnection, send, stop } from "../support/http.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { call, head, hostNames, latin } from "./raw.js";

const limit = { timeout: 8_000 };
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Functions whose calls for "held" wait, and a record of the calls that reached them. */
function counted() {
  const [entered, release] = [new Gate(), new Gate()];
  const reached: string[] = [];
  const functions = new StatefulFunctions().register("a/b", (_message, context) => {
    reached.push(context.address.id);
    context.sendEgress("a/out", context.address.id);
    if (context.address.id !== "held") return undefined;
    entered.open();
    return release.promise;
  });
  const logger = new RecordingLogger();
  return { handler: new RequestReplyHandler(functions, { logger }), logger, reached, entered, release };
}

type Before = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** A server with a middleware before the functions. The server goes on at once when the middleware does. */
async function start(t: TestContext, name: (typeof hostNames)[number], before: Before) {
  const counts = counted();
  const koa = statefun(counts.handler);
  const node = statefunListener(counts.handler);
  const app = new Koa().use(
    (context, next) => new Promise((resolve) => before(context.req, context.res, () => resolve(next()))),
  );
  const listener: Before =
    name === "node listener"
      ? (request, response) => before(request, response, () => node(request, response))
      : app.use(koa).callback();
  const server = createServer(listener as (request: IncomingMessage, response: ServerResponse) => void);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => stop(server));
  const close = () => (name === "node listener" ? node : koa).close();
  return { ...counts, server, port: (server.address() as AddressInfo).port, close };
}

/** A connection on which a text was sent, one byte for each character. */
async function sent(port: number, text: string): Promise<Socket> {
  const socket = await rawConnection(port, "");
  socket.write(text, "latin1");
  return socket;
}

/** Resolves when this many bytes of a request have arrived and none of them has been read. */
async function arrived(request: IncomingMessage, bytes: number): Promise<void> {
  while (request.readableLength < bytes) await turn();
}

for (const name of hostNames) {
  const body = call("x".repeat(300));
  const whole = head(`Content-Length: ${body.length}`) + latin(body);

  test(`${name}: a body that came in pieces before the functions' turn is put together`, limit, async (t) => {
    const { port, server, reached } = await start(t, name, async (request, _response, next) => {
      await arrived(request, body.length);
      next();
    });
    const [half, came] = [whole.length - 100, once(server, "request")];
    const socket = await sent(port, whole.slice(0, half));
    await arrived((await came)[0], body.length - 100);
    socket.write(Buffer.from(whole.slice(half), "latin1"));
    assert.match(String(await once(socket, "data")), /^HTTP\/1.1 200 /);
    socket.destroy();
    assert.deepEqual(reached, ["x".repeat(300)]);
  });

  const listeners: Record<string, Before> = {
    "listens for data": (request, _response, next) => {
      request.on("data", () => {});
      next();
    },
    "reads when it can": (request, _response, next) => {
      request.on("readable", () => request.read());
      next();
    },
  };
  for (const [what, before] of Object.entries(listeners)) {
    test(`${name}: another middleware ${what} as well`, limit, async (t) => {
      const { port, reached } = await start(t, name, before);
      assert.equal((await send(port, "/statefun", { body })).status, 200);
      assert.equal((await send(port, "/statefun", { body: [body.subarray(0, 9), body.subarray(9)] })).status, 200);
      assert.equal(reached.length, 2);
    });
  }

  test(
    `${name}: a request whose body a middleware decodes as text is refused, whole or in pieces`,
    limit,
    async (t) => {
      const { port, reached, logger } = await start(t, name, (request, _response, next) => {
        request.setEncoding("utf8");
        next();
      });
      assert.equal((await send(port, "/statefun", { body })).status, 500);
      assert.equal((await send(port, "/statefun", { body: [body.subarray(0, 9), body.subarray(9)] })).status, 500);
      assert.deepEqual(reached, []);
      for (const line of logger.lines) assert.match(line, /^BODY_CONSUMED/);
      assert.equal(logger.lines.length, 2);
    },
  );

  for (const [what, rest] of Object.entries({ "never comes": false, "comes later": true })) {
    test(`${name}: a call that a timeout answered, and whose rest ${what}, is not run`, limit, async (t) => {
      const timeout = new Gate();
      const { port, server, reached, logger, close } = await start(t, name, (request, response, next) => {
        next();
        timeout.promise.then(() => response.writeHead(503).end("late"));
        request.on("error", () => {});
      });
      const came = once(server, "request");
      const socket = await sent(port, whole.slice(0, -5));
      const [request] = (await came) as [IncomingMessage];
      while (!request.readableDidRead) await turn();
      timeout.open();
      assert.match(String(await once(socket, "data")), /^HTTP\/1.1 503 /);
      if (rest) socket.write(whole.slice(-5), "latin1");
      else socket.destroy();
      await close();
      assert.deepEqual(reached, []);
      assert.deepEqual(
        logger.lines.map((line) => line.split(":")[0]),
        ["REQUEST_ABORTED"],
      );
    });
  }

  test(`${name}: a client that leaves while its function runs does not make the request fail`, limit, async (t) => {
    const failed: Error[] = [];
    const { port, server, entered, release, close } = await start(t, name, (request, _response, next) => {
      next();
      request.on("error", (error) => failed.push(error));
    });
    const connected = once(server, "connection");
    const held = call("held");
    const socket = await sent(port, head(`Content-Length: ${held.length}`) + latin(held));
    const [connection] = await connected;
    await entered.promise;
    // The function begins to wait before the request has ended.
    await turn();
    socket.destroy();
    await once(connection, "close");
    release.open();
    await close();
    assert.deepEqual(failed, []);
  });

  for (const method of ["write", "end"] as const) {
    test(
      `${name}: a ${method}() that another middleware has replaced, and that ignores the encoding`,
      limit,
      async (t) => {
        const { port } = await start(t, name, (_request, response, next) => {
          const original = response[method].bind(response) as (body?: Uint8Array) => unknown;
          const asBytes = (body?: Uint8Array | string) =>
            original(body === undefined ? body : Buffer.from(body as string));
          Object.assign(response, { [method]: asBytes });
          next();
        });
        const plain = await start(t, name, (_request, _response, next) => next());
        for (const id of ["ünï", "x"]) {
          const [wrapped, expected] = await Promise.all(
            [port, plain.port].map((at) => send(at, "/statefun", { body: call(id) })),
          );
          assert.equal(expected?.status, 200);
          assert.deepEqual(wrapped?.bytes, expected?.bytes);
        }
      },
    );
  }

  test(`${name}: an answer on a response that a middleware has corked`, limit, async (t) => {
    const { port } = await start(t, name, (_request, response, next) => {
      response.cork();
      next();
    });
    for (let calls = 0; calls < 2; calls++) {
      const { status, bytes } = await send(port, "/statefun", { body: call("ünï") });
      assert.equal(status, 200);
      assert.ok(bytes.includes("ünï"));
    }
  });
}

for (const [when, isLate] of Object.entries({ "while its function runs": false, "before its turn comes": true })) {
  test(`HTTP/2: close does not wait for a call whose stream is reset ${when}`, limit, async (t) => {
    const { handler, entered, release } = counted();
    const listener = statefunListener(handler);
    const turnOfCall = new Gate();
    const server = createHttp2(async (request: Http2ServerRequest, response: Http2ServerResponse) => {
      if (isLate) await turnOfCall.promise;
      listener(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    t.after(() => {
      session.destroy();
      server.close();
    });
    const streams = once(server, "stream");
    const stream = session.request({
      ":method": "POST",
      ":path": "/statefun",
      "content-type": "application/octet-stream",
    });
    stream.on("error", () => {});
    stream.end(call("held"));
    const [serverStream] = await streams;
    serverStream.on("error", () => {});
    if (!isLate) await entered.promise;
    stream.close(8);
    await once(serverStream, "close");
    turnOfCall.open();
    await turn();
    release.open();
    await listener.close();
  });
}

test(
  "Express: a body that can't be looked at is the application's failure, and close does not wait for it",
  limit,
  async () => {
    const middleware = expressStatefun(counted().handler);
    const request = {
      url: "/statefun",
      get body() {
        throw new Error("no body");
      },
    };
    assert.throws(() => middleware(request as unknown as IncomingMessage, {} as ServerResponse, () => {}), /no body/);
    await middleware.close();
  },
);

test("serve(): close waits five seconds for headers that never end, and no longer", limit, async (t) => {
  const { handler } = counted();
  const { port, server, close } = await serve(handler, { port: 0, host: "127.0.0.1" });
  t.after(() => stop(server));
  const body = call("x");
  const socket = await sent(port, `${head(`Content-Length: ${body.length}`)}${latin(body)}POST /sta`);
  await once(socket, "data");
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let closed = false;
  const closing = close().then(() => {
    closed = true;
  });
  for (let turns = 0; turns < 10; turns++) await turn();
  t.mock.timers.tick(4_999);
  for (let turns = 0; turns < 10; turns++) await turn();
  assert.equal(closed, false);
  t.mock.timers.tick(1);
  await closing;
});
