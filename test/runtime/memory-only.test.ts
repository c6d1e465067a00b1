// A runtime in memory runs where LevelDB, which is native code, can't be loaded.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

test("a runtime in memory does not load classic-level", () => {
  const runtime = JSON.stringify(new URL("../../src/runtime/entry.ts", import.meta.url).href);
  const program = `
    import { createRequire } from "node:module";
    const { StatefunRuntime } = await import(${runtime});
    const runtime = await StatefunRuntime.open({ dir: false, ingress: false, admin: false });
    await runtime.close();
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(loaded.length > 0, loaded.some((file) => file.includes("classic-level")));
  `;
  const args = ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", program];
  assert.equal(execFileSync(process.execPath, args).toString().trim(), "true false");
});
