// Many listeners of one signal.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onAbort } from "../../src/model/abort.js";

test("every listener is called once when the signal aborts, and none that has ended", () => {
  const controller = new AbortController();
  const called: number[] = [];
  const ends = [0, 1, 2].map((number) => onAbort(controller.signal, () => void called.push(number)));
  ends[1]?.();
  controller.abort();
  controller.abort();
  assert.deepEqual(called, [0, 2]);
});

test("a hundred listeners of one signal warn of no leak, and neither do a hundred after one another", async (t) => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => void warnings.push(warning);
  process.on("warning", listen);
  t.after(() => process.off("warning", listen));
  const { signal } = new AbortController();
  for (let count = 0; count < 100; count++) onAbort(signal, () => {});
  for (let count = 0; count < 100; count++) onAbort(signal, () => {})();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(warnings, []);
});
