// Ports that stay open while the server behind them is replaced, against servers that answer when a test lets them.

import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, get, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { functionsDown } from "../../src/cli/functions-down.js";
import { KeptPorts } from "../../src/cli/kept-ports.js";
import { Gate } from "../support/gate.js";
import { rawConnection, roundTrip, type Sent, send, stop } from "../support/http.js";

/** A server of the functions' process: it listens on a port of its own. */
async function serverOf(t: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => stop(server));
  return (server.address() as AddressInfo).port;
}

const says =
  (text: string): RequestListener =>
  (_, response) =>
    response.end(text);

const spec = { name: "The ingress", host: "127.0.0.1", port: 0 };

/** Ports that are closed with the test. */
function keptPorts(t: TestContext): KeptPorts {
  const ports = new KeptPorts();
  t.after(() => ports.close());
  return ports;
}

/** A kept port in front of a server. */
async function setUp(t: TestContext, listener: RequestListener) {
  const ports = keptPorts(t);
  const { port } = await ports.keep(spec, await serverOf(t, listener));
  ports.forward();
  return { ports, port, ask: (path = "/", sent: Sent = { method: "GET" }) => send(port, path, sent) };
}

const isRefused = async (port: number) => {
  const code = await send(port, "/", { method: "GET" }).catch((error: NodeJS.ErrnoException) => error.code);
  return code === "ECONNREFUSED";
};

test("requests wait for the next server, also on a connection that the last server has answered on", async (t) => {
  const came = new Gate();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const { ports, port, ask } = await setUp(t, says("old"));
  const sent = { method: "GET", headers: {}, agent };
  assert.equal((await ask("/", sent)).text, "old");
  ports.hold();
  let answers = 0;
  const waiting = [ask("/", sent), ask()].map((answer) => answer.finally(() => ++answers));
  const next = await serverOf(t, (_, response) => {
    came.open();
    response.end("new");
  });
  assert.deepEqual(await ports.keep(spec, next), { address: "127.0.0.1", family: "IPv4", port });
  await roundTrip(port);
  assert.equal(answers, 0);
  ports.forward();
  await came.promise;
  const texts = (await Promise.all(waiting)).map(({ text, headers }) => [text, headers.connection]);
  assert.deepEqual(texts, [
    ["new", "keep-alive"],
    ["new", "close"],
  ]);
});

test("the requests in flight are counted until they are answered; a stream of events is not", async (t) => {
  const came = new Gate();
  const answer = new Gate();
  const { ports, ask, port } = await setUp(t, async (request, response) => {
    if (request.url === "/live") {
      response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" }).flushHeaders();
      return;
    }
    came.open();
    await answer.promise;
    response.end("late");
  });
  const stream = get({ port, host: "127.0.0.1", path: "/live", agent: false }).on("error", () => {});
  t.after(() => stream.destroy());
  await once(stream, "response");
  await ports.answered();
  const asked = ask();
  await came.promise;
  ports.hold();
  let isAnswered = false;
  const answered = ports.answered().then(() => {
    isAnswered = true;
  });
  await new Promise(setImmediate);
  assert.equal(isAnswered, false);
  answer.open();
  assert.equal((await asked).text, "late");
  await answered;
});

test("a request and its answer come through unchanged, and its body piece by piece", async (t) => {
  const { port } = await setUp(t, async (request, response) => {
    const { method, url, rawHeaders } = request;
    const head = JSON.stringify({ method, url, rawHeaders });
    response.writeHead(201, "Made so", ["Set-Cookie", "a=1", "Set-Cookie", "b=2"]);
    response.write(head);
    for await (const piece of request) response.write(piece);
    response.end();
  });
  const head = "POST /a%20b/?c=%2F HTTP/1.1\r\nHost: Some.Host:1\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\n";
  const client = await rawConnection(port, `${head}Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n`);
  client.setEncoding("latin1");
  let text = "";
  client.on("data", (piece) => {
    text += piece;
  });
  const until = async (part: string) => {
    while (!text.includes(part)) await once(client, "data");
  };
  await until("HTTP/1.1 100 Continue");
  await until('"rawHeaders"');
  client.write("3\r\none\r\n");
  await until("one");
  client.write("3\r\ntwo\r\n0\r\n\r\n");
  await once(client, "end");
  assert.match(text, /HTTP\/1\.1 201 Made so\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n/);
  assert.equal(text.match(/^Date: /gim)?.length, 1);
  const received = JSON.parse(/\{.*\}/.exec(Buffer.from(text, "latin1").toString())?.[0] ?? "");
  assert.equal(received.method, "POST");
  assert.equal(received.url, "/a%20b/?c=%2F");
  assert.deepEqual(received.rawHeaders.slice(0, 6), ["Host", "Some.Host:1", "X-A", "1", "x-a", "2"]);
  assert.equal(received.rawHeaders.includes("Expect"), false);
});

test("an answer to HEAD has no body, and one to HTTP/1.0 is not in chunks", async (t) => {
  const { port, ask } = await setUp(t, ({ method, headers }, response) => {
    if (method === "HEAD") response.writeHead(200, { "Content-Length": "12" }).end();
    else response.write(`host ${JSON.stringify(headers.host)}`, () => response.end());
  });
  const { status, headers, text } = await ask("/", { method: "HEAD" });
  assert.deepEqual([status, headers["content-length"], text], [200, "12", ""]);
  const old = await rawConnection(port, "GET / HTTP/1.0\r\n\r\n");
  const pieces: Buffer[] = await old.toArray();
  assert.match(Buffer.concat(pieces).toString(), /\r\n\r\nhost ""$/);
});

