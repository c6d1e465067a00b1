// A server with a table of routes, without an engine behind it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatefunError } from "../../../src/errors.js";
import { listenToRoutes } from "../../../src/runtime/http/routed-server.js";
import { sendJson } from "../../../src/runtime/http/sending.js";
import { send } from "../../support/http.js";

const logger = { error: () => {}, warn: () => {} };

async function setUp(t: { after(done: () => unknown): void }, headersOfPages?: () => readonly string[]) {
  const server = await listenToRoutes({
    name: "The test's server",
    option: "its port",
    port: 0,
    host: undefined,
    logger,
    ...(headersOfPages === undefined ? {} : { headersOfPages, cors: ["https://shop.example"] }),
    routes: [
      { method: "GET", path: "/things/:id", query: ["size"] },
      { method: "DELETE", path: "/things/:id", query: [] },
    ],
    notFound: (parts) => new StatefunError("NOT_FOUND", `Nothing at ${parts.join("/")}.`),
    answer: ({ route, response, filled, query }) => sendJson(response, 200, [route.method, filled, [...query]]),
  });
  t.after(() => server.close(0));
  return (method: string, path: string) => send(server.port, path, { method, headers: {} });
}

test("a request takes the route of its path and method, with its parts and its query decoded", async (t) => {
  const ask = await setUp(t);
  const { status, text } = await ask("GET", "/things/a%2Fb?size=1");
  assert.deepEqual([status, JSON.parse(text)], [200, ["GET", { id: "a/b" }, [["size", "1"]]]]);
  assert.deepEqual(JSON.parse((await ask("DELETE", "/things/x")).text), ["DELETE", { id: "x" }, []]);
});

test("a request that takes no route is told why", async (t) => {
  const ask = await setUp(t);
  for (const [method, path, status, code] of [
    ["GET", "/nothing", 404, "NOT_FOUND"],
    ["PUT", "/things/a", 405, "METHOD_NOT_ALLOWED"],
    ["OPTIONS", "/things/a", 405, "METHOD_NOT_ALLOWED"],
    ["GET", "/things/a?color=red", 400, "OPTION_INVALID"],
    ["DELETE", "/things/a?size=1", 400, "OPTION_INVALID"],
  ] as const) {
    const answer = await ask(method, path);
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [status, code], `${method} ${path}`);
  }
});

test("only a server that takes pages answers what a browser asks before a page's request", async (t) => {
  const ask = await setUp(t, () => []);
  const { status, headers } = await ask("OPTIONS", "/things/a");
  assert.deepEqual([status, headers.allow], [204, "GET, DELETE, OPTIONS"]);
  assert.equal((await ask("OPTIONS", "/nothing")).status, 404);
});
