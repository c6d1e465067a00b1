// Runs everything that has to pass before a change is merged: `npm run verify`, and the same on CI. It stops at the first
// step that fails. Most steps run one after the other, since they measure time or use all of the machine. Steps that compute on one
// core and measure nothing run side by side.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const times = [];

/** In their order. `npm test` is first: it must work as the first command on a fresh clone, and it installs the packages. */
const steps = [
  script("test"),
  script("check"),
  script("lint"),
  script("unused"),
  script("api:check"),
  script("openapi:check"),
  script("messages:check"),
  timed("npm test on the newest Node", testOnNewestNode),
  script("test:package"),
  script("test:create"),
  script("test:cli"),
  script("test:docs"),
  script("test:fuzz"),
  script("test:hosts"),
  script("test:browser"),
  script("test:console"),
  script("test:deploy"),
  script("test:tls"),
  script("test:flink"),
  script("test:interop"),
  script("test:kafka"),
  sideBySide([script("test:workflows")], [script("test:model"), script("test:simulation"), script("test:faults")]),
  script("test:limits"),
  script("test:compilers"),
  script("test:runners"),
  script("test:runtime-crash"),
  script("test:differential"),
  script("test:runtime-interop"),
];

if (!(await inOrder(steps, "shown"))) process.exitCode = 1;
console.log(`\n${times.join("\n")}\n${formatSeconds(performance.now())} in all`);

/** The step that runs a script of package.json. */
function script(name) {
  return timed(`npm run ${name}`, (output) => run("npm", ["run", name], { output }));
}

/** A step with a name, whose time is shown. */
function timed(name, runStep) {
  return async (output) => {
    if (output === "shown") console.log(`\n== ${name}`);
    const start = performance.now();
    const passed = await runStep(output);
    times.push(`${passed ? "passed" : "FAILED"}  ${formatSeconds(performance.now() - start)}  ${name}`);
    console.log(`== ${times.at(-1)}`);
    return passed;
  };
}

/** The step that runs lists of steps side by side. The output of each of them is kept, and shown when it has ended. */
function sideBySide(...lists) {
  return async () => (await Promise.all(lists.map((list) => inOrder(list, "kept")))).every(Boolean);
}

/** Runs steps one after the other, up to the first that fails. Returns whether none has failed. */
async function inOrder(list, output) {
  for (const step of list) if (!(await step(output))) return false;
  return true;
}

/** Runs a command in the project's folder. Its output is shown at once, or kept until the end. Returns whether it succeeded. */
async function run(command, args, { env = {}, output = "shown" } = {}) {
  const shell = process.platform === "win32"; // npm is a script there
  const stdio = output === "shown" ? "inherit" : ["inherit", "pipe", "pipe"];
  const child = spawn(command, args, { cwd: root, stdio, shell, env: { ...process.env, ...env } });
  const kept = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => kept.push(chunk));
  const [status] = await once(child, "close");
  if (output === "kept") process.stdout.write(Buffer.concat(kept));
  return status === 0;
}

/** Runs the tests on the newest Node. The npm package `node` holds the binary, so nothing is installed on the machine. */
async function testOnNewestNode() {
  const folder = mkdtempSync(join(tmpdir(), "statefun-newest-node-"));
  try {
    const quiet = ["--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
    const bin = join(folder, "node_modules/.bin");
    const env = { PATH: `${bin}${delimiter}${process.env.PATH}` };
    return (
      (await run("npm", ["install", "--prefix", folder, ...quiet, "node@26"])) &&
      (await run(join(bin, "node"), ["--version"])) &&
      (await run(join(bin, "node"), ["scripts/test.mjs"], { env }))
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function formatSeconds(ms) {
  return `${Math.round(ms / 1000)} s`.padStart(6);
}