test("a server that refuses a body has its answer sent, and the client its connection closed", async (t) => {
  const { ask } = await setUp(t, (_, response) => {
    response.writeHead(413).end("too large");
  });
  const body = Array.from({ length: 40 }, () => Buffer.alloc(100_000));
  const { status, headers, text } = await ask("/", { method: "POST", body });
  assert.deepEqual([status, headers.connection, text], [413, "close", "too large"]);
});

test("a client that leaves is seen to leave, also one that waits", async (t) => {
  const came = new Gate<ServerResponse>();
  const { ports, port } = await setUp(t, (_, response) => came.open(response));
  const client = await rawConnection(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const response = await came.promise;
  client.destroy();
  await once(response, "close");
  await ports.answered();
  ports.hold();
  const waiting = await rawConnection(port, "POST /first HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
  await roundTrip(port);
  waiting.destroy();
  await roundTrip(port);
  const second = send(port, "/second");
  const seen: (string | undefined)[] = [];
  await ports.keep(
    spec,
    await serverOf(t, ({ url }, response) => {
      seen.push(url);
      response.end();
    }),
  );
  ports.forward();
  await second;
  assert.deepEqual(seen, ["/second"]);
});

test("a server that ends in the middle of an answer or before it breaks the client's connection", async (t) => {
  const { ask } = await setUp(t, ({ url, socket }, response) => {
    if (url === "/before") socket.destroy();
    else response.write("some", () => socket.destroy());
  });
  await assert.rejects(ask("/before"), { code: "ECONNRESET" });
  await assert.rejects(ask("/in-the-middle"), { code: "ECONNRESET" });
});

test("while there is no server, requests get the reason at once: programs as JSON, browsers as a page that asks again", async (t) => {
  const { ports, port, ask } = await setUp(t, says("old"));
  ports.hold();
  const waiting = ask();
  const lines = Array.from({ length: 20 }, (_, line) => `line ${line}`);
  ports.refuse(functionsDown(lines.join("\n")));
  const message = `The functions do not run. ${lines.slice(0, 8).join("\n")}`;
  for (const { status, headers, text } of [await waiting, await ask("/", {})]) {
    assert.deepEqual([status, headers["retry-after"]], [503, "1"]);
    assert.deepEqual(JSON.parse(text), { code: "FUNCTIONS_DOWN", message });
  }
  const page = await ask("/", { method: "GET", headers: { accept: "text/html,*/*;q=0.8" } });
  assert.deepEqual([page.status, page.headers.refresh, page.text], [503, "2", `${message}\n`]);
  assert.equal(page.headers["content-type"], "text/plain; charset=utf-8");
  // A page of another site reaches this machine by a name of its own.
  const other = await ask("/", { method: "GET", headers: { host: `other.example:${port}` } });
  assert.deepEqual(JSON.parse(other.text), {
    code: "FUNCTIONS_DOWN",
    message: "The functions do not run. The output of statefun dev says why.",
  });
  ports.hold();
  await ports.keep(spec, await serverOf(t, says("new")));
  ports.forward();
  assert.equal((await ask()).text, "new");
});

test("other machines do not learn the reason", async (t) => {
  const ports = keptPorts(t);
  const { port } = await ports.keep({ ...spec, host: "0.0.0.0" }, await serverOf(t, says("old")));
  ports.refuse(functionsDown("A secret."));
  const { status, text } = await send(port, "/", { headers: { host: "127.0.0.1" } });
  assert.deepEqual([status, /secret/.test(text)], [503, false]);
});

test("a request that has waited too long is refused", async (t) => {
  const ports = new KeptPorts(1);
  t.after(() => ports.close());
  const { port } = await ports.keep(spec, await serverOf(t, says("old")));
  const { status, text } = await send(port, "/");
  assert.deepEqual([status, JSON.parse(text).code], [503, "FUNCTIONS_DOWN"]);
});

test("servers that take any free port keep theirs by their names; a port that nobody asks for again closes", async (t) => {
  const ports = keptPorts(t);
  const behind = await serverOf(t, says("it"));
  const admin = { ...spec, name: "The admin server" };
  const { port } = await ports.keep(spec, behind);
  const { port: adminPort } = await ports.keep(admin, behind);
  ports.forward();
  assert.notEqual(port, adminPort);
  ports.hold();
  assert.equal((await ports.keep(admin, behind)).port, adminPort);
  ports.forward();
  assert.equal((await send(adminPort, "/")).text, "it");
  assert.equal(await isRefused(port), true);
});

test("a port that another server has is refused with the code of Node, also for two servers of one process", async (t) => {
  const ports = keptPorts(t);
  const behind = await serverOf(t, says("it"));
  const { port } = await ports.keep(spec, behind);
  await assert.rejects(ports.keep({ ...spec, port: behind }, behind), { code: "EADDRINUSE" });
  await assert.rejects(ports.keep({ ...spec, port }, behind), { code: "EADDRINUSE" });
});

test("a restart while a port is being opened gives the same port to the next server", async (t) => {
  const ports = keptPorts(t);
  const [before, behind] = [await serverOf(t, says("old")), await serverOf(t, says("new"))];
  const first = ports.keep(spec, before);
  ports.hold();
  const [{ port }, next] = await Promise.all([first, ports.keep(spec, behind)]);
  ports.forward();
  assert.equal(next.port, port);
  assert.equal((await send(port, "/", { method: "GET" })).text, "new");
});

test("a port that could not be opened is opened when it is asked for again", async (t) => {
  const ports = keptPorts(t);
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const behind = await serverOf(t, says("it"));
  await assert.rejects(ports.keep({ ...spec, port }, behind), { code: "EADDRINUSE" });
  await stop(other);
  ports.hold();
  assert.equal((await ports.keep({ ...spec, port }, behind)).port, port);
});
