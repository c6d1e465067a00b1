// Test files that share a process: which of them do, and that none of them can end without being seen.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type TestContext, test } from "node:test";
// @ts-expect-error: the script has no types
import { groupTests } from "../../scripts/group-tests.mjs";
import { freshFolder } from "../store/folders.js";
import { projectFiles, sourceText } from "../support/source.js";

/** Groups test files of these texts, which stand for their bundles too. Returns the modules' paths below the folder. */
function group(t: TestContext, files: Readonly<Record<string, string>>, separate = "", limitMs = 60_000) {
  const root = freshFolder(t);
  const bundles = join(root, "bundles");
  for (const [file, text] of Object.entries(files)) {
    for (const path of [join(root, "test", file), join(bundles, file.replace(".ts", ".js"))]) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
  writeFileSync(join(root, "package.json"), '{ "type": "module" }');
  const paths: string[] = groupTests(root, Object.keys(files), bundles, (file: string) => file === separate, limitMs);
  const names = paths.map((path) => relative(bundles, path).replaceAll("\\", "/"));
  return { names, run: () => paths.map(run) };
}

/** Runs a module as the test runner does. */
function run(path: string) {
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--test-reporter=tap", path], {
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const passing = 'import { test } from "node:test";\ntest("it passes", () => {});\n';

test("files of a folder share processes, at most eight in each", (t) => {
  const files = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => [`a/${number}.test.ts`, passing]));
  const { names } = group(t, { ...files, "a/b/1.test.ts": passing, "c/1.test.ts": passing });
  assert.deepEqual(names, ["a/1 to 8.js", "a/9.js", "a/b/1.js", "c/1.js"]);
});

test("a file that must be alone, or is to be run separately, shares its process with none", (t) => {
  const alone = `// What it tests.\n// Alone in its process: it counts.\n\n${passing}`;
  const files = { "a/1.test.ts": passing, "a/2.test.ts": alone, "a/3.test.ts": passing, "a/4.test.ts": passing };
  assert.deepEqual(group(t, files, "a/3.test.ts").names, ["a/1 to 4.js", "a/2.js", "a/3.js"]);
});

test("a file's hooks run for its own tests, and a file that can't be loaded fails without hiding the next one", (t) => {
  const [result] = group(t, {
    "a/hooks.test.ts": `import { beforeEach, test } from "node:test";
      beforeEach((context) => console.log("before", context.name));
      test("with hook", () => {});`,
    "a/broken.test.ts": 'throw new Error("broken on purpose");',
    "a/next.test.ts": passing,
  }).run();
  assert.match(result?.stdout ?? "", /before with hook/);
  assert.doesNotMatch(result?.stdout ?? "", /before it passes/);
  assert.match(result?.stdout ?? "", /not ok 2 - a\/broken\.test\.ts.*broken on purpose.* ok 1 - it passes/s);
  assert.equal(result?.status, 1);
});

test("a test that ends the process fails the run, which names the files whose tests have not all run", (t) => {
  const [result] = group(t, {
    "a/first.test.ts": passing,
    "a/ends.test.ts": 'import { test } from "node:test";\ntest("it ends all", () => process.exit(0));',
    "a/next.test.ts": passing,
  }).run();
  assert.equal(result?.status, 1);
  assert.match(result?.stderr ?? "", /before all tests of a\/ends\.test\.ts, a\/next\.test\.ts$/m);
});

test("no module that test files share has a hook at its top level: it would run for the first of them alone", () => {
  const shared = projectFiles().filter((file) => file.startsWith("test/") && !file.endsWith(".test.ts"));
  const hook = /^(before|after|beforeEach|afterEach)\(/m;
  assert.ok(shared.length > 50);
  assert.deepEqual(
    shared.filter((file) => hook.test(sourceText(file))),
    [],
  );
});

test("a process that hangs is ended after the limit, and names the files that it has not come to the end of", (t) => {
  const hanging =
    'import { test } from "node:test";\ntest("it hangs", () => new Promise(() => setInterval(() => {}, 9)));\n';
  const files = { "a/1.test.ts": passing, "a/hangs.test.ts": hanging, "a/next.test.ts": passing };
  const [result] = group(t, files, "", 2_000).run();
  assert.equal(result?.status, 1);
  assert.match(result.stderr, /a\/hangs\.test\.ts, a\/next\.test\.ts$/m);
});
