// Paths, health, limits: every option of every host.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { StatefulFunctions } from "../../src/index.js";
import { HttpEndpoint, type ServeOptions } from "../../src/serve/adapter.js";
import { serveKoa } from "../../src/serve/hosts/koa.js";
import { serve } from "../../src/serve/hosts/node.js";
import { message, requestBytes } from "../support/calls.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { hosts, send, stop } from "../support/http.js";
import { RecordingLogger } from "../support/recording-logger.js";

const argument = message(example.User, { name: "Seth" });
const ok = requestBytes("v3", { to: "a/b/1", messages: [{ argument }] });
const functions = new StatefulFunctions().register("a/b", () => {});

for (const [name, start] of Object.entries(hosts)) {
  const withHost = async (options: ServeOptions, run: (at: (path: string) => Promise<number>) => Promise<void>) => {
    const host = await start(functions, { logger: new RecordingLogger(), ...options });
    const status = async (path: string) => {
      const method = path.startsWith("GET ") ? "GET" : "POST";
      return (
        await send(host.port, host.at(path.replace("GET ", "")), { method, ...(method === "POST" && { body: ok }) })
      ).status;
    };
    try {
      await run(status);
    } finally {
      await stop(host.server);
    }
  };

  test(`${name}: functions are served at the option path, and health at the path and /health`, () =>
    withHost({ path: "/my/functions" }, async (status) => {
      assert.equal(await status("/my/functions"), 200);
      assert.equal(await status("/statefun"), 404);
      assert.equal(await status("GET /my/functions/health"), 200);
    }));

  test(`${name}: functions can be served at the root`, () =>
    withHost({ path: "/" }, async (status) => {
      assert.equal(await status("/"), 200);
      assert.equal(await status("GET /health"), 200);
    }));

  test(`${name}: health can have another path`, () =>
    withHost({ healthPath: "/alive" }, async (status) => {
      assert.equal(await status("GET /alive"), 200);
      assert.equal(await status("GET /statefun/health"), 404);
    }));

  test(`${name}: health can be left out`, () =>
    withHost({ healthPath: false }, async (status) => {
      assert.equal(await status("GET /statefun/health"), 404);
      assert.equal(await status("/statefun"), 200);
    }));

  test(`${name}: a generation can be pinned`, async () => {
    const host = await start(functions, { generation: "v2", logger: new RecordingLogger() });
    try {
      const { status, text } = await send(host.port, host.at("/statefun"), { body: ok });
      assert.equal(status, 500);
      assert.equal(text, "GENERATION_MISMATCH\n");
    } finally {
      await stop(host.server);
    }
  });

  test(`${name}: a path is compared exactly, with its capitals and a slash at its end`, () =>
    withHost({ path: "/Functions" }, async (status) => {
      assert.equal(await status("/Functions"), 200);
      assert.equal(await status("/functions"), 404);
      assert.equal(await status("/Functions/"), 404);
    }));
}

const wrong: [string, ServeOptions][] = [
  ["a path without a slash", { path: "statefun" }],
  ["an empty path", { path: "" }],
  ["a path that is no text", { path: 5 as any }],
  ["a health path without a slash", { healthPath: "health" }],
  ["a health path of true", { healthPath: true as any }],
  ["a limit of zero", { maxBodyBytes: 0 }],
  ["a negative limit", { maxBodyBytes: -1 }],
  ["a limit of half a byte", { maxBodyBytes: 1.5 }],
  ["no number as limit", { maxBodyBytes: "1mb" as any }],
  ["infinity as limit", { maxBodyBytes: Number.POSITIVE_INFINITY }],
  ["a generation that does not exist", { generation: "v1" as any }],
];
for (const [what, options] of wrong) {
  test(`${what} is OPTION_INVALID`, () => {
    throwsCode(() => new HttpEndpoint(functions, options), "OPTION_INVALID");
  });
}

test("a misspelt option of a server is told with all that there are, port and host too", async () => {
  for (const start of [serve, serveKoa]) {
    await rejectsCode(
      start(functions, { prot: 1 } as object),
      "OPTION_INVALID",
      "prot",
      "port",
      "host",
      "maxBodyBytes",
    );
    for (const options of [null, 5, "8000", []]) {
      await rejectsCode(start(functions, options as object), "OPTION_INVALID");
    }
  }
});

test("the limit is 32 MiB unless it is set", async () => {
  const endpoint = new HttpEndpoint(functions, { logger: new RecordingLogger() });
  let limit = 0;
  await endpoint.answer({
    method: "POST",
    contentType: "application/octet-stream",
    contentEncoding: undefined,
    body: async (maxBytes) => {
      limit = maxBytes;
      return ok;
    },
  });
  assert.equal(limit, 32 * 1024 * 1024);
});
