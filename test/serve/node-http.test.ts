// Calls over node:http, serve() and Koa. The body comes in one packet with the headers, or later. The tests look at
// what a handler sees of the host, and at what happens to the connection.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { createServer, IncomingMessage, type Server, ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { after, test } from "node:test";
import Koa from "koa";
import { RequestReplyHandler, StatefulFunctions, type StatefunError, Types } from "../../src/index.js";
import { statefun } from "../../src/serve/hosts/koa.js";
import { serve, statefunListener } from "../../src/serve/hosts/node.js";
import { primitive, requestBytes } from "../support/calls.js";
import { send } from "../support/http.js";
import { RecordingLogger } from "../support/recording-logger.js";

const storage = new AsyncLocalStorage<string>();
const seen: unknown[] = [];
const functions = new StatefulFunctions().register(
  "test/late",
  (message) => {
    seen.push(storage.getStore());
    if (message === "fail") throw new Error("failed");
  },
  { handles: [Types.string] },
);
const request = (text: string) =>
  requestBytes("v3", { to: "test/late/1", messages: [{ argument: primitive("v3", "string", text) }] });

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
const logger = new RecordingLogger();
const handlers = {
  node: new RequestReplyHandler(functions, { logger }),
  Koa: new RequestReplyHandler(functions, { logger }),
  serve: new RequestReplyHandler(functions, { logger }),
};
const listeners: Record<"node" | "Koa", Listener> = {
  node: (() => {
    const listener = statefunListener(handlers.node);
    return (request, response) => storage.run("in node", () => listener(request, response));
  })(),
  Koa: new Koa()
    .use((_context, next) => storage.run("in Koa", next))
    .use(statefun(handlers.Koa))
    .callback(),
};

/** Resolves when what was received matches. */
function until(socket: Socket, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const onData = (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (!pattern.test(text)) return;
      socket.off("data", onData);
      resolve(text);
    };
    socket.on("data", onData);
    socket.once("close", () => reject(new Error(`the connection ended: ${text}`)));
  });
}

/** Our own server, whose listener runs in an async context, as tracing libraries arrange it. */
const ours = (await serve(handlers.serve, { port: 0, host: "127.0.0.1" })).server;
const [listener] = ours.listeners("request") as [Listener];
ours.off("request", listener);
ours.on("request", (request, response) => storage.run("in serve", () => listener(request, response)));

for (const name of ["node", "Koa", "serve"] as const) {
  const server: Server = name === "serve" ? ours : createServer(listeners[name]).listen(0, "127.0.0.1");
  after(() => server.close());
  const opened = async () => {
    if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.on("error", () => {});
    return socket;
  };
  const head = (length: number, more = "") =>
    `POST /statefun HTTP/1.1\r\nHost: test\r\nContent-Type: application/octet-stream\r\nContent-Length: ${length}\r\n${more}\r\n`;
  /** The server has the headers and waits for the body, which 100 Continue shows. */
  const expecting = (length: number) => head(length, "Expect: 100-continue\r\n");

  test(`${name}: the function runs in the host's async context, also when the body comes late`, async () => {
    const body = request("go");
    const socket = await opened();
    for (const early of [true, false]) {
      socket.write(early ? Buffer.concat([Buffer.from(head(body.length)), body]) : expecting(body.length));
      if (!early) {
        await until(socket, /100 Continue/);
        socket.write(body);
      }
      await until(socket, /200 OK[\s\S]*\r\n\r\n/);
    }
    socket.destroy();
    assert.deepEqual(seen.splice(0), [`in ${name}`, `in ${name}`]);
  });

  const told = `${name}: those who wait for the request's end are told, also when its body came with its head`;
  test(told, { timeout: 10_000 }, async () => {
    const socket = await opened();
    for (const event of ["end", "close"]) {
      const ended = new Promise<void>((resolve) => {
        server.prependOnceListener("request", (request) => request.once(event, resolve));
      });
      const body = request("go");
      socket.write(Buffer.concat([Buffer.from(head(body.length)), body]));
      await Promise.all([until(socket, /200 OK[\s\S]*\r\n\r\n/), ended]);
    }
    seen.length = 0;
    socket.destroy();
  });

  test(`${name}: an earlier listener that reads the request gets all of it, and the call is answered`, async () => {
    const socket = await opened();
    const body = request("go");
    const pieces: Buffer[] = [];
    const ended = new Promise<void>((resolve) => {
      server.prependOnceListener("request", (request) => {
        request.on("data", (piece: Buffer) => pieces.push(piece));
        request.on("end", resolve);
      });
    });
    socket.write(Buffer.concat([Buffer.from(head(body.length)), body]));
    await Promise.all([until(socket, /200 OK[\s\S]*\r\n\r\n/), ended]);
    assert.deepEqual(Buffer.concat(pieces), Buffer.from(body));
    seen.length = 0;
    socket.destroy();
  });

  test(`${name}: a body in two pieces, the next call, and a refused call share a connection`, async () => {
    const socket = await opened();
    const body = request("go");
    const call = Buffer.concat([Buffer.from(head(body.length)), body]);
    const refused = Buffer.concat([Buffer.from(head(body.length).replace("octet-stream", "json")), body]);
    for (const split of [call.length - 1, call.length - body.length + 1]) {
      const answers = until(socket, /(?:HTTP\/1.1 [\s\S]*){2}\r\n\r\n/);
      const half = new Promise<void>((resolve) => {
        server.once("request", (request) => request.once("readable", resolve));
      });
      socket.write(call.subarray(0, split));
      await half;
      socket.write(Buffer.concat([call.subarray(split), call]));
      assert.deepEqual((await answers).match(/(?<=HTTP\/1.1 )\d+/g), ["200", "200"]);
    }
    const answer = until(socket, /HTTP\/1.1 [\s\S]*\r\n\r\n/);
    socket.write(refused);
    assert.match(await answer, /^HTTP\/1.1 415 /);
    seen.length = 0;
    socket.destroy();
  });

  test(`${name}: a connection stays open after a call that failed, also when the body came late`, async () => {
    const socket = await opened();
    for (const text of ["fail", "go", "fail"]) {
      const body = request(text);
      socket.write(expecting(body.length));
      await until(socket, /100 Continue\r\n\r\n/);
      socket.write(body);
      const answer = await until(socket, /HTTP\/1.1 \d+ [\s\S]*\r\n\r\n/);
      assert.match(answer, text === "fail" ? /^HTTP\/1.1 500 / : /^HTTP\/1.1 200 /);
      assert.doesNotMatch(answer, /connection: close/i);
    }
    seen.length = 0;
    socket.destroy();
  });
}

