// `statefun module`: module files of Flink StateFun, from functions. The suites with real engines start on what it writes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { moduleOf } from "../../src/cli/module.js";
import { parseInput } from "../../src/cli/parse.js";
import { json, StatefulFunctions, Types } from "../../src/index.js";
import { throwsCode } from "../support/expect-code.js";

const Cart = json("shop/Cart");
const functions = new StatefulFunctions()
  .register("shop/cart", () => {}, {
    handles: [Cart],
    state: {
      items: { type: Types.int, default: () => 0 },
      session: { type: Types.string, expireAfterWrite: { minutes: 30 } },
    },
    onFailure: "deadLetter",
  })
  .register("shop/many", () => {}, { handles: [Cart, Types.int] })
  .register("other/all", () => {});
const url = "http://functions:8000/statefun";
const run = (...argv: string[]) => moduleOf(functions, parseInput("module", ["functions.js", ...argv]));

test("StateFun 3: an endpoint for each namespace, and no states", () => {
  const text = run("--url", url);
  assert.deepEqual(
    parseAllDocuments(text).map((document) => document.toJSON()),
    ["shop/*", "other/*"].map((functions) => ({
      kind: "io.statefun.endpoints.v2/http",
      spec: { functions, urlPathTemplate: url },
    })),
  );
});

test("StateFun 3: transport, limits, topics and egresses", () => {
  const kafka = ["--kafka", "kafka:9092", "--topic", "carts=shop/cart", "--topic", "raw=other/all:x/Raw"];
  const argv = ["--url", url, "--transport", "okhttp", "--call-limit", "5m", ...kafka, "--kafka-egress", "shop/out"];
  for (const engine of ["3.3", "kzm"]) {
    const text = run(...argv, "--engine", engine);
    const [first, , ingress, egress] = parseAllDocuments(text).map((document) => document.toJSON());
    assert.deepEqual(first.spec.transport, {
      type: "io.statefun.transports.v1/okhttp",
      timeouts: { call: "300000ms", connect: "300000ms", read: "300000ms", write: "300000ms" },
    });
    const headers = engine === "kzm" ? { forwardHeaders: true } : {};
    assert.deepEqual(ingress, {
      kind: "io.statefun.kafka.v1/ingress",
      spec: {
        id: "shop/kafka-ingress",
        address: "kafka:9092",
        consumerGroupId: "shop",
        startupPosition: { type: "earliest" },
        topics: [
          { topic: "carts", valueType: "shop/Cart", ...headers, targets: ["shop/cart"] },
          { topic: "raw", valueType: "x/Raw", ...headers, targets: ["other/all"] },
        ],
      },
    });
    assert.deepEqual(egress, {
      kind: "io.statefun.kafka.v1/egress",
      spec: { id: "shop/out", address: "kafka:9092", deliverySemantic: { type: "at-least-once" } },
    });
  }
});

test("StateFun 2: each function with its states, those of the package too", () => {
  const kafka = ["--kafka", "kafka:9092", "--topic", "carts=shop/cart", "--kafka-egress", "shop/out", "--group", "g"];
  const text = run("--url", url, "--engine", "2.2", "--call-limit", "90s", ...kafka);
  const { spec } = parse(text).module;
  const limits = { timeout: "90000ms", connectTimeout: "90000ms", readTimeout: "90000ms", writeTimeout: "90000ms" };
  assert.deepEqual(spec.functions[0].function, {
    meta: { kind: "http", type: "shop/cart" },
    spec: {
      endpoint: url,
      ...limits,
      states: [
        { name: "items" },
        { name: "session", expireAfter: "1800000ms", expireMode: "after-write" },
        { name: "statefun.failed-messages" },
      ],
    },
  });
  assert.deepEqual(spec.functions[1].function.spec, { endpoint: url, ...limits });
  assert.equal(spec.ingresses[0].ingress.spec.consumerGroupId, "g");
  assert.deepEqual(spec.ingresses[0].ingress.spec.topics, [
    { topic: "carts", typeUrl: "shop/Cart", targets: ["shop/cart"] },
  ]);
  assert.equal(spec.egresses[0].egress.meta.id, "shop/out");
});

test("what can't be written is refused, with what is missing", () => {
  const kafka = ["--kafka", "kafka:9092"];
  for (const [argv, ...named] of [
    [[], "--url"],
    [["--url", "functions:8000"], "http://host:port"],
    [["--url", url, "--engine", "3"], "3.3"],
    [["--url", url, "--engine", "2.2", "--transport", "async"], "--transport"],
    [["--url", url, "--transport", "netty"], "async"],
    [["--url", url, "--topic", "carts=shop/cart"], "--kafka"],
    [["--url", url, ...kafka], "--topic"],
    [["--url", url, ...kafka, "--topic", "carts"], "carts", "topic=namespace/name"],
    [["--url", url, ...kafka, "--topic", "carts=shop/card"], "shop/cart"],
    [["--url", url, ...kafka, "--topic", "carts=shop/many"], "shop/Cart", "io.statefun.types/int"],
    [["--url", url, ...kafka, "--topic", "carts=other/all"], "any type"],
    [["--url", url, ...kafka, "--topic", "carts=shop/cart:x/Other"], "shop/Cart"],
  ] as [string[], ...string[]][]) {
    throwsCode(() => run(...argv), "OPTION_INVALID", ...named);
  }
  throwsCode(() => run("--url", url, ...kafka, "--kafka-egress", "out"), "TYPE_NAME_INVALID", "out");
});
