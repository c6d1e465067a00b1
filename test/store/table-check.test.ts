// The tables of a large database, which are read while the store is in use.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { StatefunError } from "../../src/errors.js";
import { openLevelStore } from "../../src/store/level-store.js";
import { liveFiles } from "../../src/store/manifest.js";
import { TableCheck } from "../../src/store/table-check.js";
import { rejectsCode } from "../support/expect-code.js";
import { folderOfTables } from "./databases.js";

/** How much is read before the opening when all is read later. */
const none = 0;

async function checkOf(t: TestContext) {
  const dir = await folderOfTables(t, 10);
  const { tables } = await liveFiles(dir, join(dir, "db"));
  assert.ok(tables.length > 2);
  const oneTable = tables[0]?.size as number;
  return { dir, tables, oneTable, names: tables.map(({ name }) => name), unchecked: join(dir, "unchecked") };
}

/** Flips a bit of a table. The name leads to the same bytes as the second name of the table. */
function damage(dir: string, name: string): void {
  const path = join(dir, "db", name);
  const content = readFileSync(path);
  content[10] = (content[10] as number) ^ 1;
  writeFileSync(path, content);
}

/** Reads what was not read before the opening; resolves to what was found. */
async function readRest(check: TableCheck): Promise<StatefunError[]> {
  const found: StatefunError[] = [];
  await check.run((error) => found.push(error));
  return found;
}

test("the newest tables are read before the store opens, the others later", async (t) => {
  const { dir, tables, oneTable, names, unchecked } = await checkOf(t);
  const check = new TableCheck(dir, dir);
  await check.begin(tables, oneTable);
  assert.deepEqual(readdirSync(unchecked).toSorted(), names.slice(1).toSorted());
  assert.deepEqual(await readRest(check), []);
  assert.ok(!existsSync(unchecked));
});

test("a damaged table is refused before the store opens when it is one of the newest", async (t) => {
  const { dir, tables, oneTable, names } = await checkOf(t);
  damage(dir, names[0] as string);
  await rejectsCode(new TableCheck(dir, dir).begin(tables, oneTable), "STORE_FAILED", `db/${names[0]}`);
});

test("a damaged table is found later when it is an old one, and the folder is refused from then on", async (t) => {
  const { dir, tables, names } = await checkOf(t);
  const damagedName = names.at(-1) as string;
  damage(dir, damagedName);
  const check = new TableCheck(dir, dir);
  await check.begin(tables, none);
  rmSync(join(dir, "db", damagedName)); // as a compaction does, which puts its values into another table
  const found = await readRest(check);
  assert.deepEqual(
    found.map(({ code }) => code),
    ["STORE_FAILED"],
  );
  assert.match(found[0]?.message as string, new RegExp(damagedName));
  await rejectsCode(new TableCheck(dir, dir).begin(tables, none), "STORE_FAILED", `unchecked/${damagedName}`);
});

test("what was not read before the store closed is read after the next opening", async (t) => {
  const { dir, tables, names, unchecked } = await checkOf(t);
  damage(dir, names.at(-1) as string);
  const check = new TableCheck(dir, dir);
  await check.begin(tables, none);
  const reading = readRest(check);
  await check.stop();
  assert.deepEqual(await reading, []);
  assert.ok(readdirSync(unchecked).includes(names.at(-1) as string));
  const next = new TableCheck(dir, dir);
  await next.begin(tables, none);
  assert.equal((await readRest(next)).length, 1);
});

test("a store whose old table turns out to be damaged fails every read and write", async (t) => {
  const { dir, names } = await checkOf(t);
  damage(dir, names.at(-1) as string);
  let onFailure: (failure: StatefunError) => void = () => {};
  const failed = new Promise<StatefunError>((resolve) => {
    onFailure = resolve;
  });
  const store = await openLevelStore(dir, { onFailure, readFirstBytes: none });
  t.after(() => store.close());
  const keepAlive = setInterval(() => {}, 1_000);
  assert.equal((await failed).code, "STORE_FAILED");
  clearInterval(keepAlive);
  assert.throws(() => store.get("a"), { code: "STORE_FAILED" });
  await rejectsCode(store.write([["a", new Uint8Array(1)]]), "STORE_FAILED", "Put back");
  await rejectsCode(store.keys({ from: "a", to: "b", limit: 1 }), "STORE_FAILED");
});
