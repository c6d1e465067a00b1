// Bits flipped and ends cut off in every structure of every kind of file: the folder opens with all that it held, is
// refused with the file's name, or fails at the read. It is never short of an entry without a word.
//
// The positions are a sample. STATEFUN_DAMAGE=50 tries 50 times as many.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { StatefunError } from "../../src/errors.js";
import { openLevelStore } from "../../src/store/level-store.js";
import { liveFiles } from "../../src/store/manifest.js";
import { footerLength, readFooter } from "../../src/store/table-format.js";
import { type Random, randomOf } from "../support/random.js";
import { everything } from "./contract.js";
import { freshFolder } from "./folders.js";

const times = Number(process.env.STATEFUN_DAMAGE ?? 1);

/** A folder with tables on two levels and with a log, made once. */
let whole = "";
/** What the folder holds: with the last group of the log, and without it. */
let contents: readonly (readonly string[])[] = [];

const group = (number: number) =>
  Array.from({ length: 40 }, (_, index): readonly [string, Uint8Array] => [
    `${String((number * 37 + index * 11) % 500).padStart(4, "0")}`,
    // Every other value can be compressed.
    Buffer.alloc(300, index % 2 === 0 ? `${number}` : Buffer.from(`${Math.sin(number * 1000 + index)}`.repeat(20))),
  ]);

const written = (groups: number): string[] => {
  const values = new Map<string, string>();
  for (let number = 0; number < groups; number += 1) {
    for (const [key, value] of group(number)) values.set(key, Buffer.from(value).toString("latin1"));
  }
  return [...values].toSorted(([a], [b]) => (a < b ? -1 : 1)).flat();
};

before(async () => {
  whole = mkdtempSync(join(tmpdir(), "statefun-damage-"));
  for (let opening = 0; opening < 3; opening += 1) {
    const store = await openLevelStore(whole, { writeBufferBytes: 64 * 1024 });
    for (let number = opening * 20; number < (opening + 1) * 20; number += 1) await store.write(group(number));
    await store.close();
  }
  contents = [written(60), written(59)];
  const copy = mkdtempSync(join(tmpdir(), "statefun-damage-")); // opening the folder would make a table of its log
  cpSync(whole, copy, { recursive: true });
  assert.deepEqual(await contentOf(copy), contents[0]);
  rmSync(copy, { recursive: true });
});
after(() => rmSync(whole, { recursive: true }));

/** How often each outcome was seen, for the test's report. */
function tally(t: TestContext) {
  const counts = new Map<string, number>();
  t.after(() => t.diagnostic([...counts].map(([outcome, count]) => `${outcome}: ${count}`).join(", ")));
  return (outcome: string) => counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
}

/** Opens a folder and reads all that it holds, in a scan and key by key. */
async function contentOf(dir: string): Promise<string[]> {
  const store = await openLevelStore(dir);
  try {
    const entries = await store.entries(everything);
    for (const [key, value] of entries) assert.ok(Buffer.from(value).equals(store.get(key) as Uint8Array));
    return entries.flatMap(([key, value]) => [key, Buffer.from(value).toString("latin1")]);
  } finally {
    await store.close();
  }
}

/** Changes one file of a copy of the folder, and says what became of the folder. */
async function outcomeOf(t: TestContext, name: string, change: (content: Buffer) => Buffer) {
  const dir = freshFolder(t);
  cpSync(whole, dir, { recursive: true });
  const path = join(dir, "db", name);
  const content = readFileSync(path);
  const changed = change(Buffer.from(content));
  writeFileSync(path, changed);
  try {
    const found = await contentOf(dir);
    const isAll = found.join() === contents[0]?.join();
    return isAll ? "all" : found.join() === contents[1]?.join() ? "all but the last group" : "something else";
  } catch (thrown) {
    assert.ok(thrown instanceof StatefunError, `${thrown}`);
    assert.equal(thrown.code, "STORE_FAILED");
    // The name of the file, and what to do.
    assert.match(thrown.message, /db\/(CURRENT|MANIFEST-\d+|\d+\.(log|ldb)).*Put back a whole copy/);
    return "refused";
  }
}

