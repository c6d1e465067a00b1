// Records in blocks: whole, torn at the end, and damaged.

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c } from "../../src/store/crc32c.js";
import { readLog } from "../../src/store/log-format.js";
import { randomOf } from "../support/random.js";

/** Writes records as LevelDB does. */
function logOf(records: readonly Uint8Array[]): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  const push = (part: Buffer) => {
    parts.push(part);
    length += part.length;
  };
  for (const record of records) {
    for (let [at, isFirst] = [0, true]; isFirst || at < record.length; isFirst = false) {
      const left = 32_768 - (length % 32_768);
      if (left < 7) push(Buffer.alloc(left));
      const room = (left < 7 ? 32_768 : left) - 7;
      const bytes = record.subarray(at, at + room);
      at += bytes.length;
      const isLast = at === record.length;
      const type = isFirst ? (isLast ? 1 : 2) : isLast ? 4 : 3;
      const header = Buffer.alloc(7);
      header.writeUInt16LE(bytes.length, 4);
      header.writeUInt8(type, 6);
      const sum = crc32c(Buffer.concat([Buffer.from([type]), bytes]), 0, bytes.length + 1);
      header.writeUInt32LE((((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0, 0);
      push(Buffer.concat([header, bytes]));
    }
  }
  return Buffer.concat(parts);
}

const texts = (records: readonly Uint8Array[]) => records.map((record) => Buffer.from(record).toString());

test("records of any length are read as they were written", (t) => {
  const random = randomOf(t);
  const lengths = [0, 1, 32_761, 32_760, 0, 32_750, 100_000, ...Array.from({ length: 20 }, () => random.below(40_000))];
  const records = lengths.map((length) => Buffer.alloc(length, "record"));
  const read = readLog(logOf(records));
  assert.deepEqual(texts(read.records), texts(records));
  assert.deepEqual([read.damage, read.badEnd], [undefined, undefined]);
});

test("a log that is cut anywhere holds the records before, and is not damaged", () => {
  const records = ["one", "two", "three"].map((text) => Buffer.from(text));
  const log = logOf(records);
  const ends = [10, 20, 32];
  assert.equal(log.length, ends[2]);
  for (let length = 0; length <= log.length; length += 1) {
    const read = readLog(log.subarray(0, length));
    assert.equal(read.records.length, ends.filter((end) => end <= length).length);
    assert.equal(read.damage, undefined);
    assert.equal(read.badEnd, undefined);
    const readTo = ends.filter((end) => end <= length).at(-1) ?? 0;
    assert.equal(read.tornAt, readTo === length ? undefined : readTo);
  }
});

test("a damage that whole records follow is found where it begins", () => {
  const log = logOf(["one", "two", "three"].map((text) => Buffer.from(text)));
  for (let at = 10; at < 20; at += 1) {
    const changed = Buffer.from(log);
    changed[at] = (changed[at] as number) ^ 4;
    const read = readLog(changed);
    assert.deepEqual(texts(read.records), ["one"]);
    assert.equal(read.damage, 10);
  }
});

test("a length that leads beyond the end hides no records that come after it", () => {
  const log = logOf(["one", "two", "three"].map((text) => Buffer.from(text)));
  log.writeUInt16LE(0x7fff, 4);
  assert.equal(readLog(log).damage, 0);
});

test("a last record that is all there and wrong is told apart from one that is cut short", () => {
  const log = logOf(["one", "two"].map((text) => Buffer.from(text)));
  log[19] = 0;
  assert.deepEqual([readLog(log).damage, readLog(log).badEnd], [undefined, 10]);
});
