// What a connection is good for after an answer.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { StatefunError } from "../../../src/errors.js";
import type { RequestHandler } from "../../../src/runtime/http/answering.js";
import { listen } from "../../../src/runtime/http/listening.js";
import { readBody } from "../../../src/runtime/http/request-body.js";
import { send } from "../../support/http.js";

async function setUp(t: TestContext, handle: RequestHandler) {
  const server = await listen({ name: "The test's server", option: "its port", port: 0 }, handle);
  t.after(() => server.close(0));
  return (bytes: number) =>
    send(server.port, "/", { method: "POST", headers: { connection: "keep-alive" }, body: Buffer.alloc(bytes) });
}

test("a request that is refused once its body is read keeps its connection, however large the body is", async (t) => {
  const post = await setUp(t, async (request) => {
    await readBody(request, 1_000_000);
    throw new StatefunError("OVERLOADED", "Too many messages wait.");
  });
  for (const bytes of [0, 1, 10_000, 500_000]) {
    const { status, headers } = await post(bytes);
    assert.deepEqual([status, headers.connection], [503, "keep-alive"], `${bytes} bytes`);
  }
});
