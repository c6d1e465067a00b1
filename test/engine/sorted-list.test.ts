// A list in the order of its keys, beside a sorted array.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SortedList } from "../../src/engine/sorted-list.js";
import { randomOf } from "../support/random.js";

const item = (key: string, value = key) => ({ key, value });

function drained<T extends { readonly key: string }>(list: SortedList<T>): T[] {
  const items: T[] = [];
  for (let first = list.first; first !== undefined; first = list.first) {
    items.push(first);
    list.removeFirst();
  }
  return items;
}

test("items stand in the order of their keys, whatever the order in which they came", () => {
  const list = new SortedList<{ key: string }>();
  for (const key of ["m", "a", "z", "b"]) list.add(item(key));
  assert.equal(list.length, 4);
  assert.equal(list.first?.key, "a");
  assert.equal(list.last?.key, "z");
  assert.deepEqual(
    drained(list).map(({ key }) => key),
    ["a", "b", "m", "z"],
  );
  assert.equal(list.last, undefined);
  assert.equal(list.first, undefined);
});

test("an item whose key is there is not added again", () => {
  const list = new SortedList<{ key: string; value: string }>();
  list.add(item("a", "first"));
  list.add(item("a", "second"));
  assert.deepEqual(drained(list), [item("a", "first")]);
});

test("a deleted item is gone; a key that is not there deletes nothing", () => {
  const list = new SortedList<{ key: string }>();
  for (const key of ["a", "b", "c"]) list.add(item(key));
  list.delete("b");
  list.delete("bb");
  assert.deepEqual(
    drained(list).map(({ key }) => key),
    ["a", "c"],
  );
});

test("truncate keeps the first items", () => {
  const list = new SortedList<{ key: string }>();
  for (const key of ["a", "b", "c", "d"]) list.add(item(key));
  list.removeFirst();
  list.truncate(2);
  assert.deepEqual([list.length, list.first?.key, list.last?.key], [2, "b", "c"]);
  list.truncate(5);
  assert.equal(list.length, 2);
});

test("random commands do what a sorted array does", (t) => {
  const random = randomOf(t);
  for (let run = 1; run <= 20; run++) {
    const list = new SortedList<{ key: string }>();
    let model: string[] = [];
    for (let step = 0; step < 300; step++) {
      const key = String(random.below(100)).padStart(3, "0");
      const command = random.below(4);
      if (command < 2) {
        list.add(item(key));
        if (!model.includes(key)) model = [...model, key].sort();
      } else if (command === 2) {
        list.delete(key);
        model = model.filter((other) => other !== key);
      } else if (model.length > 0) {
        list.removeFirst();
        model.shift();
      }
      assert.deepEqual([list.length, list.first?.key, list.last?.key], [model.length, model[0], model.at(-1)]);
    }
    assert.deepEqual(
      drained(list).map(({ key }) => key),
      model,
    );
  }
});
