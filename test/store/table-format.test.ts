// Tables as LevelDB writes them, and bytes that are no table.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { liveFiles } from "../../src/store/manifest.js";
import { damageOfTable, footerLength, readFooter } from "../../src/store/table-format.js";
import { folderOfTables } from "./databases.js";

async function tableOf(t: TestContext): Promise<Buffer> {
  const dir = await folderOfTables(t, 4);
  const { tables } = await liveFiles(dir, join(dir, "db"));
  const [table] = tables;
  return readFileSync(join(dir, "db", table?.name as string));
}

const noPause = async () => {};

test("a table that LevelDB wrote is whole, and is read in blocks", async (t) => {
  const table = await tableOf(t);
  const blocks: number[] = [];
  const damage = await damageOfTable(table, async (bytes) => void blocks.push(bytes));
  assert.equal(damage, undefined);
  assert.ok(blocks.length > 5);
});

test("a damage is found where its block begins", async (t) => {
  const table = await tableOf(t);
  table[3] = (table[3] as number) ^ 1;
  assert.equal(await damageOfTable(table, noPause), 0);
});

test("a footer that leads to other blocks than its own is found", async (t) => {
  const table = await tableOf(t);
  const footerAt = table.length - footerLength;
  const { index } = readFooter(table.subarray(footerAt), table.length) as NonNullable<ReturnType<typeof readFooter>>;
  // The index leads to the data alone. In the place of the filter's block it leaves the filter out.
  const handle: number[] = [];
  for (const part of [index.offset, index.size]) {
    let rest = part;
    for (; rest >= 128; rest = Math.floor(rest / 128)) handle.push((rest % 128) | 128);
    handle.push(rest);
  }
  table.set([...handle, ...handle], footerAt);
  assert.equal(await damageOfTable(table, noPause), footerAt);
});

test("bytes that are no footer are none", async (t) => {
  const table = await tableOf(t);
  const footer = table.subarray(-footerLength);
  assert.notEqual(readFooter(footer, table.length), undefined);
  assert.equal(readFooter(footer.subarray(1), table.length), undefined);
  assert.equal(readFooter(footer, 100), undefined); // its blocks lie beyond so short a file
  const other = Buffer.from(footer);
  other[footerLength - 1] = 0;
  assert.equal(readFooter(other, table.length), undefined);
  for (const length of [0, 1, footerLength])
    assert.notEqual(await damageOfTable(Buffer.alloc(length), noPause), undefined);
});
