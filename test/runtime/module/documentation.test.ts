// The module files that the documentation shows are read as it says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatefunError } from "../../../src/errors.js";
import { parseModule } from "../../../src/runtime/module/read-module.js";
import { blocksOf, pageAt, pages } from "../../docs/pages.js";

test("every module file of docs/module-files.md is read", () => {
  const blocks = blocksOf(pageAt("docs/module-files.md"), "yaml");
  assert.equal(blocks.length, 4);
  for (const { code, line } of blocks) parseModule(code, { file: `docs/module-files.md:${line}` });
});

test("every module file of the other pages is read, or refused because it runs on Flink", () => {
  const blocks = pages.flatMap((page) => blocksOf(page, "yaml"));
  assert.ok(blocks.length > 4);
  for (const { code, page, line } of blocks) {
    try {
      parseModule(code, { file: `${page}:${line}` });
    } catch (error) {
      assert.ok(error instanceof StatefunError);
      for (const mistake of error.message.split("\n")) assert.match(mistake, /runs on Flink/);
    }
  }
});

test("an endpoint's transport has the defaults that its page writes out", () => {
  const [, async, okhttp] = blocksOf(pageAt("docs/module-files.md"), "yaml").map(
    ({ code }) => parseModule(code, { file: "module.yaml" }).endpoints[0],
  );
  const bare = (type: string) =>
    parseModule(
      `kind: io.statefun.endpoints.v2/http
spec: {functions: a/b, urlPathTemplate: "http://a/", transport: {type: io.statefun.transports.v1/${type}}}`,
      { file: "module.yaml" },
    ).endpoints[0];
  const tls = { trustCaCerts: undefined, clientCert: undefined, clientKey: undefined, clientKeyPassword: undefined };
  assert.deepEqual({ ...async?.transport, ...tls }, bare("async")?.transport);
  assert.deepEqual(okhttp?.transport, bare("okhttp")?.transport);
  assert.equal(async?.maxBatch, bare("async")?.maxBatch);
});
