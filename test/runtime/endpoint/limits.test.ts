// The limits of a call: how long it waits, and how much it takes.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { Call } from "../../../src/engine/call.js";
import { NoAnswer } from "../../../src/engine/endpoint.js";
import { Engine } from "../../../src/engine/engine.js";
import { Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { HttpCall } from "../../../src/runtime/endpoint/http-call.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import { encodeResponse } from "../../../src/wire/encode-response.js";
import { rejectsCode } from "../../support/expect-code.js";
import { Gate } from "../../support/gate.js";
import { answering, bob, echo, endpointAt, httpServer, listening, octetStream, portOf, tcpServer } from "./servers.js";

const hello = Buffer.from("hello");
const noEffects = { mutations: [], messages: [], delayed: [], egresses: [] };

test("a port that nobody listens on is unreachable", async () => {
  const server = await listening(createServer());
  const url = `http://127.0.0.1:${portOf(server)}`;
  await new Promise((resolve) => server.close(resolve));
  await rejectsCode(endpointAt(url).call(hello, bob), "ENDPOINT_UNREACHABLE", "ECONNREFUSED");
});

test("a host that does not exist is unreachable", async () => {
  await rejectsCode(endpointAt("http://nobody.invalid/").call(hello, bob), "ENDPOINT_UNREACHABLE", "nobody.invalid");
});

test("a connection that ends before the answer, or in it, is unreachable", async () => {
  const before = await tcpServer((socket) => socket.once("data", () => socket.destroy()));
  await rejectsCode(endpointAt(before.url).call(hello, bob), "ENDPOINT_UNREACHABLE");

  const within = await httpServer((_request, response) => {
    response.writeHead(200, { "content-type": octetStream, "content-length": "100" });
    response.write("half", () => response.destroy());
  });
  await rejectsCode(endpointAt(within.url).call(hello, bob), "ENDPOINT_UNREACHABLE");
});

test("an error whose body breaks off, or stops, is still that error", async () => {
  for (const end of ["break off", "stop"]) {
    const { url } = await httpServer((_request, response) => {
      response.writeHead(500, { "content-length": "100" });
      response.write("half", () => end === "break off" && response.destroy());
    });
    await rejectsCode(endpointAt(url, { readMs: 50 }).call(hello, bob), "ENDPOINT_FAILED", "500", "half");
  }
});

test("an answer that does not begin in time is given up, and its connection with it", async () => {
  const dropped = new Gate();
  const { url } = await httpServer((_request, response) => response.once("close", () => dropped.open()));
  await rejectsCode(endpointAt(url, { readMs: 50 }).call(hello, bob), "ENDPOINT_UNREACHABLE", "50 ms (read)");
  await dropped.promise;
});

test("an answer that stops in its body is given up", async () => {
  const { url } = await httpServer((_request, response) => {
    response.writeHead(200, { "content-type": octetStream }).write("half");
  });
  await rejectsCode(endpointAt(url, { readMs: 50 }).call(hello, bob), "ENDPOINT_UNREACHABLE", "50 ms (read)");
});

test("an answer that never ends is given up at the call's limit", async () => {
  const { url } = await httpServer((_request, response) => {
    response.writeHead(200, { "content-type": octetStream });
    const timer = setInterval(() => response.write("."), 5);
    response.once("close", () => clearInterval(timer));
  });
  const endpoint = endpointAt(url, { callMs: 100, readMs: 10_000 });
  await rejectsCode(endpoint.call(hello, bob), "ENDPOINT_UNREACHABLE", "100 ms (call)");
});

test("a request that the server does not take is given up", async () => {
  const { url } = await tcpServer((socket) => socket.pause());
  const endpoint = endpointAt(url, { writeMs: 50 });
  await rejectsCode(endpoint.call(Buffer.alloc(30_000_000), bob), "ENDPOINT_UNREACHABLE", "50 ms (write)");
});

test("the wait for an answer begins when a large request has been taken", async () => {
  const { url } = await httpServer((request) => request.resume());
  const endpoint = endpointAt(url, { readMs: 50, writeMs: 10_000 });
  await rejectsCode(endpoint.call(Buffer.alloc(1_000_000), bob), "ENDPOINT_UNREACHABLE", "50 ms (read)");
});

test("every piece of an answer begins the wait for the next one", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const call = new HttpCall("slow", { callMs: 60_000, readMs: 100, writeMs: 100, payloadMaxBytes: 1000 });
  const controller = { abort: () => {} } as never;
  call.onRequestStart(controller);
  context.mock.timers.tick(99);
  call.onResponseStart(controller, 200, { "content-type": octetStream });
  for (let i = 0; i < 5; i += 1) {
    context.mock.timers.tick(99);
    call.onResponseData(controller, Buffer.from("."));
  }
  call.onResponseEnd();
  assert.equal(Buffer.from(await call.answer).toString(), ".....");
});

