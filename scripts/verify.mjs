// Runs everything that has to pass before a change is merged: `npm run verify`, and the same on CI. It stops at the first
// step that fails. The steps run one after the other, since several of them measure time or need all of the memory.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** In their order. `npm test` is first: it must work as the first command on a fresh clone, and it installs the packages. */
const steps = [
  script("test"),
  script("check"),
  script("lint"),
  script("unused"),
  script("api:check"),
  script("openapi:check"),
  script("messages:check"),
  { name: "npm test on the newest Node", run: testOnNewestNode },
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
  script("test:model"),
  script("test:workflows"),
  script("test:simulation"),
  script("test:faults"),
  script("test:limits"),
  script("test:compilers"),
  script("test:runners"),
  script("test:runtime-crash"),
  script("test:differential"),
  script("test:runtime-interop"),
];

const times = [];
for (const { name, run: runStep } of steps) {
  console.log(`\n== ${name}`);
  const start = performance.now();
  const passed = runStep();
  times.push(`${passed ? "passed" : "FAILED"}  ${formatSeconds(performance.now() - start)}  ${name}`);
  console.log(`== ${times.at(-1)}`);
  if (!passed) {
    process.exitCode = 1;
    break;
  }
}
console.log(`\n${times.join("\n")}\n${formatSeconds(performance.now())} in all`);

/** The step that runs a script of package.json. */
function script(name) {
  return { name: `npm run ${name}`, run: () => run("npm", ["run", name]) };
}

/** Runs a command in the project's folder and shows its output. Returns whether it succeeded. */
function run(command, args, env = {}) {
  const shell = process.platform === "win32"; // npm is a script there
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit", shell, env: { ...process.env, ...env } });
  return status === 0;
}

/** Runs the tests on the newest Node. The npm package `node` holds the binary, so nothing is installed on the machine. */
function testOnNewestNode() {
  const folder = mkdtempSync(join(tmpdir(), "statefun-newest-node-"));
  try {
    const quiet = ["--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
    const bin = join(folder, "node_modules/.bin");
    return (
      run("npm", ["install", "--prefix", folder, ...quiet, "node@26"]) &&
      run(join(bin, "node"), ["--version"]) &&
      run(join(bin, "node"), ["scripts/test.mjs"], { PATH: `${bin}${delimiter}${process.env.PATH}` })
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function formatSeconds(ms) {
  return `${Math.round(ms / 1000)} s`.padStart(6);
}
