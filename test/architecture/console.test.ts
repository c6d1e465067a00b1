// What the console may import, and how its files are laid out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { consoleFiles, importsOf, sourceText } from "../support/source.js";

/** The packages that are bundled into the page. A package with a slash behind it stands for its other entries too. */
const packages = [
  "preact",
  "preact/",
  "@preact/signals",
  "@tanstack/virtual-core",
  "uplot",
  "uplot/",
  "@codemirror/",
  "@lezer/highlight",
  "codemirror",
  "@cfworker/json-schema",
];

const files = consoleFiles();
const importsIn = (file: string) => importsOf(file, sourceText(file));

test("there are files of the console to look at", () => {
  assert.ok(files.length > 10);
});

test("of the package, the console imports the types of the admin API alone, and the table of errors for its advice", () => {
  const broken = files.flatMap((file) =>
    importsIn(file)
      .filter(({ file: target }) => target?.startsWith("src/"))
      .filter(({ file: target, typeOnly }) => !(target?.startsWith("src/runtime/admin/api/") && typeOnly))
      .map(({ file: target }) => `${file} imports ${target}`),
  );
  assert.deepEqual(broken, ["console/app/advice.ts imports src/error-table.ts"]);
});

test("nothing but the packages of the list is bundled", () => {
  const broken = files.flatMap((file) =>
    importsIn(file)
      .filter(({ from }) => !from.startsWith("."))
      .filter(({ from }) => !packages.some((name) => from === name || (name.endsWith("/") && from.startsWith(name))))
      .map(({ from }) => `${file} imports ${from}`),
  );
  assert.deepEqual(broken, []);
});

test("files have kebab-case names, open with the one thing they are about, and have at most 400 lines", () => {
  const broken = files.filter((file) => {
    const text = sourceText(file);
    const kebab = /^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.tsx?$/.test(file);
    return !kebab || !text.startsWith("// ") || text.split("\n").length > 401;
  });
  assert.deepEqual(broken, []);
});

test("no files of the console import each other in a circle, types included", () => {
  const known = new Set(files);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    assert.equal(at, -1, `a circle: ${[...path.slice(at), file].join(" → ")}`);
    if (done.has(file)) return;
    for (const { file: target = "" } of importsIn(file)) {
      const found = [target, `${target}x`].find((each) => known.has(each));
      if (found !== undefined) visit(found, [...path, file]);
    }
    done.add(file);
  };
  for (const file of files) visit(file, []);
});
