// Servers for functions: how connections are kept, and in which order a server closes.

import assert from "node:assert/strict";
import { Agent } from "node:http";
import { test } from "node:test";
import Koa from "koa";
import { StatefulFunctions } from "../../src/index.js";
import { answerNode, HttpEndpoint, startServer } from "../../src/serve/adapter.js";
import { serveKoa } from "../../src/serve/hosts/koa.js";
import { packed, requestBytes } from "../support/calls.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { send } from "../support/http.js";

const limit = { timeout: 10_000 };
const local = { port: 0, host: "127.0.0.1" };
const body = requestBytes("v3", { to: "a/b/1", messages: [{ argument: packed("x/y", "1") }] });

/** A function whose calls wait. */
function held() {
  const [entered, release] = [new Gate(), new Gate()];
  const functions = new StatefulFunctions().register("a/b", async () => {
    entered.open();
    await release.promise;
  });
  return { functions, entered, release };
}

test("startServer calls close first, and then stops listening", limit, async () => {
  const endpoint = new HttpEndpoint(new StatefulFunctions());
  const order: unknown[] = [];
  const { server, port, close } = await startServer(
    (request, response) => void (answerNode(endpoint, request, response) || response.writeHead(404).end()),
    async () => void order.push(server.listening),
    local,
  );
  assert.equal((await send(port, "/statefun/health", { method: "GET" })).status, 200);
  assert.equal((await send(port, "/other")).status, 404);
  await close();
  order.push(server.listening);
  assert.deepEqual(order, [true, false]);
});

test("close cuts off a call that does not end within the grace, and refuses a wrong grace", limit, async () => {
  const { functions, entered, release } = held();
  const { server, port, close } = await serveKoa(functions, local);
  const call = assert.rejects(send(port, "/statefun", { body }));
  await entered.promise;
  await rejectsCode(close({ grace: "soon" } as never), "DURATION_INVALID");
  await rejectsCode(close({ wait: 5 } as never), "OPTION_INVALID");
  assert.equal(server.listening, true);
  await close({ grace: 20 });
  await call;
  assert.equal(server.listening, false);
  release.open();
});

test("serveKoa adds functions to an application behind its other middlewares", limit, async () => {
  const seen: unknown[] = [];
  const app = new Koa<{ user: string }>().use(async (context, next) => {
    await next();
    seen.push([context.path, context.status]);
  });
  const { port, close } = await serveKoa(
    new StatefulFunctions().register("a/b", () => {}),
    { ...local, app },
  );
  assert.equal((await send(port, "/statefun", { body })).status, 200);
  assert.equal((await send(port, "/other")).status, 404);
  assert.deepEqual(seen, [
    ["/statefun", 200],
    ["/other", 404],
  ]);
  await close();
});

test("serveKoa: an idle connection is kept, and close finishes the call in flight", limit, async () => {
  const { functions, entered, release } = held();
  const { server, port, close } = await serveKoa(functions, local);
  assert.equal(server.keepAliveTimeout, 0);
  const agent = new Agent({ keepAlive: true });
  const call = send(port, "/statefun", { body, agent });
  await entered.promise;
  const closing = close();
  assert.equal((await send(port, "/statefun/health", { method: "GET" })).status, 503);
  release.open();
  assert.equal((await call).status, 200);
  await closing;
  assert.equal(server.listening, false);
  agent.destroy();
});

test("serveKoa refuses an option that it does not know, and a port that is taken", limit, async () => {
  await rejectsCode(serveKoa(new StatefulFunctions(), { prot: 1 } as never), "OPTION_INVALID", "prot");
  const { port, close } = await serveKoa(new StatefulFunctions(), local);
  await rejectsCode(serveKoa(new StatefulFunctions(), { ...local, port }), "ADDRESS_IN_USE");
  await close();
});
