// The closing of a runtime: the order of its phases, the time that they share, and what a failure changes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Closing } from "../../src/runtime/closing.js";

/** Records the names of the parts as they are closed. */
function recorder() {
  const closed: string[] = [];
  return { closed, close: (name: string) => async () => void closed.push(name) };
}

test("parts are closed by their phases, whatever the order in which they were added", async () => {
  const { closed, close } = recorder();
  const closing = new Closing();
  closing.add("endpoints", close("endpoints"));
  closing.add("store", close("store"));
  closing.add("engine", close("engine"));
  closing.add("writes", close("writes"));
  closing.add("process", close("process"));
  closing.add("ingresses", close("first ingress"));
  closing.add("admin", close("admin"));
  closing.add("egresses", close("egress"));
  closing.add("ingresses", close("second ingress"));
  await closing.run(1_000);
  const ingresses = ["first ingress", "second ingress"];
  assert.deepEqual(closed, ["admin", ...ingresses, "engine", "egress", "writes", "store", "endpoints", "process"]);
});

test("a part that fails does not keep the others from being closed; the first failure rejects", async () => {
  const { closed, close } = recorder();
  const closing = new Closing();
  closing.add("admin", () => Promise.reject(new Error("first")));
  closing.add("engine", () => Promise.reject(new Error("second")));
  closing.add("store", close("store"));
  await assert.rejects(closing.run(1_000), { message: "first" });
  assert.deepEqual(closed, ["store"]);
});

test("no part gets more time than the whole", async () => {
  const closing = new Closing();
  const times: number[] = [];
  for (const phase of ["admin", "ingresses", "engine"] as const) {
    closing.add(phase, async (graceMs) => void times.push(graceMs));
  }
  await closing.run(50);
  assert.ok(times.every((ms) => ms >= 0 && ms <= 50));
  assert.deepEqual(
    times,
    [...times].sort((a, b) => b - a),
  );
  times.length = 0;
  await closing.run(-5);
  assert.deepEqual(times, [0, 0, 0]);
});
