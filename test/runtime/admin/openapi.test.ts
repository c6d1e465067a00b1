// docs/openapi.json, and the server's answers as it describes them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { AdminRoute } from "../../../src/runtime/admin/admin-route.js";
import { routes } from "../../../src/runtime/admin/routes.js";
import { codeIn, pageAt, root, tableRows } from "../../docs/pages.js";
import { checkOf } from "../../support/described.js";
import type { Received } from "../../support/http.js";
import { world } from "./world.js";

const document = JSON.parse(readFileSync(`${root}/docs/openapi.json`, "utf8"));
/** What serves the page is no part of the API. */
const pages = ["console", "consoleFile"];

test("the server tells what it is able to do", async (t) => {
  const { ask } = await world(t);
  const { status, json } = await ask("GET /openapi.json");
  assert.equal(status, 200);
  assert.deepEqual(json, document);
});

test("each path is described, with its query and the parts of its path", () => {
  for (const [name, route] of Object.entries<AdminRoute>(routes)) {
    if (pages.includes(name)) continue;
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    const operation = document.paths[path]?.[route.method.toLowerCase()];
    assert.equal(operation?.operationId, name, `${route.method} ${path}`);
    const named = (where: string) =>
      operation.parameters.filter((each: any) => each.in === where).map((each: any) => each.name);
    assert.deepEqual(named("query"), [...route.query]);
    assert.deepEqual(
      named("path"),
      [...path.matchAll(/\{(\w+)\}/g)].map(([, part]) => part),
    );
    for (const { name: parameter, description } of operation.parameters) assert.ok(description.length > 10, parameter);
  }
});

test("each reference leads to a schema, and each operation has a name of its own", () => {
  const text = JSON.stringify(document);
  for (const [, name = ""] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
    assert.ok(name in document.components.schemas, name);
  }
  const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test("an answer that is not as the document says does not pass", () => {
  const check = checkOf("admin");
  const answer = (text: string, status = 200, type = "application/json"): Received => ({
    status,
    headers: { "content-type": type },
    bytes: Buffer.from(text),
    text,
  });
  check("GET", "/functions?limit=1", answer('{"functions":[],"next":null}\n'));
  check("GET", "/functions", answer('{"code":"OPTION_INVALID","message":"no"}\n', 400));
  check("PUT", "/nothing", answer('{"code":"NOT_FOUND","message":"no"}\n', 404));
  for (const wrong of [
    '{"functions":[]}\n',
    '{"functions":[],"next":5}\n',
    '{"functions":[],"next":null,"total":1}\n',
    '{"functions":[{}],"next":null}\n',
    '{"functions":[],"next":null}',
  ]) {
    assert.throws(() => check("GET", "/functions", answer(wrong)), wrong);
  }
  assert.throws(() => check("GET", "/functions", answer('{"status":"no"}\n', 400)));
  assert.throws(() => check("GET", "/functions", answer("[]", 200, "text/csv")));
  assert.throws(() => check("GET", "/functions", answer('{"functions":[],"next":null}\n', 202)));
  assert.throws(() => check("GET", "/nothing", answer("{}\n")));
});

test("the ingress is described too, where docs/http-ingress.md says that its paths are", () => {
  const written = tableRows(pageAt("docs/http-ingress.md"), "Paths").map(([path = "", query = ""]) => [
    codeIn(path)[0]?.replaceAll(/<(\w+)>/g, "{$1}"),
    codeIn(query).sort(),
  ]);
  const described = Object.entries<any>(document.paths).flatMap(([path, item]) =>
    Object.entries<any>(item)
      .filter(([, operation]) => operation.tags?.includes("ingress"))
      .map(([method, { parameters }]) => [
        `${method.toUpperCase()} ${new URL(item.servers[0].url).pathname.replace(/\/$/, "")}${path}`,
        parameters
          .filter((each: any) => each.in === "query")
          .map((each: any) => each.name)
          .sort(),
      ]),
  );
  assert.deepEqual(written.sort(), described.sort());
});
