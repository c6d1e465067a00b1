// Mistakes in a module file: each is reported with its file, line and column, and with the allowed values.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatefunError } from "../../../src/errors.js";
import { parseModule } from "../../../src/runtime/module/read-module.js";
import { throwsCode } from "../../support/expect-code.js";
import { endpoint } from "./endpoint-text.js";

const parse = (text: string) => parseModule(text, { file: "module.yaml" });
const refuses = (text: string, ...named: string[]) => throwsCode(() => parse(text), "MODULE_INVALID", ...named);

const url = (template: string): string => endpoint().replace("http://host/", JSON.stringify(template));
const functions = (pattern: string): string => endpoint().replace("example/*", JSON.stringify(pattern));

test("an unknown kind is refused with the known kinds and the nearest one", () => {
  const text = endpoint().replace("v2/http", "v2/htp");
  refuses(text, "module.yaml:1:7", 'Did you mean "io.statefun.endpoints.v2/http"?', "io.statefun.playground.v1/egress");
});

test("Kafka and Kinesis are refused: such a module runs on Flink", () => {
  for (const kind of ["kafka.v1/ingress", "kafka.v1/egress", "kinesis.v1/ingress", "kinesis.v1/egress"]) {
    refuses(`kind: io.statefun.${kind}\nspec: {id: a/b}\n`, "module.yaml:1:7", "does not support", "runs on Flink");
  }
});

test("an unknown key is refused with the known keys and the nearest one", () => {
  refuses(endpoint("  maxNumBatchRequest: 5"), "module.yaml:5:3", 'Did you mean "maxNumBatchRequests"?', "transport");
  refuses(endpoint("  transport: {pool-size: 5}"), 'Did you mean "pool_size"?');
  refuses(`apiVersion: v1\n${endpoint()}`, "module.yaml:1:1", "apiVersion", "kind, spec");
});

test("a limit that okhttp would drop without a word is refused", () => {
  const okhttp = "type: io.statefun.transports.v1/okhttp";
  refuses(endpoint(`  transport: {${okhttp}, call: 3s}`), "spec.transport", '"call"', "type, timeouts");
  refuses(endpoint(`  transport: {${okhttp}, trust_cacerts: a.pem}`), '"trust_cacerts"');
  refuses(endpoint(`  transport: {${okhttp}, timeouts: {call: 5s}}`), "connect (10000 ms)", "call (5000 ms)");
  refuses(endpoint("  transport: {type: io.statefun.transports.v1/netty}"), "v1/async", "v1/okhttp");
});

test("a missing key is refused by name", () => {
  refuses("kind: io.statefun.endpoints.v2/http\n", '"spec" is missing');
  refuses("spec: {}\n", '"kind" is missing');
  refuses("kind: io.statefun.endpoints.v2/http\nspec: {functions: a/b}\n", '"urlPathTemplate" is missing');
  refuses("kind: io.statefun.endpoints.v2/http\nspec: {urlPathTemplate: 'http://a/'}\n", '"functions" is missing');
  refuses("kind: io.statefun.playground.v1/egress\nspec: {port: 1}\n", '"topics" is missing');
  refuses("kind: io.statefun.endpoints.v2/http\nspec:\n", "spec: it must be a map", "empty");
});

test("a value of a wrong type is refused and shown", () => {
  refuses("- a\n", "a map of kind, spec", "a list");
  refuses("hello\n", '"hello"');
  refuses(endpoint("  maxNumBatchRequests: '5'"), "whole number", '"5"');
  refuses(endpoint("  maxNumBatchRequests: 1.5"), "whole number");
  refuses(endpoint("  maxNumBatchRequests: 0"), "from 1 to");
  refuses(endpoint("  transport: okhttp"), "spec.transport", '"okhttp"');
  refuses(endpoint("  transport: {call: true}"), "a duration", "boolean true");
  refuses(endpoint("  transport: {pool_ttl: -1}"), '"-1"');
  refuses("kind: io.statefun.playground.v1/ingress\nspec: {port: 65536}\n", "from 0 to 65535");
  refuses("kind: io.statefun.playground.v1/egress\nspec: {port: 1, topics: [1]}\n", "topics[0]", "quotes");
});

test("functions are named by one slash, and a star only for the whole name", () => {
  for (const pattern of ["greeter", "*", "*/a", "a/b/c", "a/b*", "a/", "/b", "a/**"]) {
    refuses(functions(pattern), "module.yaml:3:14", pattern, "namespace/*");
  }
});

test("a URL that can't be called is refused", () => {
  for (const [template, ...named] of [
    ["host/statefun", "no scheme"],
    ["ftp://host/", "http+unix://"],
    ["http://", "host"],
    ["http://host:99999/", "port"],
    ["http://host/{name}", "{function.name}"],
    ["http://host/a b", "percent-encoded"],
    ["http://me:secret@host/", "user"],
    ["http://host/#top", "fragment"],
    ["http+unix://tmp/a.sock", "http+unix:///"],
    ["https+unix:///tmp/socket", ".sock"],
  ] as const) {
    refuses(url(template), "module.yaml:4:20", template, ...named);
  }
});

