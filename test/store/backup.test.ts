// A copy of a store that is made while the store is used.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { test } from "node:test";
import { StatefunError } from "../../src/errors.js";
import { backUp } from "../../src/store/backup.js";
import { openLevelStore } from "../../src/store/level-store.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { CopiedStore, Entry, Write } from "../../src/store/store.js";
import { rejectsCode } from "../support/expect-code.js";
import { bytes, everything, text } from "./contract.js";
import { freshFolder } from "./folders.js";

const key = (index: number) => `key${String(index).padStart(5, "0")}`;
const group = (value: string, length = 5_000) =>
  Array.from({ length }, (_, index): Write => [key(index), bytes(value)]);

/** What a folder holds, as texts. */
async function contentOf(dir: string): Promise<(readonly [string, string | undefined])[]> {
  const store = await openLevelStore(dir);
  try {
    return (await store.entries(everything)).map(([name, value]) => [name, text(value)]);
  } finally {
    await store.close();
  }
}

for (const [name, open] of [
  ["on disk", (dir: string): Promise<CopiedStore> => openLevelStore(dir)],
  ["in memory", async (): Promise<CopiedStore> => new MemoryStore()],
] as const) {
  test(`a store ${name}: the copy holds every entry, in a folder that opens like any other`, async (t) => {
    const store = await open(freshFolder(t));
    t.after(() => store.close());
    const all: Write[] = [...group("value", 2_500), ["\u{10000}😀", bytes("emoji")], ["empty", new Uint8Array(0)]];
    await store.write(all);
    await store.write([["large", Buffer.alloc(3_000_000, "x")]]);
    const to = join(freshFolder(t), "deep", "backup");
    const made = await backUp(store, to);
    assert.deepEqual(
      await contentOf(to),
      (await store.entries(everything)).map(([name, value]) => [name, text(value)]),
    );
    assert.equal(made.folder, to);
    assert.equal(made.entries, 2_503);
    assert.ok(made.bytes > 3_000_000);
    assert.deepEqual(readdirSync(dirname(to)), ["backup"], "nothing lies beside the copy");
    assert.deepEqual(readdirSync(to).sort(), ["FORMAT", "db"], "the copy has no owner");
  });

  test(`a store ${name}: writes that come while it is copied are not in the copy`, async (t) => {
    const store = await open(freshFolder(t));
    t.after(() => store.close());
    await store.write(group("0"));
    const to = freshFolder(t);
    let over = false;
    let rounds = 0;
    const copied = backUp(store, to).finally(() => {
      over = true;
    });
    while (!over) {
      rounds += 1;
      await store.write(group(`${rounds}`));
      await new Promise(setImmediate);
    }
    await copied;
    const values = new Set((await contentOf(to)).map(([, value]) => value));
    assert.equal(values.size, 1, "one write that is whole");
    assert.equal((await contentOf(to)).length, 5_000);
    assert.equal(text(store.get(key(0))), `${rounds}`);
  });
}

test("a folder that holds something is refused and stays as it is; an empty one is taken", async (t) => {
  const store = new MemoryStore();
  await store.write(group("value", 3));
  const to = freshFolder(t);
  mkdirSync(to);
  writeFileSync(join(to, "mine.txt"), "mine");
  await rejectsCode(backUp(store, to), "OPTION_INVALID", to);
  assert.deepEqual(readdirSync(to), ["mine.txt"]);
  await rejectsCode(backUp(store, join(to, "mine.txt")), "OPTION_INVALID", "mine.txt");
  const empty = join(dirname(to), "empty");
  mkdirSync(empty);
  await backUp(store, empty);
  await rejectsCode(backUp(store, empty), "OPTION_INVALID", empty);
  assert.equal((await contentOf(empty)).length, 3);
  // A path may be relative, and end in a slash.
  const { folder } = await backUp(store, `${relative(process.cwd(), join(dirname(to), "other"))}/`);
  assert.equal(folder, join(dirname(to), "other"));
});

test("a folder inside the store's own one is refused, whatever links lead there", async (t) => {
  const own = freshFolder(t);
  const store = await openLevelStore(own);
  t.after(() => store.close());
  const link = join(dirname(own), "link");
  symlinkSync(own, link);
  for (const to of [join(own, "backup"), join(own, "db", "deep", "backup"), join(link, "backup")]) {
    await rejectsCode(backUp(store, to, { own }), "OPTION_INVALID", to);
  }
  assert.deepEqual(readdirSync(own).sort(), ["FORMAT", "OWNER", "db"]);
  await backUp(store, `${own}-beside`, { own });
  await backUp(store, join(dirname(own), "..backup"), { own });
});

test("of two backups into one folder the second is refused, and a link is no folder", async (t) => {
  const store = new MemoryStore();
  await store.write(group("value", 3));
  const to = freshFolder(t);
  const made = await Promise.allSettled([backUp(store, to), backUp(store, to)]);
  const refused = made.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []));
  assert.deepEqual(refused, ["OPTION_INVALID"]);
  assert.equal((await contentOf(to)).length, 3);
  const link = join(dirname(to), "link");
  symlinkSync(join(dirname(to), "nowhere"), link);
  await rejectsCode(backUp(store, link), "OPTION_INVALID", link);
  assert.deepEqual(readdirSync(dirname(to)).sort(), [basename(to), "link"].sort());
});

test("a store that is closed while it is copied leaves no folder", async (t) => {
  const store = await openLevelStore(freshFolder(t));
  for (let part = 0; part < 20; part += 1) {
    await store.write(
      Array.from({ length: 200 }, (_, index): Write => [key(part * 200 + index), new Uint8Array(5_000)]),
    );
  }
  const to = freshFolder(t);
  const copied = assert.rejects(backUp(store, to), { code: "STORE_FAILED" });
  while (readdirSync(dirname(to)).length === 0) await new Promise(setImmediate);
  await store.close();
  await copied;
  assert.deepEqual(readdirSync(dirname(to)), []);
});

test("what can't be read leaves no folder, and keeps its code if it has one", async (t) => {
  const broken = (thrown: Error) =>
    new (class extends MemoryStore {
      override async *pages(): AsyncGenerator<[]> {
        yield [];
        throw thrown;
      }
    })();
  const to = freshFolder(t);
  const own = new StatefunError("STORE_FAILED", "a table is damaged");
  await assert.rejects(backUp(broken(own), to), own);
  await rejectsCode(backUp(broken(new RangeError("no more")), to), "BACKUP_FAILED", to, "no more");
  assert.deepEqual(readdirSync(dirname(to)), []);
});

test("a backup that is cut off rejects with the reason, before it begins or in its midst, and leaves no folder", async (t) => {
  const reason = new StatefunError("SHUTTING_DOWN", "enough");
  const cut = new AbortController();
  class Cut extends MemoryStore {
    override async *pages(): AsyncGenerator<Entry[]> {
      yield* super.pages();
      cut.abort(reason);
      yield* super.pages();
    }
  }
  const store = new Cut();
  await store.write(group("value", 3));
  const to = freshFolder(t);
  await assert.rejects(backUp(store, to, { signal: cut.signal }), reason);
  await assert.rejects(backUp(store, to, { signal: cut.signal }), reason);
  assert.deepEqual(readdirSync(dirname(to)), []);
});
