// The built console: how large it is, and what lies beside it.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const folder = fileURLToPath(new URL("../../dist/console", import.meta.url));
const read = (file: string) => readFileSync(join(folder, file), "utf8");
const html = read("index.html");
const entry = /src="console\/([^"]+\.js)"/.exec(html)?.[1] ?? "";

/** The files that a script loads before it runs, itself included. A chunk that is loaded when it is needed is not among them. */
function loadedWith(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, next = ""] of read(file).matchAll(/(?:from|import)"\.\/([^"]+\.js)"/g)) loadedWith(next, found);
  return found;
}

test("the page loads less than 150 kB of compressed script before an editor opens", () => {
  const bytes = [...loadedWith(entry)].reduce((sum, file) => sum + gzipSync(read(file)).length, 0);
  assert.ok(bytes > 10_000 && bytes < 150_000, `${bytes} bytes`);
});

test("the page names its files relative to itself, and holds no script or style of its own", () => {
  const links = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link = ""]) => link);
  assert.ok(links.length >= 3);
  for (const link of links) assert.match(link, /^(console\/[\w-]+-[A-Z0-9]{8}\.(js|css)$|data:)/);
  assert.ok(!/<style|<script>|\son\w+=|style=/.test(html));
});

test("the licences of the packages in the scripts lie beside them", () => {
  const licences = read("LICENSES.txt");
  for (const name of ["preact", "@preact/signals", "@preact/signals-core", "uplot"]) {
    assert.match(licences, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, "m"));
  }
  assert.ok(licences.includes("Permission is hereby granted"));
});

test("no file lies there from an earlier build", () => {
  const named = new Set([...readdirSync(folder).map(read), html].join("\n").match(/[\w-]+-[A-Z0-9]{8}\.(js|css)/g));
  const strays = readdirSync(folder).filter(
    (file) => !["index.html", "LICENSES.txt"].includes(file) && !named.has(file),
  );
  assert.deepEqual(strays, []);
});