test("a handshake that does not end is given up at the connection's limit", async () => {
  const { server } = await tcpServer(() => {});
  const endpoint = endpointAt(`https://127.0.0.1:${portOf(server)}/`, { connectMs: 50 });
  await rejectsCode(endpoint.call(hello, bob), "ENDPOINT_UNREACHABLE", "timeout: 50ms");
});

test("a call whose limit ends while it waits for a connection is not sent", async () => {
  const call = new HttpCall("waiting", { callMs: 1, readMs: 1000, writeMs: 1000, payloadMaxBytes: 1000 });
  await rejectsCode(call.answer, "ENDPOINT_UNREACHABLE", "1 ms (call)");
  const reasons: unknown[] = [];
  call.onRequestStart({ abort: (reason: unknown) => reasons.push(reason) } as never);
  assert.equal(reasons.length, 1);
});

test("limits beyond what a timer can hold are no limits of a millisecond", async () => {
  const { url } = await httpServer(echo);
  const forever = 100 * 86_400_000;
  const endpoint = endpointAt(url, { callMs: forever, readMs: forever, writeMs: forever });
  assert.equal((await endpoint.call(hello, bob)).length, 5);
});

test("an answer that says it is larger than the limit is refused before it comes", async () => {
  const dropped = new Gate();
  const { url } = await httpServer((_request, response) => {
    response.once("close", () => dropped.open());
    response.writeHead(200, { "content-type": octetStream, "content-length": "1001" }).flushHeaders();
  });
  const endpoint = endpointAt(url, { payloadMaxBytes: 1000 });
  await rejectsCode(endpoint.call(hello, bob), "ENDPOINT_FAILED", "1000 bytes");
  await dropped.promise;
});

test("an answer that grows beyond the limit is refused, and its connection dropped", async () => {
  const dropped = new Gate();
  const { url } = await httpServer((_request, response) => {
    response.once("close", () => dropped.open());
    response.writeHead(200, { "content-type": octetStream });
    response.write(Buffer.alloc(600));
    response.write(Buffer.alloc(600));
  });
  const endpoint = endpointAt(url, { payloadMaxBytes: 1000 });
  await rejectsCode(endpoint.call(hello, bob), "ENDPOINT_FAILED", "1000 bytes");
  await dropped.promise;
});

test("an answer of exactly the limit is taken", async () => {
  const { url } = await httpServer(answering(200, { "content-type": octetStream }, Buffer.alloc(1000)));
  assert.equal((await endpointAt(url, { payloadMaxBytes: 1000 }).call(hello, bob)).length, 1000);
});

test("a request over the limit is not sent", async () => {
  const { url } = await httpServer(() => assert.fail("it was sent"));
  const endpoint = endpointAt(url, { payloadMaxBytes: 1000 });
  await rejectsCode(endpoint.call(Buffer.alloc(1001), bob), "ENDPOINT_FAILED", "1001 bytes");
});

