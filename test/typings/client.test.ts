// The compiler checks calls against the function's class: it accepts right calls and refuses wrong calls.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { makeProject, type Project, typecheck } from "../dialects/installed-package.ts";

let project: Project;
before(async () => {
  project = await makeProject("test/dialects/fixtures", "test/client/fixtures");
});
after(() => project?.remove());

const options = {
  target: "es2022",
  lib: ["es2023", "esnext.decorators"],
  module: "nodenext",
  strict: true,
  skipLibCheck: true,
  types: ["node"],
};

const check = (file: string, compiler = "typescript", more: object = {}) =>
  typecheck(compiler, project, { ...options, ...more, files: [join(project.folder, file)] });

describe("the compiler", () => {
  for (const compiler of ["typescript", "typescript-5"]) {
    test(`accepts what is right and refuses what is wrong (${compiler})`, async () => {
      assert.deepEqual(await check("calling.ts", compiler), []);
    });
  }

  test("does so under the strictest options too", async () => {
    const more = { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, isolatedModules: true };
    assert.deepEqual(await check("calling.ts", "typescript", more), []);
  });

  // An expectation accepts any error, also one about a misspelt name. So each error must be of the expected kind.
  test("refuses each wrong call for its type, not for a slip in the test", async () => {
    const lines = readFileSync(join(project.folder, "calling.ts"), "utf8").split("\n");
    const refused = lines.flatMap((line, index) => (line.includes("@ts-expect-error") ? [index + 2] : []));
    writeFileSync(
      join(project.folder, "stripped.ts"),
      lines.map((line) => line.replace("@ts-expect-error", "")).join("\n"),
    );
    const complaints = await check("stripped.ts");
    assert.deepEqual(
      [...new Set(complaints.map(({ line }) => line))].sort((a, b) => a - b),
      refused,
    );
    const slips = new Set(["TS2304", "TS2305", "TS2307", "TS2552", "TS2724", "TS1005", "TS1109"]);
    assert.deepEqual(
      complaints.filter(({ code }) => slips.has(code)),
      [],
    );
  });
});
