import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pageAt, root } from "./pages.ts";

const { exports } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
const entries: Record<string, string> = {};
for (const [entry, target] of Object.entries<{ import?: { default: string } }>(exports)) {
  const built = target.import?.default;
  if (built === undefined) continue;
  entries[`statefun-ts${entry.slice(1)}`] = `${root}/${built.replace("./dist/esm/", "src/").replace(/\.js$/, ".ts")}`;
}

function exportsOf(file: string): string[] {
  const source = readFileSync(file, "utf8");
  const lists = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = ""]) => list.split(","));
  const listed = lists.map((name) => name.trim().replace(/^type /, "")).filter((name) => name !== "");
  const declared = [...source.matchAll(/^export (?:async )?(?:interface|function|class|const|type) (\w+)/gm)];
  const names = [...listed, ...declared.map((match) => match[1] as string)];
  assert.ok(names.length > 0, `${file} exports nothing`);
  return [...new Set(names)];
}

for (const [entry, file] of Object.entries(entries)) {
  const page = entry === "statefun-ts/testing" ? "docs/testing-reference.md" : "docs/reference.md";
  test(`${page} has an entry for each name of ${entry}, and for no other`, () => {
    const { text } = pageAt(page);
    const section = text.split(/^## /m).find((part) => part.startsWith(`${entry}\n`)) ?? "";
    const documented = [...section.matchAll(/^#### `(\w+)`$/gm)].map((match) => match[1] as string);
    const exported = exportsOf(file);
    // ServeOptions has its entry under Koa; the other entries name it in a sentence.
    const elsewhere = exported.filter((name) => section.includes(`\n\`${name}\` is exported here too.`));
    assert.deepEqual([...documented, ...elsewhere].sort(), exported.sort());
  });
}
