// Which folders are opened as data folders, and that no other one is touched.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openLevelStore } from "../../src/store/level-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { bytes, text } from "./contract.js";
import { freshFolder } from "./folders.js";

/** Every file under a folder with its content. */
function contentOf(dir: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path, "latin1")]),
  );
}

function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const dir = freshFolder(t);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(dir, path, ".."), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  return dir;
}

async function filledFolder(t: TestContext): Promise<string> {
  const dir = freshFolder(t);
  const store = await openLevelStore(dir);
  await store.write([["a", bytes("1")]]);
  await store.close();
  return dir;
}

const others: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "something else": { "letter.txt": "Dear Sir" },
  "another folder": { "letters/letter.txt": "Dear Sir" },
  "another LevelDB": { CURRENT: "MANIFEST-000001\n", "MANIFEST-000001": "", "000003.log": "" },
  "a database without a format": { "db/CURRENT": "MANIFEST-000001\n", "db/MANIFEST-000001": "", "db/000003.log": "" },
  "a later format": { FORMAT: "statefun-ts 3\n" },
  "a format with something after it": { FORMAT: "statefun-ts 1\nand more\n" },
  "an empty format": { FORMAT: "" },
  "another one's format": { FORMAT: "1\n" },
};

for (const [what, files] of Object.entries(others)) {
  test(`a folder with ${what} is refused and left as it is`, async (t) => {
    const dir = folderWith(t, files);
    const before = contentOf(dir);
    await rejectsCode(openLevelStore(dir), "STORE_VERSION", dir);
    assert.deepEqual(contentOf(dir), before);
    assert.ok(!("db" in files) || readdirSync(dir).length === Object.keys(files).length);
  });
}

test("a folder of a later format is left as it is, with its database", async (t) => {
  const dir = await filledFolder(t);
  writeFileSync(join(dir, "FORMAT"), "statefun-ts 999\n");
  const before = contentOf(dir);
  await rejectsCode(openLevelStore(dir), "STORE_VERSION", "999");
  assert.deepEqual(contentOf(dir), before);
});

test("a folder of format 1 is opened, and older versions refuse it from then on", async (t) => {
  const dir = await filledFolder(t);
  const format = join(dir, "FORMAT");
  assert.equal(readFileSync(format, "utf8"), "statefun-ts 2\n");
  writeFileSync(format, "statefun-ts 1\n");
  const store = await openLevelStore(dir);
  assert.equal(text(store.get("a")), "1");
  assert.equal(readFileSync(format, "utf8"), "statefun-ts 2\n");
  await store.close();
});

test("a damaged folder of format 1 stays one", async (t) => {
  const dir = await filledFolder(t);
  writeFileSync(join(dir, "FORMAT"), "statefun-ts 1\n");
  rmSync(join(dir, "db", "CURRENT"));
  const before = contentOf(dir);
  await rejectsCode(openLevelStore(dir), "STORE_FAILED", "CURRENT");
  assert.deepEqual(contentOf(dir), before);
});

const cutOff: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "before the format had its name": { "FORMAT.b0e7.tmp": "statef" },
  "before there was a database": { FORMAT: "statefun-ts 1\n" },
  "before the database was whole": { FORMAT: "statefun-ts 1\n", "db/LOCK": "", "db/MANIFEST-000001": "cut" },
  "by nothing, on a disk of its own": { "lost+found/file": "" },
};

for (const [when, files] of Object.entries(cutOff)) {
  test(`a folder whose making was cut off ${when} is opened`, async (t) => {
    const dir = folderWith(t, files);
    const store = await openLevelStore(dir);
    await store.write([["a", bytes("1")]]);
    await store.close();
    const again = await openLevelStore(dir);
    assert.equal(text(again.get("a")), "1");
    await again.close();
  });
}

test("folders are made down to the data folder", async (t) => {
  const dir = join(freshFolder(t), "deep", "down");
  await (await openLevelStore(dir)).close();
  assert.deepEqual(readdirSync(dir).toSorted(), ["FORMAT", "db"]);
});

test("a file, or a path through one, is no folder", async (t) => {
  const dir = folderWith(t, { file: "" });
  await rejectsCode(openLevelStore(join(dir, "file")), "STORE_FAILED", dir);
  await rejectsCode(openLevelStore(join(dir, "file", "data")), "STORE_FAILED", dir);
  // The system's own words begin with the code.
  await rejectsCode(openLevelStore(join(dir, "file", "data")), "STORE_FAILED", "prepared: ENOTDIR: not a directory");
});

test("a database without its file CURRENT is not taken for a new one", async (t) => {
  const dir = await filledFolder(t);
  rmSync(join(dir, "db", "CURRENT"));
  const before = contentOf(dir);
  await rejectsCode(openLevelStore(dir), "STORE_FAILED", "CURRENT");
  assert.deepEqual(contentOf(dir), before);
});

test("a database that lacks one of its files is refused", async (t) => {
  const dir = await filledFolder(t);
  await (await openLevelStore(dir)).close(); // which sorts the log into a table
  const table = readdirSync(join(dir, "db")).find((name) => name.endsWith(".ldb")) as string;
  rmSync(join(dir, "db", table));
  await rejectsCode(openLevelStore(dir), "STORE_FAILED", dir);
});

const onPosix = { skip: process.platform === "win32" };
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test("a new folder is for its owner alone, whatever the umask says", onPosix, async (t) => {
  const dir = join(freshFolder(t), "made", "on", "the", "way");
  const umask = process.umask(0);
  t.after(() => process.umask(umask));
  const warnings: string[] = [];
  const store = await openLevelStore(dir, { warn: (line) => warnings.push(line) });
  const modes = [dir, join(dir, "db"), join(dir, "FORMAT"), join(dir, "OWNER")].map(modeOf);
  await store.close();
  assert.deepEqual(modes, ["700", "700", "600", "600"]);
  assert.equal(modeOf(join(dir, "..")), "777"); // folders above the data folder are as the user's umask makes them
  assert.deepEqual(warnings, []);
});

test(
  "a folder that other users can enter is opened with a warning that says how to keep them out",
  onPosix,
  async (t) => {
    const dir = await filledFolder(t);
    for (const [mode, warned] of [
      [0o755, 1],
      [0o710, 1],
      [0o700, 0],
    ] as const) {
      chmodSync(dir, mode);
      const warnings: string[] = [];
      await (await openLevelStore(dir, { warn: (line) => warnings.push(line) })).close();
      assert.equal(warnings.length, warned);
      if (warned === 1) assert.match(warnings[0] as string, new RegExp(`chmod 700 ${dir}`));
      assert.equal(modeOf(dir), mode.toString(8));
    }
  },
);
