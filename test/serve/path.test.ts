// The comparison of paths.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isPath, pathOf } from "../../src/serve/path.js";

test("paths are the same when every character is", () => {
  for (const path of ["/", "/statefun", "/statefun/s3cret", `/${"x".repeat(500)}`]) {
    assert.ok(isPath(path, path));
    assert.ok(!isPath(`${path}x`, path));
    assert.ok(!isPath(path.slice(0, -1), path));
    for (let index = 0; index < path.length; index++) {
      assert.ok(!isPath(`${path.slice(0, index)}\u0000${path.slice(index + 1)}`, path), String(index));
    }
  }
  assert.ok(!isPath(undefined, "/"));
  assert.ok(!isPath("/", undefined));
  assert.ok(!isPath(undefined, undefined));
  assert.ok(!isPath("", "/"));
});

test("the path of a URL ends at its query", () => {
  assert.deepEqual(["/a?b=/c", "/a", "?", "", undefined].map(pathOf), ["/a", "/a", "", "", undefined]);
});
