// Users compile against the package's declarations, with a compiler and options of their own.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { compilerOptions, type Mode } from "./compilers.ts";
import { makeProject, type Project, typecheck } from "./installed-package.ts";

let project: Project;

before(async () => {
  project = await makeProject("test/dialects/fixtures");
});
after(() => project?.remove());

const modes: [name: string, mode: Mode, files: string[]][] = [
  ["legacy decorators", { dialect: "legacy", metadata: true, define: false }, ["explicit.ts", "inferred.ts"]],
  ["standard decorators", { dialect: "standard", metadata: false, define: true }, ["explicit.ts", "private.ts"]],
];

describe("the package's declarations", () => {
  for (const [compiler, version] of [
    ["typescript", "7"],
    ["typescript-6", "6"],
    ["typescript-5", "5.9"],
  ] as const) {
    for (const [name, mode, files] of modes) {
      test(`serve tsc ${version} with ${name}`, async () => {
        const paths = files.map((file) => join(project.folder, file));
        // The slower compilers check every declaration file in test/package/.
        const skipLibCheck = compiler !== "typescript";
        const options = { ...compilerOptions(mode), noImplicitOverride: true, skipLibCheck };
        assert.deepEqual(await typecheck(compiler, project, { files: paths, ...options }), []);
      });
    }
  }
});
