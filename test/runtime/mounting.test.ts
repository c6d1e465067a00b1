// A runtime in the user's own app: the ingress, the admin server and its console, in every host, with the host's own login.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { Controller, Get, Module } from "@nestjs/common";
import { type AbstractHttpAdapter, NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import express from "express";
import Fastify from "fastify";
import Koa from "koa";
import { connect } from "../../src/client/entry.js";
import { Handles, json, State, StatefulFunction, StatefulFunctions, Types } from "../../src/index.js";
import { type RuntimeOptions, StatefunRuntime } from "../../src/runtime/entry.js";
import { fromListener } from "../../src/serve/hosts/koa.js";
import { checkOf } from "../support/described.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { checkAnswersOf, type Sent, send } from "../support/http.js";

const Item = json<{ sku: string }>("shop/item");
let door = new Gate();
let reached = new Gate();

@StatefulFunction("shop/cart")
class Cart {
  @State("count", Types.int) count = 0;

  @Handles(Item)
  add(_item: { sku: string }): number {
    this.count += 1;
    return this.count;
  }

  @Handles(Types.string)
  async wait(text: string): Promise<string> {
    reached.open();
    await door.promise;
    return text;
  }
}

async function open(t: TestContext, options: RuntimeOptions = {}): Promise<StatefunRuntime> {
  door = new Gate();
  reached = new Gate();
  const runtime = await StatefunRuntime.open({
    functions: new StatefulFunctions(Cart),
    dir: false,
    logger: { warn() {}, error() {} },
    ingress: { listen: false },
    admin: { listen: false },
    ...options,
  });
  t.after(() => {
    door.open();
    return runtime.close();
  });
  return runtime;
}

async function serving(t: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const get: Sent = { method: "GET", headers: {} };

/** Each host with the ingress under /statefun and the admin server under /ops/admin, behind a login of its own. */
const hosts: Readonly<Record<string, (t: TestContext, runtime: StatefunRuntime) => Promise<number>>> = {
  "node:http": (t, runtime) => {
    const ingress = runtime.handler("ingress", { prefix: "/statefun" });
    const admin = runtime.handler("admin", { prefix: "/ops/admin" });
    return serving(t, (request, response) => {
      if (request.headers["x-user"] === undefined) return void response.writeHead(403).end("log in");
      ingress(request, response, () => admin(request, response, () => void response.writeHead(200).end("own page")));
    });
  },
  Koa: (t, runtime) => {
    const app = new Koa();
    app.use(async (context, next) => {
      if (context.get("x-user") !== "") await next();
      else context.throw(403);
    });
    app.use(fromListener(runtime.handler("ingress", { prefix: "/statefun" })));
    app.use(fromListener(runtime.handler("admin", { prefix: "/ops/admin" })));
    app.use((context) => {
      if (context.path === "/") context.body = "own page";
    });
    return serving(t, app.callback());
  },
  Express: (t, runtime) => {
    const app = express();
    app.use((request, response, next) => {
      if (request.headers["x-user"] === undefined) response.sendStatus(403);
      else next();
    });
    app.use("/statefun", runtime.handler("ingress"));
    app.use("/ops/admin", runtime.handler("admin"));
    app.use(express.json());
    app.get("/", (_request, response) => void response.send("own page"));
    return serving(t, app);
  },
  Fastify: async (t, runtime) => {
    const app = Fastify();
    app.addHook("onRequest", async (request, reply) => {
      if (request.headers["x-user"] === undefined) return reply.code(403).send("log in");
      return undefined;
    });
    for (const [server, prefix] of [
      ["ingress", "/statefun"],
      ["admin", "/ops/admin"],
    ] as const) {
      const handler = runtime.handler(server, { prefix });
      await app.register(async (scope) => {
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
        for (const path of [prefix, `${prefix}/*`]) {
          scope.all(path, (request, reply) => {
            reply.hijack();
            handler(request.raw, reply.raw);
          });
        }
      });
    }
    app.get("/", async () => "own page");
    await app.listen({ port: 0, host: "127.0.0.1" });
    t.after(() => app.close());
    return (app.server.address() as AddressInfo).port;
  },
  "Nest on Express": (t, runtime) => nest(t, runtime, new ExpressAdapter()),
  "Nest on Fastify": (t, runtime) => nest(t, runtime, new FastifyAdapter()),
};

async function nest(t: TestContext, runtime: StatefunRuntime, adapter: AbstractHttpAdapter): Promise<number> {
  class Page {
    page() {
      return "own page";
    }
  }
  Get()(Page.prototype, "page", Object.getOwnPropertyDescriptor(Page.prototype, "page")!);
  Controller()(Page);
  class App {}
  Module({ controllers: [Page] })(App);
  const app = await NestFactory.create(App, adapter, { logger: false });
  app.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    if (request.headers["x-user"] === undefined) response.writeHead(403).end("log in");
    else next();
  });
  app.use("/statefun", runtime.handler("ingress"));
  app.use("/ops/admin", runtime.handler("admin"));
  await app.listen(0, "127.0.0.1");
  t.after(() => app.close());
  return (app.getHttpServer().address() as AddressInfo).port;
}

