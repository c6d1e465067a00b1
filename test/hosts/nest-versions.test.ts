// Nest 11 and 12: the tests of the module, and the sample application with its own end-to-end tests.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
// @ts-expect-error: the script has no types
import { bundleTests } from "../../scripts/bundle-tests.mjs";
import { makeProject, root, tscPath } from "../dialects/installed-package.ts";
import { installLocked } from "../support/install-locked.ts";

const run = promisify(execFile);
const nest11 = join(root, "test/hosts/nest-11");
/** The packages of Nest 12 are those of this repository. */
const places = { 11: join(nest11, "node_modules"), 12: join(root, "node_modules") } as const;

before(() => installLocked(nest11));

/** Runs a program of Node's. Fails with its output. */
async function runNode(cwd: string, ...args: readonly string[]): Promise<string> {
  try {
    return (await run(process.execPath, args, { cwd, env: { ...process.env, NODE_TEST_CONTEXT: undefined } })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return assert.fail(`${args.join(" ")}:\n${stdout}\n${stderr}`);
  }
}

/** Links the packages of a folder that are missing in another one. */
function link(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (!name.startsWith(".") && !existsSync(join(to, name))) symlinkSync(join(from, name), join(to, name), "junction");
  }
}

for (const [version, modules] of Object.entries(places)) {
  describe(`Nest ${version}`, () => {
    test("the sample application passes its end-to-end tests", async () => {
      const project = await makeProject("samples/nest-devices");
      try {
        link(modules, join(project.folder, "node_modules"));
        link(places[12], join(project.folder, "node_modules"));
        await runNode(project.folder, tscPath("typescript-5"), "-p", ".");
        const output = await runNode(project.folder, "--test", "dist/test/devices.test.js");
        assert.match(output, /# pass 6\n/);
      } finally {
        project.remove();
      }
    });
  });
}

test("the module behaves the same on Nest 11", async () => {
  // Node finds the packages that are nearest to a file, so Nest 11 for files in this folder.
  const folder = mkdtempSync(join(places[11], "tests-"));
  try {
    const files = readdirSync(join(root, "test/nest")).filter((file) => file.endsWith(".test.ts"));
    await bundleTests(
      root,
      files.map((file) => `nest/${file}`),
      folder,
    );
    for (const file of files) {
      const output = await runNode(root, "--test", join(folder, "nest", file.replace(/\.ts$/, ".js")));
      assert.match(output, /# fail 0\n/);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
