// The messages of the tests, and what must come of them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { example } from "../../samples/messages/messages.js";
import type { KafkaRecord, ReadRecord } from "./kafka-client.ts";

/** So many visits, by so many users in turn. */
export function visits(count: number, users: number): KafkaRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const key = `user-${index % users}`;
    return { key, value: Buffer.from(example.Visit.encode({ name: key }).finish()) };
  });
}

/** Asserts that each user's greetings count from 1 to the number of visits, each once and in order. */
export function assertCounts(greetings: readonly ReadRecord[], count: number, users: number): void {
  const counts = new Map<string, number[]>();
  const seen = new Map<string, ReadRecord>();
  for (const record of greetings) {
    const { key, value, partition, offset } = record;
    const greeting = example.Greeting.decode(value);
    assert.equal(greeting.text, `Hello ${key}`);
    const before = seen.get(`${key} ${greeting.count}`);
    const where = (at: ReadRecord) => `offset ${at.offset} of partition ${at.partition}`;
    assert.equal(before, undefined, `${key} was counted to ${greeting.count} at ${before && where(before)} and again at ${where({ ...record, partition, offset })}`);
    seen.set(`${key} ${greeting.count}`, record);
    counts.set(key, [...(counts.get(key) ?? []), greeting.count]);
  }
  assert.equal(counts.size, users);
  for (const [key, found] of counts) {
    const wanted = Array.from({ length: count / users }, (_, index) => index + 1);
    assert.deepEqual(found, wanted, key);
  }
}

/** A module file of the sample, for this broker and this function server. */
export function moduleFile(name: string, broker: string, endpoint: string): string {
  const file = fileURLToPath(new URL(`../../samples/kafka/${name}`, import.meta.url));
  return readFileSync(file, "utf8")
    .replaceAll("localhost:9092", broker)
    .replaceAll("http://localhost:8000/statefun", endpoint);
}
