// Function servers in a second process that start after the runtime, and that are replaced by others while it runs.

import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import { freePorts } from "../../support/free-ports.js";
import { RecordingLogger } from "../../support/recording-logger.js";

async function start(t: TestContext, port: number, version: "first" | "next"): Promise<ChildProcess> {
  const server = fork(fileURLToPath(new URL("server.ts", import.meta.url)), [String(port), version], {
    execArgv: ["--import", "tsx"],
  });
  t.after(() => server.kill());
  await once(server, "message");
  return server;
}

async function stop(server: ChildProcess): Promise<void> {
  server.kill("SIGKILL");
  await once(server, "exit");
}

async function opened(t: TestContext) {
  const [port] = (await freePorts(1)) as [number];
  const folder = await mkdtemp(join(tmpdir(), "discovery-restarts-"));
  const module = join(folder, "module.yaml");
  await writeFile(
    module,
    `kind: io.statefun.endpoints.v2/http\nspec:\n  functions: shop/*\n  urlPathTemplate: http://127.0.0.1:${port}/statefun\n`,
  );
  const logger = new RecordingLogger();
  const runtime = await StatefunRuntime.open({ module, dir: false, ingress: { port: 0 }, admin: { port: 0 }, logger });
  t.after(async () => {
    await runtime.close();
    await rm(folder, { recursive: true });
  });
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${runtime.ingress?.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  /** Posts until the answer has this status: the runtime asks a server again after a second. */
  const postUntil = async (wanted: number, path: string, body: unknown) => {
    const end = performance.now() + 20_000;
    for (;;) {
      const answer = await post(path, body);
      if (answer.status === wanted || performance.now() > end) return answer;
    }
  };
  const told = () => logger.lines.filter((line) => line.includes("does not tell its functions"));
  return { port, post, postUntil, told };
}

test("a server that starts after the runtime tells its types to the first calls, and is missed in the log once", async (t) => {
  const { port, post, postUntil, told } = await opened(t);
  const early = await post("/send/shop/cart/bob?handler=add", { item: "tea", pieces: 2 });
  assert.deepEqual([early.status, early.body.code], [400, "OPTION_INVALID"]);
  assert.match(early.body.message, /its server does not tell them: .*ECONNREFUSED/);
  await post("/send/shop/cart/bob?handler=add", { item: "tea", pieces: 2 });
  await start(t, port, "first");
  const { status, body } = await postUntil(200, "/call/shop/cart/bob?handler=add", { item: "tea", pieces: 3 });
  assert.deepEqual([status, body], [200, { lines: 1, pieces: 3 }]);
  assert.equal(told().length, 1);
});

test("a server that is replaced by its next version is asked again, and what is gone is refused", async (t) => {
  const { port, post, postUntil, told } = await opened(t);
  const first = await start(t, port, "first");
  const { body } = await postUntil(200, "/call/shop/cart/bob?handler=add", { item: "tea", pieces: 2 });
  assert.deepEqual(body, { lines: 1, pieces: 2 });
  await stop(first);
  // What the server told before holds while it is away, so what it does not take is refused.
  assert.equal((await post("/send/shop/cart/eve?type=io.statefun.types/bool", true)).status, 400);
  assert.equal((await post("/send/shop/cart/bob?handler=remove", "no number")).status, 400);
  await start(t, port, "next");
  const next = await postUntil(200, "/call/shop/cart/bob?handler=put", { article: "tea", count: 5 });
  assert.deepEqual(next.body, { total: 7 });
  const old = await post("/call/shop/cart/bob?handler=add", { item: "tea", pieces: 2 });
  assert.deepEqual([old.status, old.body.code], [400, "OPTION_INVALID"]);
  assert.match(old.body.message, /takes shop\/article/);
  const gone = await post("/call/shop/greeter/bob", { name: "Bob" });
  assert.match(gone.body.message, /tells other functions, and not this one/);
  assert.ok(told().length <= 1, told().join("\n"));
});
