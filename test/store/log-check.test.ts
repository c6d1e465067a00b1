// Damage in LevelDB's logs: what a crash leaves passes, and damage before a whole write does not.

import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openLevelStore } from "../../src/store/level-store.js";
import { assertLogsWhole } from "../../src/store/log-check.js";
import { rejectsCode } from "../support/expect-code.js";
import { freshFolder } from "./folders.js";

/** A folder whose log holds so many writes of so many bytes each; the writes at these offsets, and the log's path. */
async function logOf(t: TestContext, writes: number, bytes: number) {
  const dir = freshFolder(t);
  const store = await openLevelStore(dir);
  for (let number = 0; number < writes; number++) await store.write([[`${number}`, Buffer.alloc(bytes, number + 1)]]);
  await store.close();
  const database = join(dir, "db");
  const [name] = readdirSync(database).filter((file) => file.endsWith(".log"));
  assert.ok(name !== undefined);
  const path = join(database, name);
  return { dir, database, path, log: readFileSync(path) };
}

test("a whole log passes, also with writes that fill several blocks, and an empty one", async (t) => {
  const small = await logOf(t, 20, 100);
  await assertLogsWhole(small.dir, small.database);
  const large = await logOf(t, 3, 100_000);
  await assertLogsWhole(large.dir, large.database);
  writeFileSync(large.path, "");
  await assertLogsWhole(large.dir, large.database);
});

test("a log that is cut short anywhere passes: its last write was acknowledged to nobody", async (t) => {
  const { dir, database, path, log } = await logOf(t, 4, 60);
  for (let length = 0; length < log.length; length++) {
    writeFileSync(path, log.subarray(0, length));
    await assertLogsWhole(dir, database);
  }
});

test("a log with zeros or anything else behind its last write passes", async (t) => {
  for (const rest of [Buffer.alloc(1000), Buffer.alloc(20, 255), Buffer.from("rest")]) {
    const { dir, database, path } = await logOf(t, 3, 60);
    appendFileSync(path, rest);
    await assertLogsWhole(dir, database);
  }
});

test("one changed byte before a whole write is refused, wherever it is", async (t) => {
  const { dir, database, path, log } = await logOf(t, 3, 60);
  const lastWrite = log.lastIndexOf(Buffer.alloc(60, 3)) - 40;
  assert.ok(lastWrite > 100);
  for (let at = 0; at < lastWrite; at++) {
    const damaged = Buffer.from(log);
    damaged[at] = (damaged[at] as number) ^ 0x10;
    writeFileSync(path, damaged);
    await rejectsCode(assertLogsWhole(dir, database), "STORE_FAILED", dir);
  }
});

test("damage in the last write alone passes", async (t) => {
  const { dir, database, path, log } = await logOf(t, 3, 60);
  const damaged = Buffer.from(log);
  damaged[log.length - 1] = (damaged[log.length - 1] as number) ^ 1;
  writeFileSync(path, damaged);
  await assertLogsWhole(dir, database);
});

test("damage in a write of several blocks is refused when another write follows", async (t) => {
  const { dir, database, path, log } = await logOf(t, 2, 100_000);
  const damaged = Buffer.from(log);
  damaged[50_000] = (damaged[50_000] as number) ^ 1;
  writeFileSync(path, damaged);
  await rejectsCode(assertLogsWhole(dir, database), "STORE_FAILED");
});

test("a log that is cut short passes when the log after it is empty, and not when that one holds a write", async (t) => {
  const { dir, database, path, log } = await logOf(t, 4, 60);
  const next = join(database, "999999.log");
  writeFileSync(path, log.subarray(0, log.length - 1));
  writeFileSync(next, "");
  await assertLogsWhole(dir, database);
  writeFileSync(next, log);
  await rejectsCode(assertLogsWhole(dir, database), "STORE_FAILED", path.slice(path.lastIndexOf("/") + 1));
  writeFileSync(path, log);
  await assertLogsWhole(dir, database);
});

test("a log that LevelDB does not read any more may be damaged", async (t) => {
  const { dir, database, path, log } = await logOf(t, 4, 60);
  log[10] = (log[10] as number) ^ 1;
  writeFileSync(path, log);
  await rejectsCode(assertLogsWhole(dir, database), "STORE_FAILED");
  await assertLogsWhole(dir, database, 999_999);
});
