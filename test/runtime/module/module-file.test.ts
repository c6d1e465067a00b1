// What module files of version 3 say.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { matchEndpoint } from "../../../src/runtime/module/match-endpoint.js";
import type { EndpointSpec, Module } from "../../../src/runtime/module/module.js";
import { parseModule, readModule } from "../../../src/runtime/module/read-module.js";
import { rejectsCode } from "../../support/expect-code.js";
import { endpoint } from "./endpoint-text.js";

const parse = (text: string): Module => parseModule(text, { file: "module.yaml" });

const only = (text: string): EndpointSpec => {
  const { endpoints } = parse(text);
  assert.equal(endpoints.length, 1);
  return endpoints[0] as EndpointSpec;
};

test("the playground's module file is read, with the engine's defaults", () => {
  const module = parse(`# The greeter
kind: io.statefun.endpoints.v2/http
spec:
  functions: example/*
  urlPathTemplate: http://functions:8000/statefun
  transport:
    type: io.statefun.transports.v1/async
---
kind: io.statefun.playground.v1/ingress
spec:
  port: 8090
---
kind: io.statefun.playground.v1/egress
spec:
  port: 8091
  topics:
    - greetings
    - greetings
`);
  assert.deepEqual(module, {
    endpoints: [
      {
        namespace: "example",
        name: undefined,
        urlTemplate: "http://functions:8000/statefun",
        generation: "v3",
        maxBatch: 1000,
        states: undefined,
        where: "module.yaml, line 4",
        transport: {
          callMs: 120_000,
          connectMs: 20_000,
          readMs: 120_000,
          writeMs: 120_000,
          poolSize: 1024,
          poolTtlMs: 15_000,
          payloadMaxBytes: 33_554_432,
          trustCaCerts: undefined,
          clientCert: undefined,
          clientKey: undefined,
          clientKeyPassword: undefined,
        },
      },
    ],
    ingresses: [{ kind: "playground-ingress", port: 8090, where: "module.yaml, line 11" }],
    egresses: [{ kind: "playground-egress", port: 8091, topics: ["greetings"], where: "module.yaml, line 15" }],
    schedules: [],
  });
});

test("an endpoint without a transport gets the async one, as in the engine", () => {
  const named = endpoint("  transport: {type: io.statefun.transports.v1/async}");
  assert.deepEqual(only(endpoint()).transport, only(named).transport);
});

test("every option of the async transport is read", () => {
  const { transport, maxBatch } = only(
    endpoint(
      "  maxNumBatchRequests: 5",
      "  transport:",
      "    call: 1day",
      "    connect: 500",
      "    pool_ttl: 0",
      "    pool_size: 3",
      "    payload_max_bytes: 1000",
      "    trust_cacerts: /etc/ca.pem",
      "    client_cert: client.pem",
      "    client_key: client.key",
      "    client_key_password: password.txt",
    ),
  );
  assert.equal(maxBatch, 5);
  assert.deepEqual(transport, {
    callMs: 86_400_000,
    connectMs: 500,
    readMs: 86_400_000,
    writeMs: 86_400_000,
    poolTtlMs: 0,
    poolSize: 3,
    payloadMaxBytes: 1000,
    trustCaCerts: "/etc/ca.pem",
    clientCert: "client.pem",
    clientKey: "client.key",
    clientKeyPassword: "password.txt",
  });
});

test("under timeouts the async transport has okhttp's defaults, and they win", () => {
  const { transport } = only(endpoint("  transport:", "    call: 5s", "    timeouts: {connect: 3s, read: 1s}"));
  assert.deepEqual(
    [transport.callMs, transport.connectMs, transport.readMs, transport.writeMs],
    [60_000, 3_000, 60_000, 60_000],
  );
});

test("okhttp has its limits under timeouts", () => {
  const { transport } = only(
    endpoint(
      "  transport:",
      "    type: io.statefun.transports.v1/okhttp",
      "    timeouts: {call: 1 min, connect: 1s, read: 20 sec}",
    ),
  );
  assert.deepEqual(
    [transport.callMs, transport.connectMs, transport.readMs, transport.writeMs, transport.poolTtlMs],
    [60_000, 1_000, 20_000, 10_000, 60_000],
  );
});

test("the first version of the endpoint has okhttp's limits beside its functions", () => {
  const { transport, generation } = only(`kind: io.statefun.endpoints.v1/http
spec:
  functions: example/greeter
  urlPathTemplate: http://host/{function.name}
  timeouts: {call: 2min}
`);
  assert.equal(generation, "v3");
  assert.deepEqual([transport.callMs, transport.readMs], [120_000, 10_000]);
});

test("the older single document of 3.0 says the same", () => {
  const module = parse(`version: "3.0"
module:
  meta:
    type: remote
  spec:
    endpoints:
      - endpoint:
          meta: {kind: http}
          spec: {functions: example/greeter, urlPathTemplate: "https://host/"}
    ingresses:
      - ingress:
          meta: {type: io.statefun.playground.v1/ingress, id: a/b}
          spec: {port: 8090}
`);
  assert.equal(module.endpoints[0]?.name, "greeter");
  assert.equal(module.endpoints[0]?.transport.callMs, 60_000);
  assert.equal(module.ingresses[0]?.port, 8090);
});

test("documents without content are passed over, and a file may be empty", () => {
  assert.equal(parse(`---\n${endpoint()}---\n# nothing\n---\n`).endpoints.length, 1);
  assert.deepEqual(parse(""), { endpoints: [], ingresses: [], egresses: [], schedules: [] });
});

test("a name of its own wins over its namespace, whatever the order", () => {
  const module = parse(
    `${endpoint()}---\n${endpoint().replace("example/*", "example/greeter").replace("http://host/", "http://one/")}`,
  );
  assert.equal(matchEndpoint(module, "example", "greeter")?.urlTemplate, "http://one/");
  assert.equal(matchEndpoint(module, "example", "other")?.urlTemplate, "http://host/");
  assert.equal(matchEndpoint(module, "examples", "greeter"), undefined);
});

test("a file is read from where it is, and named by its path", async () => {
  const folder = mkdtempSync(join(tmpdir(), "statefun-module-"));
  try {
    const path = join(folder, "module.yaml");
    await rejectsCode(readModule(path), "MODULE_INVALID", path, "ENOENT");
    await rejectsCode(readModule(""), "MODULE_INVALID", '"" can\'t be read');
    writeFileSync(path, `\ufeff${endpoint()}`);
    assert.equal((await readModule(path)).endpoints[0]?.where, `${path}, line 3`);
    const large = join(folder, "large.yaml");
    writeFileSync(large, `${endpoint()}# ${"x".repeat(1024 * 1024)}\n`);
    await rejectsCode(readModule(large), "MODULE_INVALID", large, "1048576");
    writeFileSync(path, "kind: [");
    await rejectsCode(readModule(path), "MODULE_INVALID", `${path}:1:`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
