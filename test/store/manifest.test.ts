// Which tables a database consists of, and what is missing of them.

import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openLevelStore } from "../../src/store/level-store.js";
import { liveFiles } from "../../src/store/manifest.js";
import { rejectsCode } from "../support/expect-code.js";
import { everything } from "./contract.js";
import { folderOfTables } from "./databases.js";
import { freshFolder } from "./folders.js";

const tablesOf = async (dir: string) => (await liveFiles(dir, join(dir, "db"))).tables;
const filesOf = (dir: string, kind: RegExp) => readdirSync(join(dir, "db")).filter((name) => kind.test(name));
const manifestOf = (dir: string) => join(dir, "db", filesOf(dir, /^MANIFEST/)[0] as string);

function copyOf(t: TestContext, dir: string): string {
  const copy = freshFolder(t);
  cpSync(dir, copy, { recursive: true });
  return copy;
}

async function countOf(dir: string): Promise<number> {
  const store = await openLevelStore(dir);
  const keys = await store.keys(everything);
  await store.close();
  return keys.length;
}

test("the tables are those that are there, the newest first", async (t) => {
  const dir = await folderOfTables(t, 10);
  const tables = (await tablesOf(dir)).map(({ name }) => name);
  assert.ok(tables.length > 1);
  assert.deepEqual(tables, tables.toSorted().toReversed());
  for (const { name, size } of await tablesOf(dir)) assert.equal(readFileSync(join(dir, "db", name)).length, size);
  // A table that LevelDB was about to make or to delete at the close may lie there as well. Nothing is lost with it.
  const count = await countOf(copyOf(t, dir));
  for (const file of filesOf(dir, /\.ldb$/)) if (!tables.includes(file)) rmSync(join(dir, "db", file));
  assert.equal(await countOf(dir), count);
});

test("a new folder has no tables", async (t) => {
  assert.deepEqual(await tablesOf(await folderOfTables(t, 0)), []);
});

test("a MANIFEST that lost its end is refused before LevelDB deletes the newer files", async (t) => {
  const dir = await folderOfTables(t, 10);
  const before = filesOf(dir, /./);
  const size = readFileSync(manifestOf(dir)).length;
  for (let length = 0; length < size; length += 7) {
    const copy = copyOf(t, dir);
    truncateSync(manifestOf(copy), length);
    await rejectsCode(openLevelStore(copy), "STORE_FAILED", copy);
    assert.deepEqual(filesOf(copy, /./), before);
  }
});

test("a MANIFEST with a length that leads beyond its end is refused by name", async (t) => {
  const dir = await folderOfTables(t, 10);
  const path = manifestOf(dir);
  const content = readFileSync(path);
  content[5] = 0x7f; // the first record is now longer than the file
  writeFileSync(path, content);
  await rejectsCode(openLevelStore(dir), "STORE_FAILED", "MANIFEST", "byte 0");
});

test("the end of an edit that a crash cut off loses nothing", async (t) => {
  const dir = await folderOfTables(t, 10);
  const expected = await countOf(copyOf(t, dir));
  const path = manifestOf(dir);
  writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from([1, 2, 3, 4, 200, 0, 1, 9, 9])]));
  assert.equal(await countOf(dir), expected);
});

test("what a crash leaves beside the tables loses nothing", async (t) => {
  const dir = await folderOfTables(t, 10);
  const expected = await countOf(copyOf(t, dir));
  for (const name of ["999997.ldb", "999998.dbtmp", "999999.log"]) writeFileSync(join(dir, "db", name), "");
  assert.equal(await countOf(dir), expected);
});

for (const [what, kind] of Object.entries({ "its log": /\.log$/, "a table": /\.ldb$/, "its MANIFEST": /^MANIFEST/ })) {
  test(`a database that lacks ${what} is refused by the file's name`, async (t) => {
    const dir = await folderOfTables(t, 10);
    const name = filesOf(dir, kind)[0] as string;
    rmSync(join(dir, "db", name));
    await rejectsCode(openLevelStore(dir), "STORE_FAILED", name, "missing");
  });
}

test("a CURRENT that names no MANIFEST is refused by name", async (t) => {
  for (const content of ["", "MANIFEST-000001", "MANIFEST-\n", "000001.log\n"]) {
    const dir = await folderOfTables(t, 1);
    writeFileSync(join(dir, "db", "CURRENT"), content);
    await rejectsCode(openLevelStore(dir), "STORE_FAILED", "CURRENT");
  }
});
