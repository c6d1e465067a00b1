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
  const site = { "sec-fetch-site": "cross-site", "statefun-console": "1" };
  assert.equal((await drop({ origin: "http://evil.example", ...site })).status, 401);
  assert.equal((await drop({ ...site, "sec-fetch-site": "same-site" })).status, 401);
  assert.equal(engine.metrics.parked, 0);
  const own = await drop({ origin: `http://127.0.0.1:${admin.port}`, "statefun-console": "1" });
  assert.equal(own.status, 200);
  assert.equal(own.headers["access-control-allow-origin"], undefined);
  assert.equal((await ask("OPTIONS /parked", { headers: { origin: "http://evil.example" } })).status, 401);
});

test("a page that changes something must send the header of the console, and no page of another site can", async (t) => {
  const { ask, admin, engine, tell } = await world(t);
  await tell("bob", "hello");
  const park = (headers: Record<string, string>) => ask("POST /addresses/shop/counter/bob/park", { headers });
  const origin = `http://127.0.0.1:${admin.port}`;
  for (const headers of [{ origin }, { origin, "sec-fetch-site": "same-origin" }, { "sec-fetch-site": "none" }]) {
    for (const mark of ["", "0", "yes"]) {
      assert.equal((await park({ ...headers, "statefun-console": mark } as Record<string, string>)).status, 401);
    }
  }
  assert.equal((await ask("DELETE /addresses/shop/counter/bob/states/count", { headers: { origin } })).status, 401);
  assert.equal(engine.metrics.parked, 0);
  // Before a page may send a header of its own, its browser asks. No answer allows the header.
  const preflight = {
    origin: "http://evil.example",
    "access-control-request-method": "POST",
    "access-control-request-headers": "statefun-console",
  };
  const asked = await ask("OPTIONS /addresses/shop/counter/bob/park", { headers: preflight });
  assert.equal(asked.status, 401);
  assert.deepEqual(
    Object.keys(asked.headers).filter((name) => name.startsWith("access-control")),
    [],
  );
  assert.equal((await park({ origin, "sec-fetch-site": "same-origin", "statefun-console": "1" })).status, 200);
  assert.equal(engine.metrics.parked, 1);
});

test("a program that is no browser needs no header", async (t) => {
  const { ask, tell } = await world(t);
  await tell("bob", "hello");
  assert.equal((await ask("POST /addresses/shop/counter/bob/park")).status, 200);
});

test("allowedHosts are the further hosts that a request may name, and no way round the token", async (t) => {
  const { ask } = await world(t, { allowedHosts: ["ops.example"] });
  const withHost = async (host: string) => (await ask("GET /functions", { headers: { host } })).status;
  assert.equal(await withHost("ops.example"), 200);
  assert.equal(await withHost("OPS.example:443"), 200);
  assert.equal(await withHost("evil.example"), 401);
  await rejectsCode(world(t, { host: "0.0.0.0", allowedHosts: ["*"] }), "OPTION_INVALID", "bearerToken");
});
