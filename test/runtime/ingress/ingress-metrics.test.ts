// The numbers of the ingresses: each request counts once, by the code of its answer.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { StatefulFunctions, TerminalError, Types } from "../../../src/index.js";
import { type RuntimeOptions, StatefunRuntime } from "../../../src/runtime/entry.js";
import { httpIngressOptions, openHttpIngress } from "../../../src/runtime/ingress/http-ingress.js";
import { IngressMetrics } from "../../../src/runtime/ingress/ingress-metrics.js";
import { openPlaygroundIngress } from "../../../src/runtime/ingress/playground-ingress.js";
import { send } from "../../support/http.js";
import { doorFor, openWorld, until } from "./world.js";

const logger = { warn() {}, error() {} };

/** Gives a text back; a text with the prefix "refuse " is refused with the rest as the code. */
const functions = new StatefulFunctions().register(
  "shop/echo",
  (text) => {
    if (text === "fail") throw new Error("told to fail");
    if (text.startsWith("refuse ")) throw new TerminalError("No.", { code: text.slice("refuse ".length) });
    return text;
  },
  { handles: [Types.string] },
);

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A runtime with an ingress and an admin server, in memory. */
async function open(t: TestContext, options: Partial<RuntimeOptions> = {}) {
  const runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    ingress: { port: 0, bearerToken: "secret" },
    admin: { port: 0 },
    retry: { attempts: 1 },
    logger,
    ...options,
  });
  t.after(() => runtime.close());
  const { ingress, admin } = runtime;
  assert.ok(ingress !== undefined && admin !== undefined);
  const ask = (line: string, body = "") => {
    const [method = "", path = ""] = line.split(" ");
    const headers = { authorization: "Bearer secret", "content-type": "application/json" };
    return send(ingress.port, path, { method, headers, body: Buffer.from(JSON.stringify(body)) });
  };
  const samples = async (metric: string): Promise<readonly Sample[]> => {
    const { text } = await send(admin.port, "/metrics?format=json", { method: "GET", headers: {} });
    const { metrics } = JSON.parse(text) as { metrics: readonly { name: string; samples: readonly Sample[] }[] };
    return metrics.find(({ name }) => name === metric)?.samples ?? [];
  };
  /** The requests of an ingress, by the code of the answer. */
  const codes = async (ingress: string) =>
    Object.fromEntries(
      (await samples("statefun_ingress_requests_total"))
        .filter(({ labels }) => labels.ingress === ingress)
        .map(({ labels, value }) => [labels.code, value]),
    );
  return { ingress, ask, samples, codes };
}

test("each request of the HTTP ingress counts by the code of its answer, as soon as it is answered", async (t) => {
  const { ingress, ask, codes } = await open(t);
  assert.deepEqual(await codes("http"), {});
  await ask("POST /call/shop/echo/a", "hello");
  assert.deepEqual(await codes("http"), { OK: 1 });
  await ask("POST /send/shop/echo/a", "hello");
  await ask("GET /");
  await ask("POST /call/shop/nobody/a", "hello");
  await ask("POST /call/shop/echo/a?timeout=long", "hello");
  await ask("POST /call/shop/echo/a", "refuse SOLD_OUT");
  await ask("POST /call/shop/echo/b", "fail");
  await ask("GET /nowhere");
  await ask("PUT /send/shop/echo/a", "hello");
  await send(ingress.port, "/", { method: "GET", headers: {} });
  assert.deepEqual(await codes("http"), {
    OK: 3,
    FUNCTION_UNKNOWN: 1,
    DURATION_INVALID: 1,
    SOLD_OUT: 1,
    ADDRESS_PARKED: 1,
    NOT_FOUND: 1,
    METHOD_NOT_ALLOWED: 1,
    UNAUTHORIZED: 1,
  });
});

test("the durations of an ingress are a histogram that holds every request once", async (t) => {
  const { ask, samples } = await open(t);
  await ask("POST /call/shop/echo/a", "hello");
  await ask("GET /nowhere");
  const found = await samples("statefun_ingress_request_seconds");
  const sampleOf = (name: string, le?: string) =>
    found.find((sample) => sample.name === `statefun_ingress_request_seconds_${name}` && sample.labels.le === le)
      ?.value;
  assert.ok(found.every(({ labels }) => labels.ingress === "http"));
  assert.equal(sampleOf("count"), 2);
  assert.equal(sampleOf("bucket", "+Inf"), 2);
  assert.ok((sampleOf("sum") ?? 0) > 0);
});

test("the codes that functions make up share one label beyond the bound", async (t) => {
  const { ask, codes } = await open(t);
  for (let number = 0; number < 25; number++) await ask("POST /call/shop/echo/a", `refuse CODE_${number}`);
  const counted = await codes("http");
  assert.equal(Object.keys(counted).length, 21);
  assert.equal(counted.CODE_19, 1);
  assert.equal(counted.other, 5);
});

test("a call whose client has left counts as that, and not as answered", async (t) => {
  const world = await openWorld();
  t.after(() => world.close());
  const metrics = new IngressMetrics();
  const server = await openHttpIngress(world.engine, world.catalog, {
    ...httpIngressOptions.read("The ingress", { port: 0 }),
    observe: metrics.observerOf("http"),
  });
  t.after(() => server.close(0));
  const door = doorFor("leaver");
  const headers = { "statefun-type": Types.int.typename, "content-type": "application/json" };
  const leaver = request({ port: server.port, method: "POST", path: "/call/example.deep/many/leaver", headers });
  leaver.on("error", () => {});
  leaver.end("1");
  await door.reached;
  leaver.destroy();
  const counted = () => [...metrics].flatMap(([, { requests }]) => [...requests]);
  await until(() => counted().length > 0);
  assert.deepEqual(counted(), [["CLIENT_LEFT", { count: 1 }]]);
  door.open();
});

test("the playground ingress has numbers of its own", async (t) => {
  const world = await openWorld();
  t.after(() => world.close());
  const metrics = new IngressMetrics();
  const observe = metrics.observerOf("playground");
  const server = await openPlaygroundIngress(world.engine, world.catalog, { port: 0, observe });
  t.after(() => server.close(0));
  for (const [method, path] of [
    ["PUT", "/example/untyped/a"],
    ["PUT", "/example/nobody/a"],
    ["GET", "/example/untyped/a"],
  ] as const) {
    await send(server.port, path, { method, headers: {} });
  }
  const counted = [...metrics].map(([label, { requests }]) => [
    label,
    Object.fromEntries([...requests].map(([code, { count }]) => [code, count])),
  ]);
  assert.deepEqual(counted, [["playground", { OK: 1, FUNCTION_UNKNOWN: 1, METHOD_NOT_ALLOWED: 1 }]]);
});

test("the playground ingress of a module file is among the metrics, beside the HTTP ingress", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "statefun-ingress-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const module = join(folder, "module.yaml");
  writeFileSync(module, "kind: io.statefun.playground.v1/ingress\nspec: {port: 0}\n");
  const { samples } = await open(t, { module });
  const labels = (await samples("statefun_ingress_request_seconds")).map(({ labels }) => labels.ingress);
  assert.deepEqual([...new Set(labels)].sort(), ["http", "playground"]);
});
