import assert from "node:assert/strict";
import { test } from "node:test";
import { SeenStacks } from "../../src/model/seen-stacks.ts";

const stack = (message: string, line: number) => `Error: ${message}\n    at f (file.ts:${line}:1)`;

test("a stack is new once for each place in the code, whatever its message says", () => {
  const seen = new SeenStacks();
  assert.deepEqual(
    [seen.isNew(stack("bob", 1)), seen.isNew(stack("ann", 1)), seen.isNew(stack("bob", 2))],
    [true, false, true],
  );
});

test("the way to the place does not count", () => {
  const seen = new SeenStacks();
  const by = (way: string) => `${stack("", 1)}\n    at g (file.ts)\n    at h (file.ts)\n    at ${way}`;
  assert.deepEqual([seen.isNew(by("one")), seen.isNew(by("another"))], [true, false]);
});

test("a stack that names no code is known by its text", () => {
  const seen = new SeenStacks();
  assert.deepEqual([seen.isNew("a"), seen.isNew("b"), seen.isNew("a")], [true, true, false]);
});

test("the stacks that were seen last are remembered, and no more than a hundred", () => {
  const seen = new SeenStacks();
  for (let line = 0; line < 100; line++) seen.isNew(stack("", line));
  assert.equal(seen.isNew(stack("", 0)), false);
  assert.equal(seen.isNew(stack("", 100)), true);
  assert.equal(seen.isNew(stack("", 0)), false, "it was seen later than the stack that is forgotten");
  assert.equal(seen.isNew(stack("", 1)), true);
});
