// Which changes of files count, in folders that were there and in new ones.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { holds, SourceWatcher } from "../../src/cli/watch-sources.js";

/** A folder with a hidden name, since only names inside the watched folder count. */
function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), ".statefun-watch-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function watch(t: TestContext, folder: string, ignored: readonly string[] = []): Promise<SourceWatcher> {
  const watcher = await SourceWatcher.open([folder], ignored);
  t.after(() => watcher.close());
  return watcher;
}

/** Waits until a file is reported. Resolves to all that was reported: a slow machine may report one change twice. */
async function reportedUntil(watcher: SourceWatcher, file: string): Promise<Set<string>> {
  const reported = new Set<string>();
  while (!reported.has(file)) reported.add(await watcher.next());
  return reported;
}

test("a source that is written, added or removed is reported, in a new folder too", async (t) => {
  const folder = folderFor(t);
  const file = join(folder, "a.ts");
  writeFileSync(file, "1");
  const watcher = await watch(t, folder);
  writeFileSync(file, "2");
  await reportedUntil(watcher, file);
  const added = join(folder, "new/deep/b.yaml");
  mkdirSync(join(folder, "new/deep"), { recursive: true });
  writeFileSync(added, "");
  await reportedUntil(watcher, added);
  rmSync(join(folder, "new"), { recursive: true });
  await reportedUntil(watcher, added);
});

test("other files, hidden ones, packages and ignored paths do not count", async (t) => {
  const folder = folderFor(t);
  for (const name of ["node_modules/a", ".git", "data"]) mkdirSync(join(folder, name), { recursive: true });
  const ignored = join(folder, "records.json");
  writeFileSync(ignored, "1");
  const watcher = await watch(t, folder, [join(folder, "data"), ignored]);
  const others = ["node_modules/a/index.js", ".git/hook.js", ".hidden.ts", "data/a.json", "records.json", "notes.txt"];
  for (const name of others) writeFileSync(join(folder, name), "2");
  const source = join(folder, "source.proto");
  writeFileSync(source, "");
  assert.deepEqual([...(await reportedUntil(watcher, source))], [source]);
  for (const name of others) writeFileSync(join(folder, name), "3");
  const last = join(folder, "last.ts");
  writeFileSync(last, "");
  const reported = await reportedUntil(watcher, last);
  assert.deepEqual(
    [...reported].filter((file) => file !== source),
    [last],
  );
});

test("a folder holds what is in it, at any depth, and not itself", () => {
  assert.ok(holds("/a", "/a/b/c.ts"));
  for (const file of ["/a", "/ab/c.ts", "/", "/b/a/c.ts"]) assert.ok(!holds("/a", file), file);
});
