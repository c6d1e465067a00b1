// A queue in memory, beside an array that does the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Fifo } from "../../src/engine/fifo.js";

test("items leave in the order in which they came", () => {
  const fifo = new Fifo<string>();
  for (const item of ["a", "b", "c"]) fifo.push(item);
  assert.equal(fifo.length, 3);
  assert.equal(fifo.at(1), "b");
  assert.deepEqual([fifo.shift(), fifo.shift()], ["a", "b"]);
  fifo.push("d");
  assert.deepEqual([fifo.shift(), fifo.shift()], ["c", "d"]);
  assert.equal(fifo.length, 0);
});

test("an item that is brought forward comes first, and the others keep their order", () => {
  const fifo = new Fifo<string>();
  for (const item of ["gone", "a", "b", "c", "d"]) fifo.push(item);
  fifo.shift();
  fifo.bringForward(2);
  fifo.bringForward(0);
  assert.equal(fifo.length, 4);
  assert.deepEqual([fifo.shift(), fifo.shift(), fifo.shift(), fifo.shift()], ["c", "a", "b", "d"]);
});

test("its view holds the waiting items from the place of the first on", () => {
  const fifo = new Fifo<number>();
  for (let item = 0; item < 5; item++) fifo.push(item);
  fifo.shift();
  fifo.shift();
  const { items, head } = fifo.view;
  assert.deepEqual(items.slice(head), [2, 3, 4]);
});

test("thousands of items that come and go keep their order, and taken items are not kept", () => {
  const fifo = new Fifo<number>();
  let came = 0;
  let left = 0;
  for (let round = 0; round < 50; round++) {
    for (let count = 0; count < 300; count++) fifo.push(came++);
    for (let count = 0; count < (round % 2 === 0 ? 100 : 480); count++) {
      assert.equal(fifo.shift(), left++);
    }
    assert.equal(fifo.length, came - left);
    assert.equal(fifo.at(0), left);
    assert.equal(fifo.at(fifo.length - 1), came - 1);
  }
  const { items, head } = fifo.view;
  assert.ok(items.slice(0, head).every((item) => item === undefined));
  assert.ok(head <= Math.max(1024, items.length / 2));
});
