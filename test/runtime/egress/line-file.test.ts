// The file of an egress: no other egress has it, and what becomes of records when it is moved, removed or cut off.

import assert from "node:assert/strict";
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FileEgress } from "../../../src/runtime/egress/file-egress.js";
import { rejectsCode } from "../../support/expect-code.js";
import { ManualClock } from "../../support/manual-clock.js";
import { RecordingLogger } from "../../support/recording-logger.js";
import { find, greetingRecord, out } from "./records.js";

const root = mkdtempSync(join(tmpdir(), "statefun-line-file-"));
after(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => {
  const folder = join(root, `${++folders}`);
  mkdirSync(folder);
  return folder;
};
const textsOf = (path: string) =>
  readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line).value.text);

async function setUp() {
  const folder = newFolder();
  const path = join(folder, "out/records.jsonl");
  const logger = new RecordingLogger();
  const egress = await FileEgress.open(out, { file: path }, find, { logger });
  const take = (n: number) => egress.receive(greetingRecord(n, `${n}`));
  return { folder, path, logger, egress, take };
}

test("two egresses can't have one file, whatever path or link leads to it", async () => {
  const folder = newFolder();
  const path = join(folder, "records.jsonl");
  const egress = await FileEgress.open(out, { file: path }, find);
  symlinkSync(path, join(folder, "symbolic"));
  linkSync(path, join(folder, "hard"));
  symlinkSync(folder, join(root, "linked"));
  const paths = [path, `${folder}/./records.jsonl`, `${folder}/symbolic`, `${folder}/hard`, join(root, "linked/hard")];
  for (const other of paths)
    await rejectsCode(FileEgress.open("example/other", { file: other }, find), "OPTION_INVALID");
  await rejectsCode(FileEgress.open(out, { file: path }, find), "OPTION_INVALID");
  await egress.receive(greetingRecord(1, "still written"));
  await egress.close();
  const next = await FileEgress.open(out, { file: join(folder, "hard") }, find);
  await next.close();
  assert.deepEqual(textsOf(path), ["still written"]);
});

test("a file that is moved away keeps its records, and the next ones go to a new file, which the log says", async () => {
  const { path, logger, egress, take } = await setUp();
  await take(1);
  renameSync(path, `${path}.1`);
  await take(2);
  await Promise.all([take(1), take(2), take(3)]);
  await egress.close();
  assert.deepEqual([textsOf(`${path}.1`), textsOf(path)], [["1"], ["2", "3"]]);
  assert.equal(logger.lines.length, 1);
});

test("a new file that stands at the path already is used, when it is empty or ends in a record of the egress", async () => {
  const { path, egress, take } = await setUp();
  await take(1);
  renameSync(path, `${path}.1`);
  writeFileSync(path, "");
  await take(2);
  await egress.close();
  assert.deepEqual([textsOf(`${path}.1`), textsOf(path)], [["1"], ["2"]]);
});

test("a file or a folder that is removed is made anew, and no record is acknowledged that is nowhere", async () => {
  const { folder, path, egress, take } = await setUp();
  await take(1);
  rmSync(path);
  await take(2);
  assert.deepEqual(textsOf(path), ["2"]);
  rmSync(join(folder, "out"), { recursive: true });
  await take(3);
  assert.deepEqual(textsOf(path), ["3"]);
  await egress.close();
});

test("a file that is copied and cut off has no hole: the next records begin it", async () => {
  const { path, egress, take } = await setUp();
  for (let n = 1; n <= 3; n++) await take(n);
  copyFileSync(path, `${path}.1`);
  truncateSync(path, 0);
  await take(4);
  await Promise.all([take(3), take(5)]);
  await egress.close();
  assert.deepEqual(
    [textsOf(`${path}.1`), textsOf(path)],
    [
      ["1", "2", "3"],
      ["4", "5"],
    ],
  );
});

test("what a failed append has left is cut off before the records are appended again", async (t) => {
  const clock = new ManualClock();
  const path = join(newFolder(), "records.jsonl");
  const egress = await FileEgress.open(out, { file: path }, find, { clock, logger: new RecordingLogger() });
  await egress.receive(greetingRecord(1, "1"));
  const probe = await open(path);
  await probe.close();
  const failing = t.mock.method(Object.getPrototypeOf(probe), "datasync", () => Promise.reject(new Error("EIO")));
  const received = egress.receive(greetingRecord(2, "2"));
  while (failing.mock.callCount() === 0) await new Promise(setImmediate);
  assert.deepEqual(textsOf(path), ["1", "2"], "it is there, and perhaps not on the disk");
  failing.mock.restore();
  while (clock.timers === 0) await new Promise(setImmediate);
  await clock.advance(100);
  await received;
  await egress.close();
  assert.deepEqual(textsOf(path), ["1", "2"]);
});

test("a file that ends in an id that no record has is refused: it would hide every record", async () => {
  const path = join(newFolder(), "records.jsonl");
  writeFileSync(path, `{"id":"${"z".repeat(19)}","egress":"${out}"}\n`);
  await rejectsCode(FileEgress.open(out, { file: path }, find), "OPTION_INVALID");
});
