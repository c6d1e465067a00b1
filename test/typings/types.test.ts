// The compiler refuses what would fail when it runs, and nothing else.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Complaint, makeProject, type Project, typecheck } from "../dialects/installed-package.ts";

let project: Project;

before(async () => {
  project = await makeProject("test/dialects/fixtures", "test/typings/fixtures");
});
after(() => project?.remove());

const shared = [
  "decorators.ts",
  "sending.ts",
  "answers.ts",
  "continuing.ts",
  "named.ts",
  "registering.ts",
  "schedules.ts",
  "values.ts",
  "workflows.ts",
];
const dialects = { legacy: [...shared, "legacy.ts"], standard: [...shared, "standard.ts"] };
type Dialect = keyof typeof dialects;

const options = {
  target: "es2022",
  lib: ["es2023", "esnext.decorators"],
  module: "nodenext",
  strict: true,
  skipLibCheck: true,
  types: ["node"],
};

function check(compiler: string, dialect: Dialect, files: readonly string[], more: object = {}): Promise<Complaint[]> {
  const paths = files.map((file) => join(project.folder, file));
  return typecheck(compiler, project, {
    ...options,
    experimentalDecorators: dialect === "legacy",
    ...more,
    files: paths,
  });
}

for (const dialect of ["legacy", "standard"] as const) {
  describe(`with ${dialect} decorators, the compiler`, () => {
    for (const [compiler, version] of [
      ["typescript", "7"],
      ["typescript-6", "6"],
      ["typescript-5", "5.9"],
    ] as const) {
      test(`accepts what is right and refuses what is wrong (tsc ${version})`, async () => {
        assert.deepEqual(await check(compiler, dialect, dialects[dialect]), []);
      });
    }

    test("does so under the strictest options too", async () => {
      const more = { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, isolatedModules: true };
      assert.deepEqual(await check("typescript", dialect, dialects[dialect], more), []);
    });

    // An expectation is satisfied by any error, a misspelt name's too. So each has to be of the kind that is meant.
    test("refuses each for its type, not for a slip in the test", async () => {
      const stripped = dialects[dialect].map((file) => strip(file));
      const complaints = await check(
        "typescript",
        dialect,
        stripped.map(({ file }) => file),
      );
      const slips = new Set(["TS2304", "TS2305", "TS2307", "TS2552", "TS2724", "TS1005", "TS1109"]);
      assert.deepEqual(
        complaints.filter(({ code }) => slips.has(code)),
        [],
      );
      for (const { file, refused } of stripped) {
        const lines = new Set(complaints.filter((complaint) => complaint.file.endsWith(file)).map(({ line }) => line));
        assert.deepEqual(
          [...lines].sort((a, b) => a - b),
          refused,
          file,
        );
      }
    });
  });
}

describe("these tests", () => {
  test("fail when the declarations check nothing", async () => {
    const declarations = join(project.installed, "dist/esm");
    const checked = [
      "functions/decorator-types.d.ts",
      "functions/handled-messages.d.ts",
      "functions/bind-handler.d.ts",
      "model/named.d.ts",
    ].map((file) => {
      const path = join(declarations, file);
      return { path, text: readFileSync(path, "utf8") };
    });
    try {
      for (const { path, text } of checked) writeFileSync(path, loosened(text));
      const complaints = await check("typescript", "standard", dialects.standard);
      const unused = complaints.filter(({ code }) => code === "TS2578").map(({ file }) => file);
      for (const file of ["decorators.ts", "sending.ts", "named.ts", "registering.ts", "standard.ts"]) {
        assert.ok(unused.includes(file), `${file} expects nothing of the declarations`);
      }
    } finally {
      for (const { path, text } of checked) writeFileSync(path, text);
    }
  });
});

/** Copies a file without its expectations, and tells the lines after them. */
function strip(file: string): { file: string; refused: number[] } {
  const lines = readFileSync(join(project.folder, file), "utf8").split("\n");
  const refused = lines.flatMap((line, index) => (line.includes("@ts-expect-error") ? [index + 2] : []));
  const name = `stripped-${file}`;
  writeFileSync(join(project.folder, name), lines.map((line) => line.replace("@ts-expect-error", "")).join("\n"));
  return { file: name, refused };
}

/** The declarations with the types that do the checking turned into any. */
function loosened(text: string): string {
  return text
    .replace(
      /type (Fits|LegacyKey|MessageOf|AcceptedBy|NoOtherMessage|StateValue|TypenameOf|WithTypename)(<[^=]*>) =/g,
      "type $1$2 = any;\ntype Strict$1$2 =",
    )
    .replace(
      /type FunctionHandler(<[^=]*>) =/,
      "type FunctionHandler$1 = (...args: any[]) => unknown;\ntype Strict$1 =",
    );
}
