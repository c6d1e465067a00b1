// A function that sends to itself without end leaves everybody else their turn.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Context, StatefulFunctions, Types } from "../../../src/index.js";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import { until } from "../ingress/world.js";

const paths = ["health", "info", "history", "functions", "addresses/loop/on/0", "functions/loop/on/addresses", "graph"];

for (const kind of ["in memory", "on disk"] as const) {
  test(`the admin server answers while functions send to themselves without end, ${kind}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "statefun-loop-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    let calls = 0;
    const again = (value: number, context: Context) => {
      calls += 1;
      context.send(context.address, Types.int.pack(value));
    };
    const functions = new StatefulFunctions().register("loop/on", again, { handles: [Types.int] });
    const runtime = await StatefunRuntime.open({
      functions,
      dir: kind === "on disk" && folder,
      ingress: false,
      admin: { port: 0 },
    });
    t.after(() => runtime.close({ grace: 0 }));
    for (let id = 0; id < 50; id++) await runtime.send("loop/on", `${id}`, Types.int.pack(id));
    for (const path of paths) {
      const before = calls;
      const response = await fetch(`${runtime.admin?.url}/${path}`);
      await response.text();
      assert.equal(response.status, 200, path);
      await until(() => calls > before); // the loop goes on
    }
  });
}
