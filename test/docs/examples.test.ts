// Which examples exist, and how they are found. code-blocks.test.ts compiles and runs them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { sourceFiles, sourceText } from "../support/source.ts";
import { examples, examplesIn } from "./examples.ts";
import { root } from "./pages.ts";

const textOf = (...lines: string[]) => ["// A file.", "", "  /**", "   * Does.", ...lines, "   */"].join("\n");

test("every @example of src/ is found", () => {
  const tags = sourceFiles().reduce((count, file) => count + sourceText(`src/${file}`).split("@example").length - 1, 0);
  assert.ok(tags > 0);
  assert.equal(examples.length, tags);
});

test("every entry of the package has an example that imports it", () => {
  const { exports } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  for (const entry of Object.keys(exports)) {
    if (entry === "./package.json") continue;
    const from = `from "statefun-ts${entry.slice(1)}";`;
    assert.ok(
      examples.some(({ code }) => code.includes(from)),
      entry,
    );
  }
});

test("one example is what the others import", () => {
  assert.equal(examples.filter(({ notes }) => notes.includes("file=functions.ts")).length, 1);
});

test("an example's code is without the comment's margin, and knows its line", () => {
  const text = textOf(
    "   *",
    "   * @example",
    "   * ```ts",
    "   * if (a) {",
    "   *   b();",
    "   *",
    "   * }",
    "   * ```",
  );
  const [example, ...more] = examplesIn("src/room/file.ts", text);
  assert.deepEqual(more, []);
  assert.equal(example?.code, "if (a) {\n  b();\n\n}");
  assert.equal(text.split("\n")[(example?.line ?? 0) - 1], "   * if (a) {");
});

test("an example that is no block, or has no end, is refused with its file and line", () => {
  for (const [line, ...lines] of [
    [5, "   * @example f(5);"],
    [5, "   * @example", "   * f(5);"],
    [5, "   * @example", "   * ```js", "   * f(5);", "   * ```"],
    [5, "   * @example", "   * ```ts", "   * f(5);"],
    [8, "   * @example", "   * ```ts", "   * f(5);", "   */", "  /**", "   * ```"],
  ] as [number, ...string[]][]) {
    assert.throws(
      () => examplesIn("src/file.ts", textOf(...lines)),
      ({ message }: Error) => message.startsWith(`src/file.ts:${line}: `),
    );
  }
});
