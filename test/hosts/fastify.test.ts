import assert from "node:assert/strict";
import { after, test } from "node:test";
import Fastify, { type FastifyInstance } from "fastify";
import { statefun } from "../../src/serve/hosts/fastify.js";
import { packed, requestBytes } from "../support/calls.ts";
import { Gate } from "../support/gate.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { engineHeaders, send } from "./client.ts";
import { conformance } from "./conformance.ts";
import { functions, held } from "./functions.ts";

async function started(app: FastifyInstance) {
  app.get("/elsewhere", async () => "elsewhere");
  const origin = await app.listen({ port: 0, host: "127.0.0.1" });
  return { origin, stop: () => app.close() };
}

conformance(
  "Fastify",
  async (handler, options) => {
    const app = Fastify();
    await app.register(statefun(handler, options));
    return started(app);
  },
  { elsewhere: 200 },
);

conformance(
  "Fastify with the application's own parsers",
  async (handler, options) => {
    const app = Fastify({ bodyLimit: 10 });
    app.addContentTypeParser(/^.*/, { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    await app.register(statefun(handler, options));
    return started(app);
  },
  { elsewhere: 200 },
);

const call = (to: string) => requestBytes("v3", { to, messages: [{ argument: packed("hosts/bytes", "hello") }] });
const apps: FastifyInstance[] = [];
after(() => Promise.all(apps.map((app) => app.close())));

function application(): FastifyInstance {
  const app = Fastify();
  apps.push(app);
  return app;
}

test("a prefix goes before the path and the health check's", async () => {
  const app = application();
  await app.register(statefun(functions()), { prefix: "/v1" });
  const { origin } = await started(app);
  assert.equal((await send(origin, { path: "/v1/statefun", body: call("hosts/echo/a") })).status, 200);
  assert.equal((await send(origin, { path: "/v1/statefun/health", method: "GET", headers: {} })).status, 200);
});

test("the application's parsers still serve its own routes", async () => {
  const app = application();
  await app.register(statefun(functions()));
  app.post("/json", async (request) => request.body);
  const response = await app.inject({ method: "POST", url: "/json", payload: { a: 1 } });
  assert.deepEqual(response.json(), { a: 1 });
});

test("app.inject() calls functions without a socket", async () => {
  const app = application();
  await app.register(statefun(functions()));
  const response = await app.inject({
    method: "POST",
    url: "/statefun",
    headers: engineHeaders,
    payload: Buffer.from(call("hosts/echo/a")),
  });
  assert.deepEqual([response.statusCode, response.headers["content-type"]], [200, "application/octet-stream"]);
});

test("app.close() finishes the calls in flight", async () => {
  held.entered = new Gate();
  held.released = new Gate();
  const app = application();
  await app.register(statefun(functions(), { logger: new RecordingLogger() }));
  const { origin } = await started(app);
  const inFlight = send(origin, { body: call("hosts/waiting/a") });
  await held.entered.promise;
  const closed = app.close();
  held.released.open();
  assert.equal((await inFlight).status, 200);
  await closed;
});

test("a false health path leaves that path to the application", async () => {
  const app = application();
  await app.register(statefun(functions(), { healthPath: false }));
  app.get("/statefun/health", async () => "its own");
  assert.equal((await app.inject({ url: "/statefun/health" })).body, "its own");
});

test("a path is taken as it is written: a colon begins no parameter, and a star is refused", async () => {
  const app = application();
  await app.register(statefun(functions(), { path: "/a:b" }));
  const status = async (url: string) => {
    const payload = Buffer.from(call("hosts/echo/a"));
    return (await app.inject({ method: "POST", url, headers: engineHeaders, payload })).statusCode;
  };
  assert.equal(await status("/a:b"), 200);
  assert.equal(await status("/axyz"), 404);
  assert.throws(() => statefun(functions(), { path: "/a*" }), { code: "OPTION_INVALID" });
});
