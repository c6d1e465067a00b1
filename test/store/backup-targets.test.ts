// Where a backup can't be written: each is refused with a code, nothing is left, and the store goes on.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { backUp } from "../../src/store/backup.js";
import { openLevelStore } from "../../src/store/level-store.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { CopiedStore, Write } from "../../src/store/store.js";
import { rejectsCode } from "../support/expect-code.js";
import { bytes, everything, text } from "./contract.js";
import { freshFolder } from "./folders.js";
import { limitedDisk, mountedDisk } from "./small-disk.js";

/** Values that can't be compressed, a quarter of a MiB each. */
const blocks = (count: number) =>
  Array.from({ length: count }, (_, index): Write => {
    const value = new Uint8Array(256 * 1024);
    for (let at = 0; at < value.length; at += 65_536) crypto.getRandomValues(value.subarray(at, at + 65_536));
    return [`block${index}`, value];
  });

async function filled(store: CopiedStore, megabytes: number): Promise<void> {
  for (let each = 0; each < megabytes; each += 1) {
    await store.write(blocks(4).map(([key, value]) => [`${each} ${key}`, value]));
  }
}

async function filledMemory(): Promise<MemoryStore> {
  const store = new MemoryStore();
  await filled(store, 4);
  return store;
}

test("a disk that is too small for the copy: BACKUP_FAILED says so, and nothing of the copy is left on it", async (t) => {
  const store = new MemoryStore();
  await filled(store, 24);
  const disk = mountedDisk(t, 8);
  if (disk === undefined) return t.skip("no disk can be mounted here");
  await rejectsCode(backUp(store, disk.dir), "BACKUP_FAILED", disk.dir, "the disk is full");
  assert.deepEqual(readdirSync(dirname(disk.dir)), []);
  assert.equal((await store.keys(everything)).length, 96);
});

test("a file that may not grow: BACKUP_FAILED, nothing is left, and the same folder is taken when it may", async (t) => {
  const store = await filledMemory();
  for (const leave of [0, 10, 500, 100_000, 1_000_000]) {
    const { dir, fill, free } = limitedDisk(t);
    fill(leave);
    await rejectsCode(backUp(store, dir), "BACKUP_FAILED", dir, "the disk is full");
    free();
    assert.deepEqual(readdirSync(dirname(dir)), []);
    await backUp(store, dir);
    const copy = await openLevelStore(dir);
    assert.equal((await copy.keys(everything)).length, 16);
    await copy.close();
  }
});

test("a backup on the disk of the data folder ends before it takes the store's room: no write is refused", async (t) => {
  const disk = mountedDisk(t, 120);
  if (disk === undefined) return t.skip("no disk can be mounted here");
  const store = await openLevelStore(disk.dir);
  t.after(() => store.close());
  await filled(store, 32);
  const to = join(dirname(disk.dir), "backup");
  let over = false;
  const refused = rejectsCode(backUp(store, to, { own: disk.dir }), "BACKUP_FAILED", to, "MiB left").finally(() => {
    over = true;
  });
  for (let round = 0; !over; round += 1) await store.write([["round", bytes(`${round}`)]]);
  await refused;
  await store.write([["after", bytes("after")]]);
  assert.equal(text(store.get("after")), "after");
  assert.deepEqual(readdirSync(dirname(disk.dir)), [basename(disk.dir)]);
});

test("a store whose own disk is full can be copied to another one", async (t) => {
  const disk = mountedDisk(t, 8);
  if (disk === undefined) return t.skip("no disk can be mounted here");
  const store = await openLevelStore(disk.dir);
  t.after(() => store.close());
  await store.write([["a", bytes("1")]]);
  disk.fill();
  await rejectsCode(store.write(blocks(1)), "STORE_FULL");
  const made = await backUp(store, freshFolder(t), { own: disk.dir });
  assert.equal(made.entries, 1);
});

test("a mounted disk is no folder for a backup, a folder inside of it is one", async (t) => {
  const disk = mountedDisk(t, 8);
  if (disk === undefined) return t.skip("no disk can be mounted here");
  const store = new MemoryStore();
  await rejectsCode(backUp(store, dirname(disk.dir)), "OPTION_INVALID", "disk of its own");
  await backUp(store, disk.dir);
});

test("files, devices, and folders in which nothing can be made", async (t) => {
  const folder = dirname(freshFolder(t));
  const store = await filledMemory();
  const file = join(folder, "file");
  writeFileSync(file, "mine");
  for (const to of [file, join(file, "backup"), "/dev/full", "/dev/full/backup"]) {
    await rejectsCode(backUp(store, to), "OPTION_INVALID", to);
  }
  // Nobody can make a folder there, whoever runs this test.
  if (process.platform === "linux") await rejectsCode(backUp(store, "/proc/backup"), "BACKUP_FAILED", "/proc/backup");
  assert.deepEqual(readdirSync(folder), ["file"]);
});

test("a link is refused before anything is copied, whether it leads to an empty folder or nowhere", async (t) => {
  const folder = dirname(freshFolder(t));
  class Unread extends MemoryStore {
    override pages(): never {
      assert.fail("nothing is read");
    }
  }
  mkdirSync(join(folder, "empty"));
  for (const name of ["empty", "nowhere"]) {
    const link = join(folder, `to-${name}`);
    symlinkSync(join(folder, name), link);
    await rejectsCode(backUp(new Unread(), link), "OPTION_INVALID", link, "is a link");
  }
  assert.deepEqual(readdirSync(folder).sort(), ["empty", "to-empty", "to-nowhere"]);
});
