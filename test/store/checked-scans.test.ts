// A scan over a table that can't be read is an error, whatever its limit.

import assert from "node:assert/strict";
import { readdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openLevelStore } from "../../src/store/level-store.js";
import type { Write } from "../../src/store/store.js";
import { rejectsCode } from "../support/expect-code.js";
import { bytes } from "./contract.js";
import { freshFolder } from "./folders.js";

const group = (letter: string) =>
  Array.from({ length: 1_500 }, (_, index): Write => [`${letter}${String(index).padStart(5, "0")}`, bytes("1")]);

test("a scan that meets a table without its end fails, also when its limit is reached before", async (t) => {
  const dir = freshFolder(t);
  const first = await openLevelStore(dir);
  await first.write(group("a"));
  await first.close();
  await (await openLevelStore(dir)).close(); // which makes a table of the log
  const store = await openLevelStore(dir);
  t.after(() => store.close());
  await store.write(group("b"));
  const table = readdirSync(join(dir, "db")).find((name) => name.endsWith(".ldb")) as string;
  truncateSync(join(dir, "db", table), 100);
  for (const limit of [1, 10, 999, 1_000, 1_001, 1_499, 1_500, 1_000_000]) {
    await rejectsCode(store.keys({ from: "a", to: "c", limit }), "STORE_FAILED");
    await rejectsCode(store.entries({ from: "a", to: "c", limit }), "STORE_FAILED");
    await rejectsCode(store.entries({ from: "a", to: "c", limit, bytes: 70 }), "STORE_FAILED");
    await rejectsCode(store.entries({ from: "a", to: "c", limit, bytes: 1_000_000 }), "STORE_FAILED");
  }
});

test("a scan with values larger than what is read at once ends at its limit", async (t) => {
  const store = await openLevelStore(freshFolder(t));
  t.after(() => store.close());
  await store.write(Array.from({ length: 6 }, (_, index): Write => [`${index}`, Buffer.alloc(700_000)]));
  await store.write([["9", bytes("1")]]);
  for (const limit of [0, 1, 2, 3, 7, 8]) {
    assert.equal((await store.entries({ from: "", to: "a", limit })).length, Math.min(limit, 7));
  }
});
