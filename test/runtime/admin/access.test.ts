import assert from "node:assert/strict";
import { test } from "node:test";
import { rejectsCode } from "../../support/expect-code.js";
import { world } from "./world.js";

test("a server that other machines reach needs a token", async (t) => {
  await rejectsCode(world(t, { host: "0.0.0.0" }), "OPTION_INVALID", "0.0.0.0");
  await rejectsCode(world(t, { host: "::" }), "OPTION_INVALID");
  await rejectsCode(world(t, { bearerToken: "" }), "OPTION_INVALID");
  await world(t, { host: "0.0.0.0", bearerToken: "secret" });
});

test("an option that does not exist is refused by name", async (t) => {
  await rejectsCode(world(t, { prot: 7071 } as object), "OPTION_INVALID", "prot");
});

test("with a token, only requests that have it are taken", async (t) => {
  const { ask } = await world(t, { bearerToken: "secret" });
  const as = (authorization: string) => ask("GET /functions", { headers: { authorization } });
  const none = await ask("GET /functions");
  assert.equal(none.status, 401);
  assert.equal(none.json.code, "UNAUTHORIZED");
  assert.equal(none.headers["www-authenticate"], "Bearer");
  for (const wrong of ["Bearer wrong", "Bearer secret2", "Bearer secre", "Basic secret", "secret"]) {
    assert.equal((await as(wrong)).status, 401, wrong);
  }
  assert.equal((await as("Bearer secret")).status, 200);
  assert.equal((await as("bearer secret")).status, 200);
});

test("without the token, a path that does not exist is UNAUTHORIZED, not NOT_FOUND", async (t) => {
  const { ask } = await world(t, { bearerToken: "secret" });
  assert.equal((await ask("GET /nothing")).status, 401);
});

test("the health needs no token", async (t) => {
  const { ask } = await world(t, { bearerToken: "secret" });
  assert.equal((await ask("GET /health")).status, 200);
});

test("with a token, a request may name any host", async (t) => {
  const { ask } = await world(t, { bearerToken: "secret" });
  const headers = { host: "admin.example.com", authorization: "Bearer secret" };
  assert.equal((await ask("GET /functions", { headers })).status, 200);
});

test("without a token, a request must name this machine", async (t) => {
  const { ask, admin } = await world(t);
  const withHost = async (host: string) => (await ask("GET /functions", { headers: { host } })).status;
  for (const host of ["evil.example", "evil.example:7071", "127.0.0.1.evil.example", "localhost.evil.example", "0"]) {
    assert.equal(await withHost(host), 401, host);
  }
  for (const host of [`127.0.0.1:${admin.port}`, "127.0.0.1", "localhost:1", "LOCALHOST", "[::1]:7071", "[::1]"]) {
    assert.equal(await withHost(host), 200, host);
  }
});

test("a page of another origin may not change anything", async (t) => {
  const { ask, admin, tell, engine } = await world(t);
  await tell("bob", "hello");
  const drop = (headers: Record<string, string>) => ask("POST /addresses/shop/counter/bob/park", { headers });
  const form = "application/x-www-form-urlencoded";
  assert.equal((await drop({ origin: "http://evil.example", "content-type": form })).status, 401);
  assert.equal((await drop({ origin: "http://evil.example" })).status, 401);
  assert.equal((await drop({ origin: "null" })).status, 401);
  assert.equal(engine.metrics.parked, 0);
  const own = await drop({ origin: `http://127.0.0.1:${admin.port}` });
  assert.equal(own.status, 200);
  assert.equal(own.headers["access-control-allow-origin"], undefined);
  assert.equal((await ask("OPTIONS /parked", { headers: { origin: "http://evil.example" } })).status, 401);
});
