import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { blocksOf, fileLinks, type Page, pageAt, pages, root } from "./pages.ts";
import { parseYaml } from "./yaml.ts";

/** The anchor of a heading, as a link names it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replace(/ /g, "-");

function anchorsOf(text: string): string[] {
  const withoutCode = text.replace(/^```[\s\S]*?^```$/gm, "");
  return [...withoutCode.matchAll(/^#+ (.*)$/gm)].map((match) => anchorOf(match[1] as string));
}

for (const page of pages) {
  describe(page.path, () => {
    test("every link leads somewhere", () => {
      for (const { target, file, anchor } of fileLinks(page)) {
        assert.ok(existsSync(join(root, file)), `${target}: there is no ${file}`);
        if (anchor === undefined) continue;
        const anchors = anchorsOf(readFileSync(join(root, file), "utf8"));
        assert.ok(anchors.includes(anchor), `${target}: ${file} has no such heading`);
      }
    });

    test("every YAML and JSON block can be read", () => {
      for (const block of blocksOf(page)) {
        if (block.language === "json") JSON.parse(block.code);
        if (block.language === "yaml") assertModuleFile(parseYaml(block.code), `${page.path}:${block.line}`);
      }
    });

    test("it begins with its title and what it is about", () => {
      assert.match(page.text, /^# .+\n\n\w/);
    });
  });
}

/** The shapes that StateFun reads: documents of kind and spec, or one module of version 2.0. */
function assertModuleFile(documents: any[], where: string): void {
  assert.ok(documents.length > 0, where);
  for (const document of documents) {
    if ("version" in document) {
      assert.deepEqual(Object.keys(document), ["version", "module"], where);
      assert.equal(document.module.meta.type, "remote", where);
    } else {
      assert.deepEqual(Object.keys(document), ["kind", "spec"], where);
      assert.match(document.kind, /^io\.statefun(\.\w+|-ts\.schedules)\.v\d\/\w+$/, where);
    }
  }
}

test("the README links every page of docs/, and the page of decisions every decision", () => {
  const linked = (page: string) => fileLinks(pageAt(page)).map(({ file }) => file);
  const decisions = "docs/decisions/README.md";
  for (const { path } of pages.filter(({ path }) => path !== "README.md")) {
    const from = path.startsWith("docs/decisions/") && path !== decisions ? decisions : "README.md";
    assert.ok(linked(from).includes(path), `${from} does not link ${path}`);
  }
});

test("every script that a page names exists, and CONTRIBUTING.md names every script", () => {
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  const namedIn = ({ text }: Page) => [...text.matchAll(/npm (?:run )?([\w:-]+)/g)].map((match) => match[1] as string);
  for (const page of pages) {
    const named = [...page.text.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] as string);
    for (const name of named) assert.ok(name in scripts, `${page.path}: ${name}`);
  }
  const contributing = namedIn(pageAt("CONTRIBUTING.md"));
  for (const name of Object.keys(scripts)) if (name !== "prepack") assert.ok(contributing.includes(name), name);
});

test("npm run verify runs every suite", () => {
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  const steps = readFileSync(`${root}/scripts/verify.mjs`, "utf8");
  const suites = Object.keys(scripts).filter((name) => /^test(:|$)|:check$|^(check|lint|unused)$/.test(name));
  assert.ok(suites.length > 10);
  for (const name of suites) assert.ok(steps.includes(`script("${name}")`), name);
});

test("the README's command makes classes of the README's messages", async () => {
  const readme = pageAt("README.md");
  const [proto] = blocksOf(readme, "proto");
  const command = blocksOf(readme, "sh")
    .find(({ code }) => code.startsWith("npx pbjs "))
    ?.code.split(" ")
    .slice(2);
  assert.ok(proto && command);
  const folder = mkdtempSync(join(root, "node_modules/.readme-"));
  try {
    writeFileSync(join(folder, "messages.proto"), proto.code);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const cli = createRequire(import.meta.url).resolve("protobufjs-cli/bin/pbjs");
    execFileSync(process.execPath, [cli, ...command], { cwd: folder });
    assert.ok(existsSync(join(folder, "messages.d.ts")));
    const { example } = await import(pathToFileURL(join(folder, "messages.js")).href);
    assert.equal(example.User.decode(example.User.encode({ name: "Bob" }).finish()).name, "Bob");
    assert.equal(example.Greeting.getTypeUrl(), "type.googleapis.com/example.Greeting");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("no page names a path of a machine or a registry", () => {
  for (const { path, text } of pages) {
    assert.doesNotMatch(
      text,
      /\/(home|root|work|Users|tmp)\/|registry\.\w+\.|localhost:(?!8000|7070|7071|8090|8091)\d+/,
      path,
    );
  }
});
