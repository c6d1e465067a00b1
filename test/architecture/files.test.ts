// How files are named and laid out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { projectFiles, sourceFiles, sourceText, testFiles } from "../support/source.js";

const files = sourceFiles();

test("files and rooms have kebab-case names", () => {
  const kebab = /^([a-z][a-z0-9]*(-[a-z0-9]+)*\/)*[a-z][a-z0-9]*(-[a-z0-9]+)*\.ts$/;
  assert.deepEqual(
    files.filter((file) => !kebab.test(file)),
    [],
  );
});

test("no file has more than 400 lines", () => {
  const long = projectFiles().filter((file) => sourceText(file).split("\n").length > 401);
  assert.deepEqual(long, []);
});

test("only the package's entry is an index", () => {
  assert.deepEqual(
    files.filter((file) => file.endsWith("index.ts")),
    ["index.ts"],
  );
});

test("every file opens with the one thing it is about", () => {
  assert.deepEqual(
    files.filter((file) => !/^(#!.*\n)?\/\/ /.test(sourceText(`src/${file}`))),
    [],
  );
});

test("no comment puts work off", () => {
  assert.deepEqual(
    files.filter((file) => /\b(TODO|FIXME|XXX|HACK)\b/.test(sourceText(`src/${file}`))),
    [],
  );
});

test("what runs on every host uses Node's Buffer in one file only", () => {
  const everywhere = ["bytes", "model", "types", "wire", "functions", "refs", "client"];
  const found = files.filter(
    (file) =>
      everywhere.includes(file.split("/", 1)[0] as string) &&
      /\bBuffer\b/.test(sourceText(`src/${file}`).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")),
  );
  assert.deepEqual(found, ["bytes/node-buffer.ts"]);
});

test("no test waits for time to pass, is skipped or runs alone", () => {
  // Each word is cut in two, so that this file does not find itself.
  const banned = ["set" + "Timeout(", "test" + ".skip", "test" + ".only", "timers/" + "promises"];
  const found = testFiles()
    .filter((file) => file.endsWith(".test.ts"))
    .flatMap((file) => banned.filter((word) => sourceText(file).includes(word)).map((word) => `${file}: ${word}`));
  assert.deepEqual(found, []);
});
