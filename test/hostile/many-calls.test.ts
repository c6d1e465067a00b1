// Clients of POST /calls that leave or do not read their answers, and a runtime that closes meanwhile.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { type Context, StatefulFunctions, Types } from "../../src/index.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";
import { httpIngressOptions, openHttpIngress } from "../../src/runtime/ingress/http-ingress.js";
import { bodyOf, count, ndjson, postLines, read } from "../runtime/ingress/lines.js";
import { doorFor, openWorld, until } from "../runtime/ingress/world.js";
import { rawConnection, send } from "../support/http.js";
import { RecordingLogger } from "../support/recording-logger.js";

const limit = { timeout: 30_000 };

/** Opens an ingress that counts the codes of its answers. */
async function openCounted({ slowReaderMs = 60_000 } = {}) {
  const world = await openWorld();
  const codes: string[] = [];
  const options = {
    ...httpIngressOptions.read("The ingress", { port: 0, maxBodyBytes: 64 * 1024 * 1024 }),
    slowReaderMs,
    observe: (code: string) => codes.push(code),
  };
  const ingress = await openHttpIngress(world.engine, world.catalog, options);
  const close = async () => {
    await ingress.close(0);
    await world.close();
  };
  return { world, ingress, port: ingress.port, codes, close };
}

