// Runs test files on node's own runner: `node scripts/test.mjs [folder or file …]`, by default all but the slow ones.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureConsole } from "./build-console.mjs";
import { bundleTests } from "./bundle-tests.mjs";
import { groupTests } from "./group-tests.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Folders and files that have scripts of their own in package.json. */
const slow = new Set([
  "bench",
  "browser",
  "cli",
  "console",
  "create",
  "deploy",
  "dialects",
  "differential",
  "docs/code-blocks.test.ts",
  "engine/many-delayed.test.ts",
  "engine/memory.test.ts",
  "faults",
  "runtime-interop",
  "flink",
  "fuzz",
  "hosts",
  "interop",
  "kafka",
  "limits",
  "package",
  "runners",
  "runtime-crash",
  "testing/simulation/printed-test.test.ts",
  "testing/speed.test.ts",
  "tls",
  "typings",
]);

const tests = readdirSync(`${root}/test`, { recursive: true })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".test.ts") && !file.includes("node_modules/"));
const isSlow = (file) => slow.has(file.split("/", 1)[0]) || slow.has(file);
const folders = process.argv.slice(2);
const chosen = tests
  .filter((file) =>
    folders.length === 0 ? !isSlow(file) : folders.some((wanted) => file === wanted || file.startsWith(`${wanted}/`)),
  )
  .sort();
if (chosen.length === 0) {
  console.error(`No test file under test/ for: ${folders.join(" ") || "(all)"}`);
  process.exit(1);
}
// Node leaves one core free unless it is told otherwise. The slow suites start engines and need the machine for themselves.
const concurrency = folders.length === 0 ? [`--test-concurrency=${availableParallelism()}`] : [];
const cache = join(root, "node_modules/.cache");
mkdirSync(cache, { recursive: true });
const bundles = mkdtempSync(join(cache, "tests-"));
// Ctrl-C ends the tests. This process then goes on, to remove the bundles.
process.on("SIGINT", () => {});
try {
  if (chosen.some((file) => /^(console|deploy)\//.test(file))) await ensureConsole();
  await bundleTests(root, chosen, bundles);
  const isSeparate = (file) => isSlow(file) || folders.includes(file);
  // Far longer than any process takes: a hanging test must not hold CI for ever.
  const limitMinutes = folders.length === 0 ? 30 : 180;
  const processes = groupTests(root, chosen, bundles, isSeparate, limitMinutes * 60_000);
  const args = ["--enable-source-maps", "--test", ...concurrency, ...processes];
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(bundles, { recursive: true, force: true });
}
