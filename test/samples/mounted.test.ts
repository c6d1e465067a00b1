// The sample of a Koa app with a runtime in it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openApp } from "../../samples/mounted/app.js";
import { startKoa } from "../support/http.js";

const basic = (login: string) => ({ Authorization: `Basic ${Buffer.from(login).toString("base64")}` });

test("visitors call functions, operators see states and the console, and others see nothing", async (t) => {
  const { app, runtime } = await openApp({ visitor: "ann:a", operator: "ops:o" }, false);
  const { port, server } = await startKoa(app);
  t.after(async () => {
    await runtime.close();
    server.closeAllConnections();
    server.close();
  });
  const ask = (path: string, login: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      ...init,
      headers: { "Content-Type": "application/json", ...(login === "" ? {} : basic(login)) },
    });
  const greet = (login: string) =>
    ask("/statefun/call/example/count/bob", login, { method: "POST", body: '{"name":"Bob"}' });
  for (const login of ["", "ann:b", "ops:a"]) assert.equal((await greet(login)).status, 401, login);
  assert.deepEqual(await (await greet("ann:a")).json(), { text: "Hello Bob", count: 1 });
  assert.equal((await ask("/", "ann:a")).status, 200);
  for (const path of ["/ops", "/ops/statefun", "/ops/statefun/functions"]) {
    assert.equal((await ask(path, "ann:a")).status, 401, path);
  }
  const shown: any = await (await ask("/ops/statefun/addresses/example/count/bob", "ops:o")).json();
  assert.equal(shown.states[0].value, 1);
  assert.equal((await ask("/ops/statefun", "ops:o", { redirect: "manual" })).headers.get("location"), "statefun/");
});
