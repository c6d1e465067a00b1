// The entries of states in their order, with heads in the place of large values.

import assert from "node:assert/strict";
import { test } from "node:test";
import { functionKey, kinds, rangeEnd } from "../../src/engine/keys.js";
import { stateEntries } from "../../src/engine/state-entries.js";
import { StateHead } from "../../src/engine/state-heads.js";
import { wholeBytes } from "../../src/model/large-value.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { at, spec } from "./functions.js";
import { Parts, packed } from "./parts.js";

test("large states at the beginning, in a row and at the end are met once each, in the order of all", async () => {
  const parts = new Parts({ store: new MemoryStore(), functions: { f: () => {} } });
  const { states } = parts.instances.wake(at("f/a"));
  const isLarge = (place: number) => place < 3 || (place > 300 && place < 420) || place > 596;
  const names = Array.from({ length: 600 }, (_, place) => `s${String(place).padStart(3, "0")}`);
  for (const [place, name] of names.entries()) {
    states.set(spec(name), packed("x".repeat(isLarge(place) ? wholeBytes + 1 : 1)).bytes, parts.clock.now());
  }
  await parts.commit.attempted();
  const met: [string, boolean][] = [];
  const all = kinds.state + functionKey("test", "f");
  for await (const entries of stateEntries(parts.store, all, rangeEnd(all))) {
    assert.ok(entries.length <= 200);
    for (const [key, found] of entries) met.push([key.slice(-4), found instanceof StateHead]);
  }
  assert.deepEqual(
    met,
    names.map((name, place) => [name, isLarge(place)]),
  );
});
