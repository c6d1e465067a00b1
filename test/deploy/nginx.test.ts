// A real nginx with the file of deploy/nginx: TLS, logins, prefixes, and answers that come piece by piece.

import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { json, text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { StatefulFunctions, Types } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";
import { Gate } from "../support/gate.js";
import { startProxy } from "./proxy.ts";

const token = "ingress-token";
const bearer = { authorization: `Bearer ${token}` };
const login = { authorization: `Basic ${Buffer.from("alice:secret").toString("base64")}` };
const ops = "/ops/statefun/";

async function start(t: TestContext, { bearerToken = token }: { bearerToken?: string | null } = {}) {
  const gate = new Gate();
  const functions = new StatefulFunctions()
    .register("shop/echo", (input: string) => input, { handles: [Types.string] })
    .register("shop/gated", (input: string) => gate.promise.then(() => input), { handles: [Types.string] });
  const runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    ingress: { port: 0, ...(bearerToken === null ? {} : { bearerToken }) },
    admin: { port: 0 },
  });
  t.after(() => runtime.close());
  const proxy = await startProxy(t, runtime.ingress?.port as number, runtime.admin?.port as number);
  return { gate, runtime, ...proxy };
}

const post = (headers: Record<string, string>, body = '"hello"', type = "application/json") => ({
  method: "POST",
  headers: { ...headers, "content-type": type },
  body,
});
const statusOf = (answer: IncomingMessage) => {
  answer.resume();
  return answer.statusCode;
};
/** Reads on until the text has come. */
async function saw(answer: IncomingMessage, wanted: string): Promise<void> {
  answer.setEncoding("utf8");
  for (let seen = ""; !seen.includes(wanted); ) {
    const [chunk] = await once(answer, "data", { signal: AbortSignal.timeout(10_000) });
    seen += chunk;
  }
}

test("a call passes with the token, over TLS, under its prefix, and without the token it is refused", async (t) => {
  const { ask, httpPort } = await start(t);
  const answer = await ask("/statefun/call/shop/echo/bob", post(bearer));
  assert.equal(answer.statusCode, 200);
  assert.equal(await json(answer), "hello");
  assert.equal(statusOf(await ask("/statefun/call/shop/echo/bob", post({}))), 401);
  assert.equal(statusOf(await ask("/statefun/call/shop/echo/bob", post({ authorization: "Bearer wrong" }))), 401);
  const plain = await fetch(`http://127.0.0.1:${httpPort}/statefun/info`, { redirect: "manual" });
  assert.equal(plain.status, 301);
  assert.match(plain.headers.get("location") ?? "", /^https:/);
});

test("a runtime whose token was forgotten is not open, whatever Host a stranger names", async (t) => {
  const { ask } = await start(t, { bearerToken: null });
  for (const host of ["app.example.org", "127.0.0.1", "localhost"]) {
    assert.equal(statusOf(await ask("/statefun/call/shop/echo/bob", post({ host }))), 401, host);
  }
});

test("an id with a slash and other odd characters reaches its address as it is", async (t) => {
  const { ask } = await start(t);
  const id = "a/b %2F ü?//";
  const path = `addresses/shop/echo/${encodeURIComponent(id)}`;
  assert.equal(statusOf(await ask(`/statefun/call/shop/echo/${encodeURIComponent(id)}`, post(bearer))), 200);
  const shown = await ask(ops + path, { headers: login });
  assert.equal(((await json(shown)) as { id: string }).id, id);
});

test("a path that climbs out of its prefix reaches nothing", async (t) => {
  const { ask } = await start(t);
  for (const path of ["/statefun/../ops/statefun/functions", "//statefun/info", "/ops/statefun/../../statefun/info"]) {
    assert.ok([400, 401].includes(statusOf(await ask(path)) ?? 0), path);
  }
});

test("a body as large as the ingress takes passes", async (t) => {
  const { ask } = await start(t);
  const answer = await ask("/statefun/call/shop/echo/bob", post(bearer, JSON.stringify("x".repeat(3_000_000))));
  assert.equal(((await json(answer)) as string).length, 3_000_000);
});

test("the answers to many calls come one by one", async (t) => {
  const { ask, gate } = await start(t);
  const lines = ["echo", "gated"].map((name) =>
    JSON.stringify({ function: `shop/${name}`, id: "bob", value: "hello" }),
  );
  const answer = await ask("/statefun/calls", post(bearer, `${lines.join("\n")}\n`, "application/x-ndjson"));
  await saw(answer, "hello");
  gate.open();
  await saw(answer, "hello");
});

test("the console and the admin server ask for the operator's login, and only for that", async (t) => {
  const { ask } = await start(t);
  for (const path of ["", "info", "functions", "metrics", "live"]) {
    assert.equal(statusOf(await ask(ops + path)), 401, path);
  }
  assert.match(await text(await ask(ops, { headers: login })), /<!doctype html>/i);
  assert.equal(statusOf(await ask(`${ops}info`, { headers: login })), 200);
  const bare = await ask("/ops/statefun");
  assert.equal(bare.headers.location?.replace(/^https:\/\/[^/]+/, ""), ops);
  assert.equal(statusOf(await ask("/functions", { headers: login })), 404, "nothing outside the two prefixes");
});

test("the console changes something, and a page of another site does not", async (t) => {
  const { ask, runtime } = await start(t);
  await runtime.call("shop/echo", "bob", Types.string.pack("hello"));
  const park = `${ops}addresses/shop/echo/bob/park`;
  const page = {
    ...login,
    origin: "https://app.example.org",
    "sec-fetch-site": "same-origin",
    "statefun-console": "1",
  };
  const foreign = { ...login, origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  assert.equal(statusOf(await ask(park, { method: "POST", headers: foreign })), 401);
  assert.equal(statusOf(await ask(park, { method: "POST", headers: page })), 200);
});

test("the live page gets each batch as it happens", async (t) => {
  const { ask } = await start(t);
  const live = await ask(`${ops}live`, { headers: login });
  assert.equal(live.statusCode, 200);
  const seen = saw(live, "shop/echo");
  assert.equal(statusOf(await ask("/statefun/call/shop/echo/bob", post(bearer))), 200);
  await seen;
});