/** Wraps the listener of our own server, makes one call, and returns the status and the lines of the log. */
async function calledThrough(listen: (listener: Listener) => Listener): Promise<string[]> {
  const told = new RecordingLogger();
  const { server, port, close } = await serve(functions, { port: 0, host: "127.0.0.1", logger: told });
  const [listener] = server.listeners("request") as [Listener];
  server.off("request", listener);
  server.on("request", listen(listener));
  const { status } = await send(port, "/statefun", { body: request("go") });
  await close();
  seen.length = 0;
  return [String(status), ...told.entries.map(({ error }) => (error as StatefunError).code)];
}

test("serve: a request that another library has wrapped is answered", { timeout: 10_000 }, async () => {
  const proxied = (listener: Listener): Listener => {
    return (request, response) => listener(new Proxy(request, {}), response);
  };
  const derived = (listener: Listener): Listener => {
    return (request, response) => listener(Object.create(request), response);
  };
  const asExpressDoes = (listener: Listener): Listener => {
    return (request, response) => listener(Object.setPrototypeOf(request, IncomingMessage.prototype), response);
  };
  assert.deepEqual(await calledThrough(proxied), ["200"]);
  assert.deepEqual(await calledThrough(asExpressDoes), ["200"]);
  assert.deepEqual(await calledThrough(derived), ["200"]);
});

test("serve: with two listeners for one request, one runs the function and the other logs BODY_CONSUMED", {
  timeout: 10_000,
}, async () => {
  const twice = (listener: Listener): Listener => {
    return (request, response) => {
      listener(request, response);
      listener(request, response);
    };
  };
  const [, ...codes] = await calledThrough(twice);
  assert.deepEqual(codes, ["BODY_CONSUMED"]);
});

test("serve: a request with an encoding set on it is refused, however the body comes", {
  timeout: 10_000,
}, async () => {
  const decoding = (listener: Listener): Listener => {
    return (request, response) => listener(request.setEncoding("utf8"), response);
  };
  assert.deepEqual(await calledThrough(decoding), ["500", "BODY_CONSUMED"]);
});

test("a request that a host makes itself, without a socket, is answered", async () => {
  const body = request("go");
  const made: IncomingMessage = Object.assign(new IncomingMessage(undefined as unknown as Socket), {
    method: "POST",
    url: "/statefun",
    headers: { "content-type": "application/octet-stream", "content-length": String(body.length) },
    httpVersionMajor: 1,
  });
  const response = new ServerResponse(made);
  const ended = new Promise((resolve) => {
    response.end = resolve as ServerResponse["end"];
  });
  statefunListener(handlers.node)(made, response);
  made.push(body);
  made.push(null);
  assert.ok((await ended) instanceof Uint8Array);
  assert.equal(response.statusCode, 200);
  seen.length = 0;
});
