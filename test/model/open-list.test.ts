// A list whose entries are removed wherever they stand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpenList } from "../../src/model/open-list.js";

const entry = (name: string) => ({ name, place: -1 });
const names = (list: OpenList<{ name: string; place: number }>) => [...list].map(({ name }) => name).sort();

test("any entry can be removed: the first, the last, one between, and the only one", () => {
  const list = new OpenList<{ name: string; place: number }>();
  const [a, b, c, d] = ["a", "b", "c", "d"].map(entry) as [any, any, any, any];
  for (const each of [a, b, c, d]) list.add(each);
  list.remove(b);
  assert.deepEqual(names(list), ["a", "c", "d"]);
  list.remove(c);
  assert.deepEqual(names(list), ["a", "d"]);
  list.remove(a);
  list.remove(d);
  assert.deepEqual(names(list), []);
  list.add(b);
  assert.deepEqual(names(list), ["b"]);
});

test("an entry that was removed is not removed again", () => {
  const list = new OpenList<{ name: string; place: number }>();
  const [a, b] = [entry("a"), entry("b")];
  list.add(a);
  list.add(b);
  list.remove(a);
  list.remove(a);
  assert.deepEqual(names(list), ["b"]);
});
