// Who may use a server: every server of the runtime refuses pages of other sites, foreign hosts, and callers without the token.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock } from "../../../src/engine/clock.js";
import { TypedValue } from "../../../src/model/typed-value.js";
import { adminOptions, openAdminServer } from "../../../src/runtime/admin/admin-server.js";
import { Watch } from "../../../src/runtime/admin/watch.js";
import { PlaygroundEgress } from "../../../src/runtime/egress/playground-egress.js";
import { Access } from "../../../src/runtime/http/access.js";
import { IngressMetrics } from "../../../src/runtime/ingress/ingress-metrics.js";
import { openPlaygroundIngress } from "../../../src/runtime/ingress/playground-ingress.js";
import { Runs } from "../../../src/runtime/runs/runs.js";
import { Schedules } from "../../../src/runtime/schedules/schedules.js";
import { throwsCode } from "../../support/expect-code.js";
import { send } from "../../support/http.js";
import { ManualClock } from "../../support/manual-clock.js";
import { openIngress, openWorld, type World } from "../ingress/world.js";

const logger = { error: () => {}, warn: () => {} };

interface Listening {
  readonly port: number;
  close(graceMs: number): Promise<void>;
}

/** Watches an engine, without a timer. */
function watch(engine: World["engine"]): Watch {
  const watching = new Watch({ clock: new ManualClock() });
  watching.follow(engine);
  return watching;
}

/** Every server of the runtime, and a request that it takes. */
const servers: Readonly<Record<string, { path: string; method: string; open(world: World): Promise<Listening> }>> = {
  "the HTTP ingress": {
    path: "/",
    method: "GET",
    open: (world) => openIngress(world, { logger }),
  },
  "the admin server": {
    path: "/functions",
    method: "GET",
    open: ({ engine, catalog }) =>
      openAdminServer(
        {
          engine,
          runs: new Runs(engine),
          schedules: new Schedules(new Map(), systemClock, logger),
          catalog,
          ingresses: new IngressMetrics(),
          watch: watch(engine),
          dir: undefined,
          ingressUrl: undefined,
          backUp: () => assert.fail("nothing is copied here"),
        },
        adminOptions.read("The admin server", { port: 0, logger }),
      ),
  },
  "the playground ingress": {
    path: "/example/untyped/bob",
    method: "PUT",
    open: ({ engine, catalog }) => openPlaygroundIngress(engine, catalog, { port: 0, logger }),
  },
  "the playground egress": {
    path: "/empty",
    method: "GET",
    open: () => PlaygroundEgress.open({ port: 0, topics: ["empty"], logger }),
  },
};

for (const [name, { path, method, open }] of Object.entries(servers)) {
  test(`${name} takes no request of a page of another site, and none for a foreign host`, async (t) => {
    const world = await openWorld();
    t.after(() => world.close());
    const server = await open(world);
    t.after(() => server.close(0));
    const statusOf = async (headers: Record<string, string>) =>
      (await send(server.port, path, { method, headers, ...(method === "POST" && { body: Buffer.from("x") }) })).status;
    const taken = await statusOf({});
    assert.notEqual(taken, 401);
    // What a browser sends for an image, a script or a link of a page: no origin.
    assert.equal(await statusOf({ "sec-fetch-site": "cross-site", "sec-fetch-dest": "image" }), 401);
    assert.equal(await statusOf({ "sec-fetch-site": "same-site" }), 401);
    assert.equal(await statusOf({ origin: "http://evil.example" }), 401);
    assert.equal(await statusOf({ origin: "null" }), 401);
    assert.equal(await statusOf({ host: `evil.example:${server.port}`, "sec-fetch-site": "same-origin" }), 401);
    // What somebody typed into the browser, and what the server's own page asks.
    assert.equal(await statusOf({ "sec-fetch-site": "none" }), taken);
    assert.equal(await statusOf({ "sec-fetch-site": "same-origin", origin: `http://127.0.0.1:${server.port}` }), taken);
    for (const host of ["localhost", `127.0.0.1:${server.port}`, "[::1]", "10.0.0.7:80", "[fe80::1]:80"]) {
      assert.equal(await statusOf({ host }), taken, host);
    }
  });
}

test("a page of another site takes no record of the playground's egress", async (t) => {
  const egress = await PlaygroundEgress.open({ port: 0, topics: ["greets"], logger });
  t.after(() => egress.close());
  const value = new TypedValue("io.statefun.playground/EgressRecord", Buffer.from('{"topic":"greets","payload":"hi"}'));
  const received = egress.receive({ id: "1", egress: "io.statefun.playground/egress", value });
  const image = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" };
  assert.equal((await send(egress.port, "/greets", { method: "GET", headers: image })).status, 401);
  const rebound = { host: "evil.example", "sec-fetch-site": "same-origin" };
  assert.equal((await send(egress.port, "/greets", { method: "GET", headers: rebound })).status, 401);
  assert.equal((await send(egress.port, "/greets", { method: "GET", headers: {} })).text, "hi");
  await received;
});

describe("a server that other machines reach", () => {
  test("needs a token, or the hosts that requests may name", () => {
    for (const host of ["0.0.0.0", "::", "192.168.0.1", "shop.example"]) {
      throwsCode(() => new Access("The ingress", { host, allowedHosts: [] }), "OPTION_INVALID");
      throwsCode(() => new Access("The admin server", { host }), "OPTION_INVALID");
      new Access("The ingress", { host, allowedHosts: ["statefun"] });
      new Access("The ingress", { host, bearerToken: "secret" });
    }
    for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "::1"]) new Access("The ingress", { host });
  });

  const ingressWith = async (t: { after(done: () => unknown): void }, options: object) => {
    const world = await openWorld();
    t.after(() => world.close());
    const ingress = await openIngress(world, { logger, ...options });
    t.after(() => ingress.close(0));
    return async (host: string) => (await send(ingress.port, "/", { method: "GET", headers: { host } })).status;
  };

  test("takes requests to the hosts that it may be called by", async (t) => {
    const statusOf = await ingressWith(t, { host: "0.0.0.0", allowedHosts: ["Statefun", "shop.example"] });
    for (const host of ["statefun:7070", "SHOP.example", "192.168.0.1:7070", "localhost"]) {
      assert.equal(await statusOf(host), 200, host);
    }
    for (const host of ["evil.example", "a.shop.example", "shop.example.evil"]) {
      assert.equal(await statusOf(host), 401, host);
    }
  });

  test('takes requests to every host with "*"', async (t) => {
    const statusOf = await ingressWith(t, { host: "0.0.0.0", allowedHosts: ["*"] });
    assert.equal(await statusOf("any.example"), 200);
  });

  test("refuses what is no name of a host", async (t) => {
    for (const allowedHosts of ["statefun", ["statefun:7070"], ["http://statefun"], [""], [7]]) {
      await assert.rejects(ingressWith(t, { allowedHosts }), { code: "OPTION_INVALID" }, JSON.stringify(allowedHosts));
    }
  });
});
