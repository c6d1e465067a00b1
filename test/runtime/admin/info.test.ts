import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import { root } from "../../docs/pages.js";
import { send } from "../../support/http.js";
import { world } from "./world.js";

const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));

test("the runtime says what it is", async (t) => {
  const before = Date.now();
  const { ask } = await world(t);
  const { status, json } = await ask("GET /info");
  const { startedAt, console: _, ...rest } = json;
  assert.equal(status, 200);
  assert.ok(Date.parse(startedAt) >= before && Date.parse(startedAt) <= Date.now());
  assert.deepEqual(rest, {
    version,
    node: process.version,
    pid: process.pid,
    dir: null,
    ingress: null,
    readOnly: false,
    tokenNeeded: false,
  });
});

test("the folder and the ingress of a runtime are told", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "statefun-info-"));
  const runtime = await StatefunRuntime.open({ dir, ingress: { port: 0 }, admin: { port: 0, bearerToken: "secret" } });
  t.after(async () => {
    await runtime.close();
    await rm(dir, { recursive: true });
  });
  const headers = { authorization: "Bearer secret" };
  const { text } = await send(runtime.admin!.port, "/info", { method: "GET", headers });
  const info = JSON.parse(text);
  assert.deepEqual([info.dir, info.ingress, info.tokenNeeded], [dir, runtime.ingress?.url, true]);
  assert.equal((await send(runtime.admin!.port, "/info", { method: "GET", headers: {} })).status, 401);
});

test("the page and its files need no token, and any page may link to them", async (t) => {
  const { ask } = await world(t, { bearerToken: "secret" });
  for (const path of ["/", "/?x", "/console/nothing.js"]) {
    for (const headers of [{}, { "sec-fetch-site": "cross-site" }] as Record<string, string>[]) {
      assert.notEqual((await ask(`GET ${path}`, { headers })).status, 401, path);
    }
  }
  for (const path of ["/console", "/console/", "/console/a/b", "//", "/info", "/console/../info"]) {
    if (path !== "/console/") assert.equal((await ask(`GET ${path}`)).status, 401, path);
  }
});

test("the page is not served under another machine's name", async (t) => {
  const { ask } = await world(t);
  assert.equal((await ask("GET /", { headers: { host: "evil.example" } })).status, 401);
});
