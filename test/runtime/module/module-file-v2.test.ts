// What module files of version "2.0" say.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModule } from "../../../src/runtime/module/read-module.js";
import { throwsCode } from "../../support/expect-code.js";

const file = (...spec: string[]): string =>
  `version: "2.0"
module:
  meta:
    type: remote
  spec:
${spec.map((line) => `    ${line}\n`).join("")}`;

const withFunction = (...spec: string[]): string =>
  file(
    "functions:",
    "  - function:",
    "      meta: {kind: http, type: deep/example/greeter}",
    "      spec:",
    ...["endpoint: http://host:8000/statefun", ...spec].map((line) => `        ${line}`),
  );

const parse = (text: string) => parseModule(text, { file: "module.yaml" });
const refuses = (text: string, ...named: string[]) => throwsCode(() => parse(text), "MODULE_INVALID", ...named);

test("a function is read with its states and limits", () => {
  const [endpoint] = parse(
    withFunction(
      "states:",
      "  - name: kept",
      "  - {name: called, expireAfter: 5min}",
      "  - {name: invoked, expireAfter: 2 days, expireMode: after-invoke}",
      "  - {name: written, expireAfter: 60000ms, expireMode: after-write}",
      "maxNumBatchRequests: 10",
      "timeout: 2min",
      "connectTimeout: 1s",
    ),
  ).endpoints;
  assert.deepEqual(endpoint, {
    namespace: "deep/example",
    name: "greeter",
    urlTemplate: "http://host:8000/statefun",
    generation: "v2",
    maxBatch: 10,
    where: "module.yaml, line 8",
    states: [
      { name: "kept", typename: "", expiration: { mode: "none", afterMs: 0 } },
      { name: "called", typename: "", expiration: { mode: "after-call", afterMs: 300_000 } },
      { name: "invoked", typename: "", expiration: { mode: "after-call", afterMs: 172_800_000 } },
      { name: "written", typename: "", expiration: { mode: "after-write", afterMs: 60_000 } },
    ],
    transport: {
      callMs: 120_000,
      connectMs: 1_000,
      readMs: 10_000,
      writeMs: 10_000,
      poolSize: 1024,
      poolTtlMs: 60_000,
      payloadMaxBytes: 33_554_432,
      trustCaCerts: undefined,
      clientCert: undefined,
      clientKey: undefined,
      clientKeyPassword: undefined,
    },
  });
});

test("a function without states has none, and the defaults of the engine", () => {
  const [endpoint] = parse(withFunction()).endpoints;
  assert.deepEqual(endpoint?.states, []);
  assert.deepEqual([endpoint?.maxBatch, endpoint?.transport.callMs], [1000, 60_000]);
});

test("what the engine does not read is refused, with its place", () => {
  refuses(withFunction("states: [{name: a, expireAfter: 60000}]"), "module.yaml:11:45", "60000ms");
  refuses(withFunction("states: [{name: a, expireAfter: PT1M}]"), "PT1M");
  refuses(withFunction("states: [{name: a, expireAfter: 0s}]"), "too short");
  refuses(withFunction("states: [{name: a, expireAfter: 1s, expireMode: after-call}]"), "after-invoke, after-write");
  refuses(withFunction("states: [{name: a, expireMode: after-write}]"), "expireAfter is missing");
  refuses(withFunction("states: [{name: a}, {name: a}]"), "declared twice");
  refuses(withFunction("states: [a]"), "states[0]", "a map of name");
  refuses(withFunction("state: []"), 'Did you mean "states"?');
  refuses(withFunction("timeout: 5s"), "connectTimeout (10000 ms)", "timeout (5000 ms)");
  refuses(withFunction("timeout: 0s"), "too short");
  refuses(withFunction().replace("kind: http", "kind: grpc"), "grpc", "Allowed: http");
  refuses(withFunction().replace("deep/example/greeter", "greeter"), "namespace/name");
  refuses(withFunction().replace("http://", "ftp://"), "http+unix://");
  refuses(withFunction().replace("        endpoint: http://host:8000/statefun", "        {}"), '"endpoint" is missing');
});

test("Kafka, Kinesis and routers are refused: such a module runs on Flink", () => {
  const kafka = "{ingress: {meta: {type: statefun.kafka.io/routable-protobuf-ingress, id: a/b}, spec: {}}}";
  refuses(file(`ingresses: [${kafka}]`), "does not support Kafka", "runs on Flink");
  const kinesis = "{egress: {meta: {type: statefun.kinesis.io/generic-egress, id: a/b}, spec: {}}}";
  refuses(file(`egresses: [${kinesis}]`), "does not support Kinesis", "runs on Flink");
  refuses(file("routers: []"), "routers", "runs on Flink");
});

test("the version must be one that is read, in quotes", () => {
  refuses(withFunction().replace('"2.0"', '"1.0"'), "1.0", "2.0, 3.0, 3.1");
  refuses(withFunction().replace('"2.0"', "2.0"), "version", "quotes");
  refuses(withFunction().replace("type: remote", "type: embedded"), "embedded", "Allowed: remote");
});