test("a failed call leaves the endpoint as it was: the next one is served", async () => {
  let calls = 0;
  const { url } = await httpServer((request, response) => {
    calls += 1;
    if (calls === 1) response.destroy();
    else echo(request, response);
  });
  const endpoint = endpointAt(url);
  await rejectsCode(endpoint.call(hello, bob), "ENDPOINT_UNREACHABLE");
  assert.equal((await endpoint.call(hello, bob)).length, 5);
});

test("a failure says whether there was a connection: without one, no address is to blame", async () => {
  const connected = async (url: string, limits: Parameters<typeof endpointAt>[1] = {}) => {
    const failure = await endpointAt(url, limits)
      .call(hello, bob)
      .catch((thrown: unknown) => thrown);
    assert.ok(failure instanceof NoAnswer, String(failure));
    return failure.connected;
  };
  const { server } = await tcpServer(() => {});
  const hanging = await httpServer(() => {});
  const lost = await httpServer((request) => request.socket.destroy());
  const refusing = await httpServer((_request, response) => response.writeHead(503).end());
  assert.equal(await connected("http://nobody.invalid/"), false);
  assert.equal(await connected(`https://127.0.0.1:${portOf(server)}/`, { connectMs: 50 }), false);
  assert.equal(await connected(`https://127.0.0.1:${portOf(server)}/`, { callMs: 50 }), false);
  assert.equal(await connected(hanging.url, { callMs: 50 }), true);
  assert.equal(await connected(lost.url), true);
  assert.equal(await connected(refusing.url), true);
  await new Promise((resolve) => refusing.server.close(resolve));
  assert.equal(await connected(refusing.url), false);
});

test("a call that the engine gives up frees its connection, and is not sent when it has none yet", async () => {
  const arrived = new Gate();
  const dropped = new Gate();
  const paths: (string | undefined)[] = [];
  const { url } = await httpServer((request, response) => {
    paths.push(request.url);
    if (paths.length > 1) {
      echo(request, response);
      return;
    }
    response.once("close", () => dropped.open());
    arrived.open();
  });
  const endpoint = endpointAt(url, { poolSize: 1 });
  const call = () => {
    const awaited = new Call(1, () => {});
    return { awaited, answer: endpoint.call(hello, bob, awaited) };
  };
  const hanging = call();
  await arrived.promise;
  const [waiting, next] = [call(), call()];
  await Promise.resolve();
  const refused = [hanging, waiting].map(({ answer }) =>
    rejectsCode(answer, "ENDPOINT_UNREACHABLE", "given the call up"),
  );
  waiting.awaited.giveUp();
  hanging.awaited.giveUp();
  await Promise.all([...refused, dropped.promise]);
  assert.deepEqual(Buffer.from(await next.answer), hello);
  assert.equal(paths.length, 2, "the call that waited was never sent");
});

test("parking an address whose server hangs gives its call up, without any limit of time, and frees its connection", async () => {
  const arrived = new Gate();
  const dropped = new Gate();
  let calls = 0;
  const { url } = await httpServer((_request, response) => {
    calls += 1;
    if (calls > 1) {
      response.writeHead(200, { "content-type": octetStream }).end(encodeResponse(noEffects, "v3"));
      return;
    }
    response.once("close", () => dropped.open());
    arrived.open();
  });
  const none = Number.POSITIVE_INFINITY;
  const endpoint = endpointAt(url, { poolSize: 1, callMs: none, readMs: none });
  const route = { endpoint, generation: "v3", maxBatch: 10, states: undefined, label: url } as const;
  const engine = await Engine.open({ store: new MemoryStore(), findRoute: () => route });
  const value = Types.string.pack("go");
  await engine.send(bob, value);
  await arrived.promise;
  await engine.send(Address.of("example/greeter", "eve"), value);
  await engine.park(bob, "it hangs");
  await dropped.promise;
  while (engine.metrics.messagesDelivered < 1) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([engine.metrics.inFlight, engine.metrics.parked], [0, 1]);
  await engine.retry(bob);
  while (engine.metrics.messagesDelivered < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(calls, 3, "the message of the call that was given up was delivered again, once");
  await engine.close(0);
});
