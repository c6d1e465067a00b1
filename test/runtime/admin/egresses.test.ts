// The egresses of a runtime over the admin server.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { StatefulFunctions, Types } from "../../../src/index.js";
import { StatefunRuntime } from "../../../src/runtime/statefun-runtime.js";
import { freshFolder } from "../../store/folders.js";

test("egresses are listed with what takes their records, without secrets, and with what waits", async (t) => {
  const functions = new StatefulFunctions().register(
    "shop/log",
    (text, context) => {
      for (const name of ["web", "handler"]) context.sendEgress(`out/${name}`, Types.string.pack(text as string));
    },
    { handles: [Types.string] },
  );
  const file = join(freshFolder(t), "log.jsonl");
  await using runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    ingress: false,
    admin: { port: 0 },
    logger: { warn() {}, error() {} },
    egresses: {
      "out/file": { file },
      "out/web": { url: "http://127.0.0.1:1/hook?secret=17" },
      "out/handler": async () => {
        throw new Error("as the test wants");
      },
    },
  });
  await runtime.send("shop/log", "a", Types.string.pack("x".repeat(5000)));
  let shown: any[] = [];
  do {
    shown = ((await (await fetch(`${runtime.admin?.url}/egresses`)).json()) as { egresses: any[] }).egresses;
  } while (shown.some(({ egress, failures }) => egress !== "out/file" && failures === 0));
  assert.deepEqual(
    shown.map(({ egress, consumer, target, pending, failing, records }) => [
      egress,
      consumer,
      target,
      pending,
      failing,
      records.length,
    ]),
    [
      ["out/file", "file", file, 0, false, 0],
      ["out/handler", "function", null, 1, true, 1],
      ["out/web", "http", "http://127.0.0.1:1/hook", 1, true, 1],
    ],
  );
  const [, handler] = shown;
  assert.equal(handler.lastFailure.message, "as the test wants");
  assert.equal(handler.records[0].headIs, "text");
  assert.ok(handler.oldestAt !== null && handler.bytes > 5000 && handler.handedOut === 1);
});
