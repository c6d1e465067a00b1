// The admin server behind a proxy with a prefix and a login, as a browser sees it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sent, send } from "../../support/http.js";
import { openProxy } from "./proxy.js";
import { world } from "./world.js";

const prefix = "/ops/statefun/";
const login = `Basic ${Buffer.from("ann:secret").toString("base64")}`;
const park = `${prefix}addresses/shop/counter/bob/park`;

/** What a browser sends with a request of the console's page at the proxy. Over plain HTTP it names no site. */
const fromPage = (more: Record<string, string> = {}): Sent => ({
  headers: {
    host: "ops.example",
    origin: "https://ops.example",
    "sec-fetch-site": "same-origin",
    "statefun-console": "1",
    ...more,
  },
});

test("a page at the proxy's address shows and changes what the server holds", async (t) => {
  const { admin, tell, engine } = await world(t);
  await tell("bob", "hello");
  const port = await openProxy(t, admin.port, { prefix, login: "ann:secret" });
  const shown = await send(port, `${prefix}functions?limit=5`, { method: "GET", headers: { authorization: login } });
  assert.equal(shown.status, 200);
  assert.equal((await send(port, park, fromPage())).status, 401);
  assert.equal(engine.metrics.parked, 0);
  assert.equal((await send(port, park, fromPage({ authorization: login }))).status, 200);
  assert.equal(engine.metrics.parked, 1);
});

test("a browser that names no site, as over plain HTTP, may change something too", async (t) => {
  const { admin, tell } = await world(t);
  await tell("bob", "hello");
  const port = await openProxy(t, admin.port, { prefix });
  const { "sec-fetch-site": _, ...headers } = fromPage().headers as Record<string, string>;
  assert.equal((await send(port, park, { headers })).status, 200);
});

test("a page of another site changes nothing through the proxy", async (t) => {
  const { admin, tell, engine } = await world(t);
  await tell("bob", "hello");
  const port = await openProxy(t, admin.port, { prefix });
  const form = { origin: "https://evil.example", "content-type": "application/x-www-form-urlencoded" };
  for (const headers of [form, { ...form, "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "cross-site" }]) {
    assert.equal((await send(port, park, { headers })).status, 401);
  }
  assert.equal(engine.metrics.parked, 0);
});

test("a proxy that passes the visitor's host on is named in allowedHosts", async (t) => {
  const options = { prefix, keepHost: true };
  const strict = await world(t);
  const refused = await openProxy(t, strict.admin.port, options);
  const headers = { host: "ops.example" };
  assert.equal((await send(refused, `${prefix}info`, { method: "GET", headers })).status, 401);
  const open = await world(t, { allowedHosts: ["ops.example"] });
  const taken = await openProxy(t, open.admin.port, options);
  assert.equal((await send(taken, `${prefix}info`, { method: "GET", headers })).status, 200);
});

test("a proxy may send the token for those who have passed its login", async (t) => {
  const { admin } = await world(t, { bearerToken: "token" });
  const port = await openProxy(t, admin.port, { prefix, login: "ann:secret", authorization: "Bearer token" });
  const answer = await send(port, `${prefix}info`, { method: "GET", headers: { authorization: login } });
  assert.equal(JSON.parse(answer.text).tokenNeeded, true);
});

test("without a token, an answer says that a bearer token is missing", async (t) => {
  const { admin } = await world(t, { bearerToken: "token" });
  const port = await openProxy(t, admin.port, { prefix });
  const answer = await send(port, `${prefix}info`, { method: "GET", headers: {} });
  assert.deepEqual([answer.status, answer.headers["www-authenticate"]], [401, "Bearer"]);
  assert.equal(JSON.parse(answer.text).code, "UNAUTHORIZED");
});