const flipped = (at: number, bit: number) => (content: Buffer) => {
  content[at] = (content[at] as number) ^ (1 << bit);
  return content;
};

/** Some positions of a range, its ends among them. */
function positions(random: Random, from: number, end: number, count: number): number[] {
  const most = count * times;
  if (end - from <= most) return Array.from({ length: end - from }, (_, index) => from + index);
  return [from, end - 1, ...Array.from({ length: most - 2 }, () => from + random.below(end - from))];
}

const filesOf = (kind: RegExp) => readdirSync(join(whole, "db")).filter((name) => kind.test(name));
const read = (name: string) => readFileSync(join(whole, "db", name));

describe("a flipped bit", () => {
  async function flipEach(t: TestContext, name: string, places: readonly number[], allowed: readonly string[]) {
    const random = randomOf(t);
    const saw = tally(t);
    for (const place of places) {
      const bit = random.below(8);
      const outcome = await outcomeOf(t, name, flipped(place, bit));
      saw(outcome);
      assert.ok(allowed.includes(outcome), `${name}, byte ${place}, bit ${bit}: ${outcome}`);
    }
  }

  test("in CURRENT is found at the opening", async (t) => {
    await flipEach(t, "CURRENT", [...read("CURRENT").keys()], ["refused"]);
  });

  test("in MANIFEST is found at the opening", async (t) => {
    for (const name of filesOf(/^MANIFEST/)) {
      await flipEach(t, name, positions(randomOf(t), 0, read(name).length, 40), ["refused", "all"]);
    }
  });

  test("in the log is found at the opening, but for the last write, which a crash could have torn", async (t) => {
    const logs = filesOf(/\.log$/).filter((name) => read(name).length > 0);
    assert.notEqual(logs.length, 0);
    for (const name of logs) {
      const size = read(name).length;
      await flipEach(t, name, positions(randomOf(t), 0, size, 40), ["refused", "all but the last group"]);
    }
  });

  test("in the data, the filter, the index or the footer of a table is found at the opening", async (t) => {
    const random = randomOf(t);
    for (const { name, size } of (await liveFiles(whole, join(whole, "db"))).tables) {
      const footer = readFooter(read(name).subarray(-footerLength), size);
      const { metaIndex, index } = footer as NonNullable<typeof footer>;
      const places = [
        ...positions(random, 0, metaIndex.offset, 12), // data and filter
        ...positions(random, metaIndex.offset, index.offset, 6),
        ...positions(random, index.offset, size - footerLength, 8),
      ];
      await flipEach(t, name, places, ["refused"]);
      // Between the footer's numbers and its end are bytes that mean nothing.
      await flipEach(t, name, positions(random, size - footerLength, size, 12), ["refused", "all"]);
    }
  });
});

describe("a file that lacks its end", () => {
  async function cutEach(t: TestContext, name: string, lengths: readonly number[], allowed: readonly string[]) {
    const saw = tally(t);
    for (const length of lengths) {
      const outcome = await outcomeOf(t, name, (content) => content.subarray(0, length));
      saw(outcome);
      assert.ok(allowed.includes(outcome), `${name}, cut at ${length}: ${outcome}`);
    }
  }

  test("is found at the opening when it is CURRENT", async (t) => {
    await cutEach(t, "CURRENT", [...read("CURRENT").keys()], ["refused"]);
  });

  test("is found at the opening when it is MANIFEST, unless nothing is lost by it", async (t) => {
    for (const name of filesOf(/^MANIFEST/)) {
      await cutEach(t, name, positions(randomOf(t), 0, read(name).length, 60), ["refused", "all"]);
    }
  });

  test("is found at the opening when it is a table", async (t) => {
    for (const { name, size } of (await liveFiles(whole, join(whole, "db"))).tables) {
      await cutEach(t, name, positions(randomOf(t), 0, size, 12), ["refused"]);
    }
  });
});
