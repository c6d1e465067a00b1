import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { failureOf } from "../../src/cli/exit-status.js";
import { parseInput } from "../../src/cli/parse.js";
import { askAdmin, look } from "../../src/cli/request.js";
import { rejectsCode } from "../support/expect-code.js";

test("a server that takes a request and does not answer is ANSWER_TIMEOUT, not CLIENT_FAILED", async (t) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const input = parseInput("ps", ["--admin-url", `http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
  const asked = askAdmin(input, { method: "GET", path: "/functions", idleMs: 20 });
  await rejectsCode(asked, "ANSWER_TIMEOUT", "0.02 s");
  const { exitStatus } = failureOf(await asked.catch((thrown) => thrown));
  assert.equal(exitStatus, 5);
});

test("a page of a server that is no runtime is CLIENT_FAILED, and a login before the runtime is UNAUTHORIZED", async (t) => {
  const server = createHttpServer((request, response) => {
    const status = Number(request.url?.slice(1, 4));
    response.writeHead(status).end("a page of your own");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const ask = (status: number) =>
    look(
      parseInput("ps", ["--admin-url", `http://127.0.0.1:${(server.address() as AddressInfo).port}/${status}`]),
      "/functions",
    );
  for (const status of [200, 404]) await rejectsCode(ask(status), "CLIENT_FAILED", `${status} a page of your own`);
  for (const status of [401, 403]) await rejectsCode(ask(status), "UNAUTHORIZED", `${status} a page of your own`);
  const { text } = failureOf(await ask(401).catch((thrown) => thrown), "ps");
  assert.match(text, /STATEFUN_ADMIN_BEARER_TOKEN/);
});