for (const [name, serve] of Object.entries(hosts)) {
  test(`${name} has the ingress and the admin server under its own paths, behind its own login`, async (t) => {
    const runtime = await open(t);
    assert.deepEqual([runtime.ingress, runtime.admin], [undefined, undefined]);
    const port = await serve(t, runtime);
    const headers = { "x-user": "ann", host: "shop.example" };
    const call = { headers: { ...headers, "content-type": "application/json" }, body: Buffer.from('{"sku":"a"}') };
    const path = "/statefun/call/shop/cart/bob?handler=add";
    assert.equal((await send(port, path, { ...call, headers: { "content-type": "application/json" } })).status, 403);
    assert.equal((await send(port, path, call)).text, "1\n");
    const shown = await send(port, "/ops/admin/addresses/shop/cart/bob", { ...get, headers });
    assert.equal(JSON.parse(shown.text).states[0].value, 1);
    assert.equal((await send(port, "/ops/admin/functions", get)).status, 403);
    assert.equal((await send(port, "/", { ...get, headers })).text, "own page");
    assert.equal((await send(port, "/statefun/nothing", { ...get, headers })).status, 404);
    const root = await send(port, "/ops/admin", { ...get, headers });
    assert.deepEqual([root.status, root.headers.location], [301, "admin/"]);
    assert.equal(JSON.parse((await send(port, "/ops/admin/info", { ...get, headers })).text).ingress, null);
  });

  test(`${name}: a page of the user's own changes something, and a page of another site does not`, async (t) => {
    const runtime = await open(t);
    const port = await serve(t, runtime);
    await runtime.call("shop/cart", "bob", Item.pack({ sku: "a" }));
    const park = (headers: Record<string, string>) =>
      send(port, "/ops/admin/addresses/shop/cart/bob/park", {
        headers: { "x-user": "ann", host: "shop.example", ...headers },
      });
    const own = { origin: "https://shop.example", "sec-fetch-site": "same-origin" };
    assert.equal((await park(own)).status, 401);
    assert.equal((await park({ origin: "https://evil.example", "sec-fetch-site": "cross-site" })).status, 401);
    assert.equal((await park({ ...own, "statefun-console": "1" })).status, 200);
  });

  test(`${name}: the typed client calls through it, and closing waits for its call`, async (t) => {
    const runtime = await open(t);
    const port = await serve(t, runtime);
    const withUser: typeof fetch = (input, init) =>
      fetch(input, { ...init, headers: { ...(init?.headers as object), "x-user": "ann" } });
    const client = connect(`http://127.0.0.1:${port}/statefun`, { fetch: withUser });
    assert.equal(await client.ref<Cart>("shop/cart", "bob").add({ sku: "a" }), 1);
    const waiting = client.ref<Cart>("shop/cart", "eve").wait("hello");
    await reached.promise;
    const closing = runtime.close();
    const headers = { "x-user": "ann", "content-type": "application/json" };
    const late = await send(port, "/statefun/call/shop/cart/bob?handler=add", { headers, body: Buffer.from("{}") });
    assert.equal(late.status, 503);
    door.open();
    assert.equal(await waiting, "hello");
    await closing;
    // The host is the user's own: it goes on.
    assert.equal((await send(port, "/", { ...get, headers })).text, "own page");
  });
}

test("answers of mounted servers are as docs/openapi.json says", async (t) => {
  const runtime = await open(t);
  const ingress = await serving(t, runtime.handler("ingress"));
  t.after(checkAnswersOf(ingress, checkOf("ingress")));
  assert.equal((await send(ingress, "/", get)).status, 200);
  const admin = await serving(t, runtime.handler("admin"));
  t.after(checkAnswersOf(admin, checkOf("admin")));
  assert.equal((await send(admin, "/functions", get)).status, 200);
});

test("a middleware before it in Koa sees the status of the answer, and an error behind it is the app's", async (t) => {
  const runtime = await open(t);
  const seen: number[] = [];
  const app = new Koa();
  app.silent = true;
  app.use(async (context, next) => {
    await next();
    seen.push(context.status);
  });
  app.use(fromListener(runtime.handler("ingress", { prefix: "/statefun" })));
  app.use(() => {
    throw new Error("the app's own");
  });
  const port = await serving(t, app.callback());
  await send(port, "/statefun/", get);
  await send(port, "/statefun/nothing", get);
  assert.deepEqual(seen, [200, 404]);
  assert.equal((await send(port, "/other", get)).status, 500);
});

test("a server with a port of its own has no handler, and a mounted one has no port", async (t) => {
  const runtime = await open(t, { ingress: { port: 0 }, admin: false });
  throwsCode(() => runtime.handler("ingress"), "OPTION_INVALID");
  throwsCode(() => runtime.handler("admin"), "OPTION_INVALID");
  await rejectsCode(open(t, { ingress: { listen: false, port: 7070 } }), "OPTION_INVALID", "port");
  await rejectsCode(open(t, { admin: { listen: false, host: "0.0.0.0" } }), "OPTION_INVALID", "host");
});

test("the options of a mounted server hold: its token, and that it is read-only", async (t) => {
  const runtime = await open(t, { admin: { listen: false, bearerToken: "secret", readOnly: true } });
  const port = await serving(t, runtime.handler("admin"));
  assert.equal((await send(port, "/info", get)).status, 401);
  const headers = { authorization: "Bearer secret" };
  assert.equal(JSON.parse((await send(port, "/info", { ...get, headers })).text).readOnly, true);
  const { status, text } = await send(port, "/addresses/shop/cart/bob/park", { headers });
  assert.deepEqual([status, JSON.parse(text).code], [403, "READ_ONLY"]);
});
