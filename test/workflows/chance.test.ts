// Numbers and names that look like chance, and are the same each time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf, randomOf, uuidOf } from "../../src/workflows/chance.js";

const bytes = (text: string) => Buffer.from(text);

test("a name depends on every part, and on nothing else", () => {
  const name = nameOf("a/b/1/1", bytes("tea"));
  assert.match(name, /^[0-9a-f]{32}$/);
  assert.equal(nameOf("a/b/1/1", bytes("tea")), name);
  const others = [nameOf("a/b/1/2", bytes("tea")), nameOf("a/b/1/1", bytes("teb")), nameOf("a/b/1/1t", bytes("ea"))];
  assert.equal(new Set([name, ...others]).size, 4);
});

test("names of many runs differ", () => {
  const names = new Set<string>();
  for (let number = 0; number < 20_000; number++) names.add(nameOf(`a/b/${number % 100}/${number}`, bytes("tea")));
  assert.equal(names.size, 20_000);
});

test("random numbers are spread evenly from 0 to 1, and the same each time", () => {
  const buckets = new Array<number>(10).fill(0);
  for (let count = 0; count < 10_000; count++) {
    const number = randomOf("run", count);
    assert.ok(number >= 0 && number < 1);
    buckets[Math.floor(number * 10)] = (buckets[Math.floor(number * 10)] as number) + 1;
  }
  assert.ok(
    buckets.every((count) => count > 850 && count < 1_150),
    String(buckets),
  );
  assert.equal(randomOf("run", 7), randomOf("run", 7));
  assert.notEqual(randomOf("run", 7), randomOf("other", 7));
});

test("a UUID is of version 4, and another one for each count", () => {
  const found = new Set<string>();
  for (let count = 0; count < 1_000; count++) {
    const uuid = uuidOf("run", count);
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    found.add(uuid);
  }
  assert.equal(found.size, 1_000);
});
