// Processes killed at any moment, and files as a crash or a bad disk leaves them.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openLevelStore } from "../../src/store/level-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { type Random, randomOf } from "../support/random.js";
import { freshFolder } from "./folders.js";
import { assertWholeGroups, groupOf } from "./groups.js";

const writer = fileURLToPath(new URL("crash-writer.ts", import.meta.url));

/** A process that writes numbered groups into a folder until it is killed. */
function startWriter(dir: string) {
  const child = spawn(process.execPath, ["--import", "tsx", writer, dir], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  return {
    /** The numbers of the groups as they become durable, to the end of the process. */
    acknowledged: createInterface({ input: child.stdout }),
    kill: () => child.kill("SIGKILL"),
    async ended() {
      const [, signal] = await ended;
      assert.equal(signal, "SIGKILL");
    },
  };
}

/** Kills a writer when it has acknowledged some groups, while it goes on; returns the last number it printed. */
async function killAfter(dir: string, groups: number): Promise<number> {
  const process = startWriter(dir);
  let [acknowledged, seen] = [0, 0];
  for await (const line of process.acknowledged) {
    acknowledged = Number(line);
    seen += 1;
    if (seen === groups) process.kill();
  }
  await process.ended();
  return acknowledged;
}

/** A few by default, so that `npm test` is quick; `npm run test:runtime-crash` has more. */
const kills = Number(process.env.STATEFUN_STORE_KILLS ?? 2);

test("a process killed again and again while it writes loses no group that it acknowledged, and tears none", async (t) => {
  const random = randomOf(t);
  const dir = freshFolder(t);
  for (let kill = 0; kill < kills; kill += 1) {
    const groups = 1 + random.below(kill % 2 === 0 ? 20 : 150);
    const acknowledged = await killAfter(dir, groups);
    const store = await openLevelStore(dir);
    const last = await assertWholeGroups(store);
    await store.close();
    t.diagnostic(`killed after ${groups} groups: ${acknowledged} acknowledged, ${last} there`);
    // It prints one at a time, so no more than the group after the last acknowledged one can be there, too.
    assert.ok(last === acknowledged || last === acknowledged + 1, `${acknowledged} acknowledged, ${last} there`);
  }
});

test("a folder that another process has open is locked, until that process is killed", async (t) => {
  const dir = freshFolder(t);
  const process = startWriter(dir);
  for await (const _ of process.acknowledged) {
    await rejectsCode(openLevelStore(dir), "STORE_LOCKED", dir);
    break;
  }
  process.kill();
  await process.ended();
  const store = await openLevelStore(dir);
  assert.ok((await assertWholeGroups(store)) > 0);
  await store.close();
});

/** A folder with some groups in one log, and where in the log each group ends. */
async function loggedGroups(t: TestContext, count: number, valueBytes: number) {
  const live = freshFolder(t);
  const store = await openLevelStore(live);
  t.after(() => store.close());
  const log = () => join(live, "db", readdirSync(join(live, "db")).find((name) => name.endsWith(".log")) as string);
  const ends: number[] = [0];
  for (let number = 1; number <= count; number += 1) {
    await store.write(groupOf(number, valueBytes));
    ends.push(statSync(log()).size);
  }
  return { live, ends, name: log().slice(live.length + 1) };
}

/** Opens a copy of the folder with its log changed, and returns the number of the last group there. */
async function lastIn(dir: string, valueBytes: number): Promise<number> {
  const store = await openLevelStore(dir);
  try {
    return await assertWholeGroups(store, valueBytes);
  } finally {
    await store.close();
  }
}

/** A copy of a folder with its log changed. The lock is not copied: to open and close it would give up the lock held. */
function copyWith(t: TestContext, live: string, name: string, change: (log: Buffer) => Buffer): string {
  const dir = freshFolder(t);
  cpSync(live, dir, { recursive: true, filter: (path) => !path.endsWith("LOCK") });
  writeFileSync(join(dir, name), change(readFileSync(join(dir, name))));
  return dir;
}

const flipped = (log: Buffer, at: number, random: Random): Buffer => {
  const changed = Buffer.from(log);
  changed[at] = (changed[at] as number) ^ (1 << random.below(8));
  return changed;
};

for (const valueBytes of [10, 5000]) {
  test(`a last group of values of ${valueBytes} bytes cut anywhere is missing whole`, async (t) => {
    const { live, ends, name } = await loggedGroups(t, 4, valueBytes);
    const [start, end] = ends.slice(-2) as [number, number];
    const step = Math.max(1, Math.floor((end - start) / 60));
    for (let length = start; length < end; length += step) {
      const dir = copyWith(t, live, name, (log) => log.subarray(0, length));
      assert.equal(await lastIn(dir, valueBytes), 3, `cut at ${length} of ${end}`);
    }
    assert.equal(
      await lastIn(
        copyWith(t, live, name, (log) => log),
        valueBytes,
      ),
      4,
    );
  });

  test(`a last group of values of ${valueBytes} bytes with any bit flipped is missing whole`, async (t) => {
    const random = randomOf(t);
    const { live, ends, name } = await loggedGroups(t, 4, valueBytes);
    const [start, end] = ends.slice(-2) as [number, number];
    const places = [0, 1, 2, 3, 4, 5, 6, 7, ...Array.from({ length: 40 }, () => random.below(end - start))];
    for (const place of places) {
      const dir = copyWith(t, live, name, (log) => flipped(log, start + place, random));
      assert.equal(await lastIn(dir, valueBytes), 3, `flipped at ${place}`);
    }
  });

  test(`an earlier group of values of ${valueBytes} bytes with any bit flipped is found out`, async (t) => {
    const random = randomOf(t);
    const { live, ends, name } = await loggedGroups(t, 4, valueBytes);
    const places = [0, 1, 2, 3, 4, 5, 6, 7, ...Array.from({ length: 40 }, () => random.below(ends[3] as number))];
    for (const place of places) {
      const dir = copyWith(t, live, name, (log) => flipped(log, place, random));
      await rejectsCode(openLevelStore(dir), "STORE_FAILED", dir, name);
      assert.deepEqual(readFileSync(join(dir, name)).length, ends[4]);
    }
  });
}
