// What a call sends, how its answer is taken, and which connections serve it.

import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { StatefunError } from "../../../src/errors.js";
import { Address } from "../../../src/model/address.js";
import { rejectsCode } from "../../support/expect-code.js";
import { Gate } from "../../support/gate.js";
import { answering, bob, echo, endpointAt, httpServer, octetStream, tcpServer } from "./servers.js";

const hello = Buffer.from("hello");

test("a call posts its bytes as they are, and resolves to the answer's", async () => {
  let seen: IncomingMessage | undefined;
  const { url } = await httpServer((request, response) => {
    seen = request;
    echo(request, response);
  });
  const answer = await endpointAt(`${url}/statefun?key=1`).call(hello, bob);
  assert.deepEqual(Buffer.from(answer), hello);
  assert.equal(seen?.method, "POST");
  assert.equal(seen?.url, "/statefun?key=1");
  assert.equal(seen?.headers["content-type"], octetStream);
  assert.equal(seen?.headers["content-length"], "5");
});

test("a large request and a large answer arrive whole", async () => {
  const { url } = await httpServer(echo);
  const request = Buffer.alloc(5_000_000, "abcdefg");
  const answer = await endpointAt(url).call(request, bob);
  assert.ok(request.equals(answer));
});

test("an answer without a body is an empty one", async () => {
  const { url } = await httpServer(answering(200, { "content-type": octetStream }));
  assert.equal((await endpointAt(url).call(hello, bob)).length, 0);
});

test("any 2xx is an answer, and the content type's case does not matter", async () => {
  const { url } = await httpServer(answering(202, { "content-type": "Application/Octet-Stream" }, "yes"));
  assert.equal(Buffer.from(await endpointAt(url).call(hello, bob)).toString(), "yes");
});

test("the function's name stands in the URL, percent-encoded", async () => {
  const paths: (string | undefined)[] = [];
  const { url } = await httpServer((request, response) => {
    paths.push(request.url);
    echo(request, response);
  });
  const endpoint = endpointAt(`${url}/v1/{function.name}/call`);
  await endpoint.call(hello, Address.of("example/greeter", "a"));
  await endpoint.call(hello, Address.of("example/seen", "a"));
  await endpoint.call(hello, new Address("example", "a/../b?c#d é", "a"));
  assert.deepEqual(paths, ["/v1/greeter/call", "/v1/seen/call", "/v1/a%2F..%2Fb%3Fc%23d%20%C3%A9/call"]);
  await rejectsCode(endpoint.call(hello, new Address("example", "..", "a")), "ENDPOINT_FAILED", "..");
});

test("a name can't lead to another host", async () => {
  const endpoint = endpointAt("http://{function.name}.invalid/");
  for (const name of ["127.0.0.1/", "a@b", "a:80", "a#"]) {
    await rejectsCode(endpoint.call(hello, new Address("example", name, "a")), "ENDPOINT_FAILED");
  }
});

for (const [status, code] of [
  [301, "ENDPOINT_FAILED"],
  [307, "ENDPOINT_FAILED"],
  [400, "ENDPOINT_FAILED"],
  [404, "ENDPOINT_FAILED"],
  [408, "ENDPOINT_FAILED"],
  [413, "ENDPOINT_FAILED"],
  [429, "ENDPOINT_UNREACHABLE"],
  [500, "ENDPOINT_FAILED"],
  [501, "ENDPOINT_FAILED"],
  [502, "ENDPOINT_UNREACHABLE"],
  [503, "ENDPOINT_UNREACHABLE"],
  [504, "ENDPOINT_UNREACHABLE"],
] as const) {
  test(`status ${status} is ${code}, which names the status, the URL and the address`, async () => {
    const { url } = await httpServer(answering(status, { location: "/other" }));
    const call = endpointAt(`${url}/statefun`).call(hello, bob);
    await rejectsCode(call, code, String(status), `${url}/statefun`, "example/greeter/bob");
  });
}

test("an error's body is quoted: its first 500 characters, on one line", async () => {
  const { url } = await httpServer(answering(500, {}, `HANDLER_FAILED\nwhy ${"x".repeat(10_000)}`));
  const error = await endpointAt(url)
    .call(hello, bob)
    .catch((thrown) => thrown);
  assert.ok(error instanceof StatefunError);
  assert.ok(error.message.includes("HANDLER_FAILED\\nwhy xxx"), error.message);
  assert.ok(!error.message.includes("x".repeat(500)));
  assert.ok(!error.message.includes("\n"));
});

for (const type of ["application/octet-stream; charset=utf-8", "text/html", "application/json"]) {
  test(`an answer with the content type ${type} is refused, and shown`, async () => {
    const { url } = await httpServer(answering(200, { "content-type": type }, "<p>log in</p>"));
    await rejectsCode(endpointAt(url).call(hello, bob), "ENDPOINT_FAILED", type, octetStream, "log in");
  });
}

test("an answer without a content type is refused", async () => {
  const { url } = await httpServer(answering(200, {}, "bytes"));
  await rejectsCode(endpointAt(url).call(hello, bob), "ENDPOINT_FAILED", "no content type");
});

test("an encoded answer is refused", async () => {
  const { url } = await httpServer(answering(200, { "content-type": octetStream, "content-encoding": "gzip" }, "x"));
  await rejectsCode(endpointAt(url).call(hello, bob), "ENDPOINT_FAILED", "gzip");
});

test("a server that speaks no HTTP has failed", async () => {
  const { url } = await tcpServer((socket) => socket.once("data", () => socket.end("220 mail.example ESMTP\r\n")));
  await rejectsCode(endpointAt(url).call(hello, bob), "ENDPOINT_FAILED", "not HTTP");
});

test("calls one after the other use the connections that are open, also after an error's answer", async () => {
  let calls = 0;
  const { server, url } = await httpServer((request, response) => {
    calls += 1;
    if (calls % 2 === 0) answering(500, {}, "no")(request, response);
    else echo(request, response);
  });
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  const endpoint = endpointAt(`${url}/{function.name}`);
  for (let i = 0; i < 20; i += 1) {
    await endpoint.call(hello, Address.of(`example/f${i % 3}`, "a")).catch(() => {});
  }
  assert.equal(calls, 20);
  // undici takes a connection back one turn of the event loop after its answer, so two of them take turns.
  assert.ok(connections <= 2, `${connections} connections`);
});

test("calls at once open as many connections as the pool may have, and wait for them", async () => {
  const full = new Gate();
  const go = new Gate();
  let waiting = 0;
  const { server, url } = await httpServer(async (request, response) => {
    waiting += 1;
    if (waiting === 3) full.open();
    await go.promise;
    echo(request, response);
  });
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  const endpoint = endpointAt(url, { poolSize: 3 });
  const answers = Promise.all(Array.from({ length: 10 }, () => endpoint.call(hello, bob)));
  await full.promise;
  assert.equal(waiting, 3);
  go.open();
  assert.equal((await answers).length, 10);
  assert.equal(connections, 3);
});

test("close ends the calls in flight and those that wait, and calls after it are refused", async () => {
  const arrived = new Gate();
  const { url } = await httpServer(() => arrived.open());
  const endpoint = endpointAt(url, { poolSize: 1 });
  const calls = [endpoint.call(hello, bob), endpoint.call(hello, bob)];
  const rejected = Promise.all(calls.map((call) => rejectsCode(call, "ENDPOINT_UNREACHABLE", "closed")));
  await arrived.promise;
  await endpoint.close();
  await rejected;
  await rejectsCode(endpoint.call(hello, bob), "ENDPOINT_UNREACHABLE", "closed");
  await endpoint.close();
});
