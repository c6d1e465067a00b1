// The messages of the tests, and their right results.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { KafkaRecord, ReadRecord } from "../../flink/kafka/client.ts";
import { example } from "../../samples/messages/messages.js";

/** This many visits, by this many users in turn. */
export function visits(count: number, users: number, name = "user"): KafkaRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const key = `${name}-${index % users}`;
    return { key, value: Buffer.from(example.Visit.encode({ name: key }).finish()) };
  });
}

/**
 * Visits of other users, on every partition. Once their greetings are committed, so is all that was written before: a
 * greeting that was written twice would be there.
 */
export const lastVisits: readonly KafkaRecord[] = visits(40, 40, "last");

/** The greetings of all users but the last. */
export function withoutLast(greetings: readonly ReadRecord[]): ReadRecord[] {
  return greetings.filter(({ key }) => !key.startsWith("last-"));
}

/** Asserts that the greetings of each user count from 1 to the number of visits, each once and in order. */
export function assertCounts(greetings: readonly ReadRecord[], count: number, users: number): void {
  const counts = new Map<string, number[]>();
  const firsts = new Map<string, string>();
  for (const { key, value, partition, offset } of greetings) {
    const greeting = example.Greeting.decode(value);
    assert.equal(greeting.text, `Hello ${key}`);
    const what = `${key}'s visit ${greeting.count}`;
    const where = `offset ${offset} of partition ${partition}`;
    assert.ok(!firsts.has(what), `${what} was counted at ${firsts.get(what)} and again at ${where}`);
    firsts.set(what, where);
    counts.set(key, [...(counts.get(key) ?? []), greeting.count]);
  }
  assert.equal(counts.size, users);
  for (const [key, found] of counts) {
    const wanted = Array.from({ length: count / users }, (_, index) => index + 1);
    assert.deepEqual(found, wanted, key);
  }
}

/** The module file of the sample, for this broker and this function server. */
export function moduleFile(name: string, broker: string, endpoint: string): string {
  const file = fileURLToPath(new URL(`../../samples/kafka/${name}`, import.meta.url));
  return readFileSync(file, "utf8")
    .replaceAll("localhost:9092", broker)
    .replaceAll("http://localhost:8000/statefun", endpoint);
}
