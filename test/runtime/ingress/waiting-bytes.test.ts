// Calls that wait for long hold nothing of the requests that brought them.
// Alone in its process: it counts the memory of the process.

import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Context, StatefulFunctions, Types } from "../../../src/index.js";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import { RecordingLogger } from "../../support/recording-logger.js";
import { ndjson } from "./lines.js";
import { until } from "./world.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const requests = 20;
/** Such a body comes in several packets. */
const value = "x".repeat(500_000);
const line = (id: string) => JSON.stringify({ function: "example/f", id, value, timeout: "1h" });

const asked = {
  "a call": (id: string) => ({ path: `/call/example/f/${id}?timeout=1h`, headers: {}, body: JSON.stringify(value) }),
  "one of many calls": (id: string) => ({
    path: "/calls",
    headers: ndjson,
    body: `${line(`${id}a`)}\n${line(`${id}b`)}`,
  }),
};

for (const [what, ask] of Object.entries(asked)) {
  test(`${what} that waits holds no body`, async (t) => {
    let waiting = 0;
    const functions = new StatefulFunctions().register(
      "example/f",
      (_text: string, context: Context) => {
        waiting += 1;
        context.deferReply();
      },
      { handles: [Types.string] },
    );
    const logger = new RecordingLogger();
    const runtime = await StatefunRuntime.open({ functions, dir: false, ingress: { port: 0 }, admin: false, logger });
    t.after(() => runtime.close({ grace: 0 }));
    collect();
    const before = process.memoryUsage().arrayBuffers;
    for (let id = 0; id < requests; id += 1) {
      const { body, ...options } = ask(String(id));
      const outgoing = request({ ...options, port: runtime.ingress?.port, method: "POST", agent: false });
      t.after(() => outgoing.destroy());
      outgoing.on("error", () => {}); // the runtime closes, or the test ends
      outgoing.end(body);
    }
    const calls = what === "a call" ? requests : 2 * requests;
    await until(() => waiting === calls);
    let bytes = Number.POSITIVE_INFINITY;
    const most = (requests * value.length) / 4;
    // Buffers are given back beside the collection, a little later.
    for (let tries = 0; tries < 50 && bytes >= most; tries += 1) {
      collect();
      await new Promise(setImmediate);
      bytes = process.memoryUsage().arrayBuffers - before;
    }
    assert.ok(bytes < most, `${calls} calls keep ${bytes} bytes`);
  });
}
