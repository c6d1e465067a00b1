// A file egress whose data folder is another one than before: a backup that was put back, or a new folder.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { StatefulFunctions, Types } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";
import { ManualClock } from "../support/manual-clock.ts";
import { RecordingLogger } from "../support/recording-logger.ts";

function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "statefun-backup-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "out.jsonl");
  const functions = new StatefulFunctions().register(
    "test/f",
    (n, context) => context.sendEgress("test/out", Types.int.pack(n)),
    { handles: [Types.int] },
  );
  /** Sends records from one number to another, and returns the codes that were logged. */
  const write = async (dir: string, from: number, to: number, now = Date.now()) => {
    const logger = new RecordingLogger();
    const runtime = await StatefunRuntime.open({
      functions,
      dir: join(folder, dir),
      egresses: { "test/out": { file } },
      ingress: false,
      admin: false,
      clock: new ManualClock(now),
      logger,
    });
    const numbers = Array.from({ length: to - from }, (_, n) => from + n);
    await Promise.all(numbers.map((n) => runtime.send("test/f", `${n}`, Types.int.pack(n))));
    const { metrics } = runtime.engine;
    while (metrics.egressAcknowledged < metrics.egressRecords || metrics.mailboxMessages > 0) {
      await new Promise(setImmediate);
    }
    await runtime.close();
    return logger.entries.map(({ error }) => (error as { code?: string }).code);
  };
  const written = () => {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const records = lines.map((line) => JSON.parse(line) as { id: string; value: number });
    const ids = records.map(({ id }) => id);
    assert.deepEqual([...ids].sort(), ids);
    assert.equal(new Set(ids).size, ids.length);
    return records.map(({ value }) => value).sort((a, b) => a - b);
  };
  return { folder, write, written };
}

const numbers = (to: number) => Array.from({ length: to }, (_, n) => n);
const hour = 3_600_000;

test("after a backup is put back every new record is written", async (t) => {
  const { folder, write, written } = setUp(t);
  const now = Date.now();
  await write("data", 0, 10, now);
  cpSync(join(folder, "data"), join(folder, "backup"), { recursive: true });
  await write("data", 10, 30, now + hour);
  rmSync(join(folder, "data"), { recursive: true });
  renameSync(join(folder, "backup"), join(folder, "data"));
  assert.deepEqual(await write("data", 30, 60, now + 2 * hour), ["EGRESS_AHEAD"]);
  assert.deepEqual(written(), numbers(60));
  assert.deepEqual(await write("data", 60, 61, now + 3 * hour), [], "it is told once");
});

test("also when the clock is behind the one that the file was written by", async (t) => {
  const { folder, write, written } = setUp(t);
  const now = Date.now();
  await write("data", 0, 10, now);
  cpSync(join(folder, "data"), join(folder, "backup"), { recursive: true });
  await write("data", 10, 30, now + 5 * hour);
  assert.deepEqual(await write("backup", 30, 60, now + hour), ["EGRESS_AHEAD"]);
  assert.deepEqual(await write("backup", 60, 61, now), []);
  assert.deepEqual(written(), numbers(61));
});

test("a new folder beside the old file goes on behind it, and the log says so", async (t) => {
  const { write, written } = setUp(t);
  const now = Date.now();
  await write("old", 0, 10, now);
  assert.deepEqual(await write("new", 10, 20, now - hour), ["EGRESS_AHEAD"]);
  assert.deepEqual(written(), numbers(20));
});
