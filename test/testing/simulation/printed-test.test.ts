// The test that a failure prints: pasted into a file, it fails in the same way, without fast-check, and passes once the functions
// are corrected.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { SimulationError, simulate } from "statefun-ts/testing";
import { functions } from "../../../samples/simulation/reminders.js";
import { buggyRemindersOptions } from "../../../samples/simulation/simulations.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));

test("the printed test shows the failure again, and passes over the corrected functions", async () => {
  const error = await simulate({ functions }, { ...buggyRemindersOptions, runs: 200, seed: 1 }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof SimulationError);
  assert.ok(error.message.includes(error.test));
  const folder = mkdtempSync(`${root}/test/testing/simulation/pasted-`);
  try {
    for (const [version, options, passes] of [
      ["reminders", "buggyRemindersOptions", false],
      ["reminders-fixed", "fixedRemindersOptions", true],
    ] as const) {
      const file = `${folder}/${version}.ts`;
      writeFileSync(
        file,
        `import { test } from "node:test";
import { simulate } from "statefun-ts/testing";
import { functions } from "../../../../samples/simulation/${version}.js";
import { ${options} as options } from "../../../../samples/simulation/simulations.js";

const app = { functions };

${error.test}`,
      );
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const hideFastCheck = `data:text/javascript,${encodeURIComponent(withoutFastCheck)}`;
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ["--import", "tsx", "--import", hideFastCheck, "--test-reporter=tap", file],
        { cwd: root, encoding: "utf8", env },
      );
      assert.equal(status === 0, passes, stdout + stderr);
      if (!passes) assert.match(stdout, /SIMULATION_FAILED/);
      if (!passes) assert.match(stdout, /nobody is reminded of what is done/);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Makes fast-check a package that can't be found. */
const withoutFastCheck = `
import * as nodeModule from "node:module";
nodeModule.registerHooks?.({
  resolve(specifier, context, next) {
    if (specifier === "fast-check") throw new Error("fast-check is not installed");
    return next(specifier, context);
  },
});
`;