test("URLs that the engine calls are taken", () => {
  for (const template of [
    "HTTP://host",
    "https://host:8443/a/{function.name}?key={function.name}",
    "http+unix:///tmp/a.sock",
    "https+unix:///tmp/a.sock/{function.name}",
    "http://[::1]:8000/",
  ]) {
    assert.equal(parse(url(template)).endpoints[0]?.urlTemplate, template);
  }
});

test("a sender chooses the server only where that is allowed", () => {
  for (const template of [
    "http://{function.name}/",
    "http://{function.name}.svc.cluster.local:8000/",
    "https+unix:///tmp/{function.name}.sock/a",
    "http+unix:///tmp/a{function.name}/b.sock",
  ]) {
    refuses(url(template), "module.yaml:3:14", template, "allowHostTemplates");
    const [allowed] = parseModule(url(template), { file: "module.yaml", allowHostTemplates: true }).endpoints;
    assert.equal(allowed?.urlTemplate, template);
    // One function has one name, which no sender chooses.
    const single = url(template).replace("example/*", "example/one");
    assert.equal(parse(single).endpoints[0]?.urlTemplate, template);
  }
});

test("placeholders and anchors, which the engine does not have, are refused", () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the placeholder
  refuses(url("http://${HOST}/"), "${HOST}", "envsubst");
  refuses(endpoint("  transport: {call: &limit 5s, connect: *limit}"), "spec.transport.connect", "anchors");
});

test("files of TLS come from a path, and a certificate with its key", () => {
  refuses(endpoint("  transport: {trust_cacerts: 'classpath:ca.pem'}"), "class path");
  refuses(endpoint("  transport: {client_cert: a.pem}"), "client_key");
  refuses(endpoint("  transport: {client_key: a.key}"), "client_cert");
  refuses(endpoint("  transport: {client_key_password: a.txt}"), "client_key");
});

test("a repetition is refused, with the place of the first one", () => {
  refuses(`${endpoint()}---\n${endpoint()}`, "module.yaml:8:14", "example/* has an endpoint already", "line 3");
  const one = functions("example/a");
  refuses(`${one}---\n${one}`, "example/a has an endpoint already");
  const ingress = (port: number) => `---\nkind: io.statefun.playground.v1/ingress\nspec: {port: ${port}}\n`;
  refuses(ingress(1) + ingress(2), "a playground ingress already");
  const egress = (port: number) => `---\nkind: io.statefun.playground.v1/egress\nspec: {port: ${port}, topics: []}\n`;
  refuses(ingress(1) + egress(1), "port 1 is taken already");
  assert.equal(parse(ingress(0) + egress(0)).egresses.length, 1);
  refuses(endpoint("  functions: example/*"), "module.yaml:5:3", "not YAML", "unique");
});

test("a syntax error is reported with its place", () => {
  refuses(`${endpoint()}  transport: {call: 5s\n`, "module.yaml:6:1", "not YAML");
  refuses(`${endpoint()}---\nkind: "a\n`, "module.yaml:7:1", "not YAML");
  refuses("kind: a\n\tspec: b\n", "module.yaml:2:", "not YAML");
});

test("all mistakes are reported at once, in the order of the file", () => {
  const text = endpoint("  maxNumBatchRequests: ten", "  transport: {call: soon, pool_size: 0}");
  const second = `kind: io.statefun.playground.v1/ingress\nspec: {port: high}\n`;
  assert.throws(
    () => parse(`${text}---\n${second}`),
    (thrown) => {
      assert.ok(thrown instanceof StatefunError);
      const places = thrown.message.split("\n").map((line) => /^module\.yaml:(\d+):\d+: /.exec(line)?.[1]);
      assert.deepEqual(places, ["5", "6", "6", "9"]);
      return true;
    },
  );
});

test("a missing key is reported where its map begins, before a misspelt key", () => {
  const text = endpoint().replace("urlPathTemplate", "urlPathTemplat");
  assert.throws(
    () => parse(text),
    (thrown) => thrown instanceof StatefunError && /^module\.yaml:3:3: .*\nmodule\.yaml:4:3: /.test(thrown.message),
  );
});

test("only the first of very many mistakes are shown", () => {
  const text = Array.from({ length: 100 }, () => "kind: none\nspec: {}\n").join("---\n");
  refuses(text, "and 80 more");
});

test("a name can't put a line of its own into a message", () => {
  assert.throws(
    () => parse('"a\\nb": 1\nkind: "c\\nd"\nspec: {}\n'),
    (thrown) => thrown instanceof StatefunError && thrown.message.split("\n").length === 2,
  );
});
