// Records to a file: each once, whole, in order, whatever happens to the process.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { FileEgress } from "../../../src/runtime/egress/file-egress.js";
import { randomOf } from "../../support/random.js";
import { find, greetingRecord, out, strangeRecord } from "./records.js";

let folder: string;
let files = 0;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "statefun-egress-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const newPath = () => join(folder, `records-${++files}.jsonl`);
const linesOf = (path: string) => readFileSync(path, "utf8").split("\n").slice(0, -1);
const textsOf = (path: string) => linesOf(path).map((line) => JSON.parse(line).value.text);

test("a record is a line of JSON: its value when its type is known, else its bytes", async () => {
  const path = join(folder, "a/b/records.jsonl");
  const egress = await FileEgress.open(out, { file: path }, find);
  await Promise.all([
    egress.receive(greetingRecord(1, "line\nfeed")),
    egress.receive(strangeRecord(2, Buffer.from([0, 255]))),
  ]);
  await egress.close();
  const [known, strange] = linesOf(path).map((line) => JSON.parse(line));
  assert.deepEqual(Object.keys(known), ["id", "egress", "typename", "value"]);
  assert.equal(known.value.text, "line\nfeed");
  assert.deepEqual(strange, { id: "000000002", egress: out, typename: "strange/type", bytes: "AP8=" });
});

test("what is acknowledged is in the file", async () => {
  const path = newPath();
  const egress = await FileEgress.open(out, { file: path }, find);
  for (let n = 1; n <= 5; n++) {
    await egress.receive(greetingRecord(n, `text ${n}`));
    assert.equal(textsOf(path).length, n);
  }
  await egress.close();
});

describe("a file that is opened again", () => {
  test("skips the records that it holds", async () => {
    const path = newPath();
    let egress = await FileEgress.open(out, { file: path }, find);
    await Promise.all([1, 2, 3].map((n) => egress.receive(greetingRecord(n, `text ${n}`))));
    await egress.close();
    egress = await FileEgress.open(out, { file: path }, find);
    await Promise.all([2, 3, 4].map((n) => egress.receive(greetingRecord(n, `text ${n}`))));
    await egress.close();
    assert.deepEqual(textsOf(path), ["text 1", "text 2", "text 3", "text 4"]);
  });

  test("loses a last line that was cut short anywhere, and gets the record again", async () => {
    const path = newPath();
    const egress = await FileEgress.open(out, { file: path }, find);
    await egress.receive(greetingRecord(1, "first"));
    const one = readFileSync(path);
    await egress.receive(greetingRecord(2, "second, with é"));
    await egress.close();
    const two = readFileSync(path);
    for (let length = 0; length <= two.length; length++) {
      writeFileSync(path, two.subarray(0, length));
      const again = await FileEgress.open(out, { file: path }, find);
      const whole = length === two.length ? two : length >= one.length ? one : Buffer.alloc(0);
      assert.deepEqual(readFileSync(path), whole, `cut at ${length}`);
      await Promise.all([
        again.receive(greetingRecord(1, "first")),
        again.receive(greetingRecord(2, "second, with é")),
      ]);
      await again.close();
      assert.deepEqual(readFileSync(path), two, `cut at ${length}`);
    }
  });

  test("finds its last line however long the lines are", async () => {
    for (const length of [65_400, 65_536, 200_000]) {
      const path = newPath();
      let egress = await FileEgress.open(out, { file: path }, find);
      await egress.receive(greetingRecord(1, "x".repeat(length)));
      await egress.receive(greetingRecord(2, "y".repeat(length)));
      await egress.close();
      appendFileSync(path, `{"id":"000000003","torn":"${"z".repeat(length)}`);
      egress = await FileEgress.open(out, { file: path }, find);
      await Promise.all([2, 3].map((n) => egress.receive(greetingRecord(n, String(n)))));
      await egress.close();
      assert.deepEqual(textsOf(path), ["x".repeat(length), "y".repeat(length), "3"]);
    }
  });

  test("is left alone when it holds something else, or the records of another egress", async () => {
    const foreign = ["notes\n", "notes", '{"id":"1"}\n', '{"id":"000000001","egress":"example/other"}\n', "[]\n"];
    for (const content of foreign) {
      const path = newPath();
      writeFileSync(path, content);
      await assert.rejects(FileEgress.open(out, { file: path }, find), { code: "OPTION_INVALID" });
      assert.equal(readFileSync(path, "utf8"), content);
    }
    await assert.rejects(FileEgress.open(out, { file: folder }, find), { code: "OPTION_INVALID" });
    await assert.rejects(FileEgress.open(out, { file: "" }, find), { code: "OPTION_INVALID" });
  });
});

test("closing finishes what is being written; later records are not acknowledged", async () => {
  const path = newPath();
  const egress = await FileEgress.open(out, { file: path }, find);
  const received = Promise.allSettled([egress.receive(greetingRecord(1, "one"))]);
  await egress.close();
  const [outcome] = await received;
  assert.equal(textsOf(path).length, outcome?.status === "fulfilled" ? 1 : 0);
  await assert.rejects(egress.receive(greetingRecord(2, "two")), { code: "SHUTTING_DOWN" });
});

test("over kill -9 of the engine and its egress, every record is in the file once", { timeout: 120_000 }, async (t) => {
  const random = randomOf(t);
  const count = 400;
  const home = join(folder, "killed");
  let answered = 0;
  let kills = 0;
  for (let round = 0; ; round++) {
    const killAt = round < 5 ? 1 + random.below(60) : Number.POSITIVE_INFINITY;
    const { done, seen } = await write(home, count, killAt);
    answered += seen;
    if (done) break;
    kills += 1;
  }
  assert.equal(kills, 5);
  const path = join(home, "out/records.jsonl");
  const texts = textsOf(path);
  assert.deepEqual(
    texts.map(Number).sort((a, b) => a - b),
    Array.from({ length: count }, (_, n) => n),
  );
  assert.ok(answered >= count);
  const ids = linesOf(path).map((line) => JSON.parse(line).id);
  assert.deepEqual([...ids].sort(), ids);
});

/** Runs the process until it is done, or kills it after so many answers. */
async function write(home: string, count: number, killAt: number): Promise<{ done: boolean; seen: number }> {
  const script = fileURLToPath(new URL("file-writer.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, home, String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let seen = 0;
  let done = false;
  const closed = new Promise((resolve) => child.once("close", resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === "done") done = true;
    else if (line.startsWith("answered ")) seen += 1;
    if (seen === killAt) child.kill("SIGKILL");
  }
  await closed;
  return { done, seen };
}
