// What a runtime of a test keeps of what has ended.
// Alone in its process: it counts the memory of the process.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Types } from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";
import { Counter, functions } from "./functions.js";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

test("a call that has ended leaves less than 500 bytes behind", async (t) => {
  await using app = await TestRuntime.open({ functions });
  const call = async (times: number) => {
    for (let at = 0; at < times; at++) await app.call(Counter, "bob", Types.int.pack(1));
    gc();
    return process.memoryUsage().heapUsed;
  };
  const before = await call(2_000);
  const bytes = ((await call(5_000)) - before) / 5_000;
  t.diagnostic(`${bytes.toFixed(0)} bytes`);
  assert.ok(bytes < 500, `${bytes} bytes`);
});