/** A whole request as text, which lines of ASCII allow. */
function requestOf(lines: readonly object[]): string {
  const body = bodyOf(lines).toString();
  return `POST /calls HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

test("when a client leaves, nobody waits for its calls, which are carried out all the same", limit, async (t) => {
  const { world, port, codes, close } = await openCounted();
  t.after(close);
  const door = doorFor("left");
  const waits = { function: "example.deep/many", id: "left", handler: "waits", value: 1 };
  const add = { function: "example.deep/many", id: "left", handler: "add", value: 1 };
  const socket = await rawConnection(port, requestOf([waits, add, count("bob", {})]));
  await once(socket, "data"); // the answer of the last call
  await door.reached;
  assert.equal(world.engine.metrics.callsWaiting, 2);
  socket.destroy();
  await until(() => codes.length === 4);
  assert.equal(world.engine.metrics.callsWaiting, 0);
  // One for each line, and one for the request.
  assert.deepEqual(codes.sort(), ["CLIENT_LEFT", "CLIENT_LEFT", "OK", "OK"]);
  door.open();
  assert.equal((await postLines(port, [add]))[0]?.value, 2);
});

test("a client that does not read its answers is cut off", limit, async (t) => {
  const { port, codes, close } = await openCounted({ slowReaderMs: 50 });
  t.after(close);
  // 32 MB of answers, far more than the buffers between both ends hold.
  const base64 = "A".repeat(32_000);
  const echo = (id: number) => ({ function: "example/untyped", id: `u${id}`, type: "any/thing", base64 });
  const lines = Array.from({ length: 1000 }, (_, index) => echo(index));
  const socket = await rawConnection(port, "");
  socket.pause();
  t.after(() => socket.destroy());
  socket.write(requestOf(lines));
  // The request itself counts when its connection has ended.
  await until(() => codes.length === lines.length + 1);
  assert.equal((await send(port, "/", { method: "GET", headers: {} })).status, 200, "others do not notice");
});

test(
  "large answers that are ready together leave in several pieces, so that no text grows too long to be made",
  limit,
  async (t) => {
    const { port, close } = await openCounted();
    t.after(close);
    const line = { function: "example/untyped", id: "u", type: "any/thing", base64: "A".repeat(200_000) };
    const socket = await rawConnection(port, requestOf(Array.from({ length: 20 }, () => line)));
    t.after(() => socket.destroy());
    let text = "";
    for await (const chunk of socket) {
      text += chunk.toString("latin1");
      if (text.endsWith("\r\n0\r\n\r\n")) break;
    }
    const pieces = [...text.matchAll(/\r\n([0-9a-f]+)\r\n\{/g)].map(([, size]) => Number.parseInt(size as string, 16));
    assert.equal(text.split('"status":200').length - 1, 20);
    // Node 26 joins pieces that leave in the same turn. In one text, the answers would be one piece of 4 MB.
    assert.ok(Math.max(...pieces) < 2_000_000, String(pieces));
  },
);

test("a client that reads its answers slowly gets all of them", limit, async (t) => {
  const { port, close } = await openCounted({ slowReaderMs: 10_000 });
  t.after(close);
  const base64 = "A".repeat(32_000);
  const echo = (id: number) => ({ function: "example/untyped", id: `u${id}`, type: "any/thing", base64 });
  const socket = await rawConnection(port, requestOf(Array.from({ length: 500 }, (_, index) => echo(index))));
  t.after(() => socket.destroy());
  let answered = 0;
  let last = "";
  for await (const chunk of socket) {
    last += chunk.toString("latin1");
    answered += last.split('"status":200').length - 1;
    last = last.slice(last.lastIndexOf('"status":200') + 1).slice(-100);
    if (answered >= 500) break;
    await new Promise(setImmediate);
  }
  assert.equal(answered, 500);
});

test(
  "an ingress that closes is done when the last line has left, also if the client keeps the connection",
  limit,
  async (t) => {
    const { world, ingress, port } = await openCounted();
    t.after(() => world.close());
    const door = doorFor("last");
    const waits = { function: "example.deep/many", id: "last", handler: "waits", value: 1 };
    const socket = await rawConnection(port, requestOf([waits, count("bob", {})]));
    t.after(() => socket.destroy());
    await once(socket, "data"); // the head has told the client to keep the connection
    await door.reached;
    const closed = ingress.close(60_000);
    door.open();
    await closed;
  },
);

test("an ingress that closes does not cut off an answer that its client still reads", limit, async (t) => {
  const { world, ingress, port } = await openCounted();
  t.after(() => world.close());
  // Far more than the buffers between both ends hold.
  const base64 = "A".repeat(20_000_000);
  const untyped = { function: "example/untyped", id: "large", type: "any/thing", base64 };
  const single = `POST /call/example/untyped/large?type=any/thing HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: ${base64.length}\r\n\r\n${base64}`;
  const sockets = [await rawConnection(port, ""), await rawConnection(port, "")];
  for (const socket of sockets) t.after(() => socket.destroy());
  sockets[0]?.write(requestOf([untyped]));
  sockets[1]?.write(single);
  for (const socket of sockets) await once(socket, "readable");
  const closed = ingress.close(60_000);
  const lengths = sockets.map(async (socket) => {
    let length = 0;
    for await (const chunk of socket) length += chunk.length;
    return length;
  });
  const [ofLines = 0, ofSingle = 0] = await Promise.all(lengths);
  assert.ok(ofLines > base64.length && ofSingle > base64.length, `${ofLines} and ${ofSingle} bytes came`);
  await closed;
});

test("a runtime that closes answers each line that waits, and lines that are answered stay so", limit, async () => {
  const begun: (() => void)[] = [];
  const both = new Promise<void>((resolve) => begun.push(resolve));
  let waiting = 0;
  const functions = new StatefulFunctions().register(
    "example/f",
    (text: string, context: Context) => {
      if (text === "answer") return text;
      context.deferReply();
      waiting += 1;
      if (waiting === 2) for (const each of begun) each();
      return undefined;
    },
    { handles: [Types.string] },
  );
  const runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    ingress: { port: 0 },
    admin: false,
    logger: new RecordingLogger(),
  });
  const line = (id: string, value: string) => ({ function: "example/f", id, value });
  const body = bodyOf([line("a", "later"), line("b", "answer"), line("c", "later")]);
  const answering = send(runtime.ingress?.port as number, "/calls", { headers: ndjson, body });
  await both;
  await new Promise(setImmediate);
  await runtime.close({ grace: { minutes: 1 } });
  const answers = read((await answering).text);
  assert.deepEqual(
    answers.map(({ status, code, value, retryAfter }) => [status, code ?? value, retryAfter]),
    [
      [503, "SHUTTING_DOWN", 1],
      [200, "answer", undefined],
      [503, "SHUTTING_DOWN", 1],
    ],
  );
});
