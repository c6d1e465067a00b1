import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { failureOf } from "../../src/cli/exit-status.js";
import { parseInput } from "../../src/cli/parse.js";
import { askAdmin } from "../../src/cli/request.js";
import { rejectsCode } from "../support/expect-code.js";

test("a server that takes a request and does not answer is ANSWER_TIMEOUT, not CLIENT_FAILED", async (t) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const input = parseInput("ps", ["--admin-url", `http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
  const asked = askAdmin(input, { method: "GET", path: "/functions", idleMs: 20 });
  await rejectsCode(asked, "ANSWER_TIMEOUT", "0.02 s");
  const { exitStatus } = failureOf(await asked.catch((thrown) => thrown));
  assert.equal(exitStatus, 5);
});
