// Every way to compile a function's class has to give the same function.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { type Combination, compileAll, fixturesOf, mixDialects } from "./compilers.ts";
import { expected } from "./expected.ts";
import { makeProject, type Project } from "./installed-package.ts";

const run = promisify(execFile);

interface Misuse {
  readonly what: string;
  readonly expected: readonly string[];
  readonly came: string | { readonly code: string; readonly message: string };
}

let project: Project;
let combinations: Combination[];
const told = new Map<string, any>();
const inherited = new Map<string, any>();

before(async () => {
  project = await makeProject("test/dialects/fixtures", "proto");
  combinations = await compileAll(project.folder);
  const runner = join(project.folder, "run.mjs");
  const runFixtures = async (chosen: readonly Combination[], args: readonly string[], env: Record<string, string>) => {
    const paths = chosen.flatMap((combination) => fixturesOf(combination).map((file) => pathOf(combination, file)));
    const options = { cwd: project.folder, env: { ...process.env, ...env }, maxBuffer: 1 << 26 };
    const { stdout } = await run(process.execPath, [...args, runner, ...paths], options);
    const results = JSON.parse(stdout);
    for (const combination of chosen) {
      for (const file of fixturesOf(combination)) {
        told.set(`${combination.name} ${file}`, results[pathOf(combination, file)]);
      }
    }
  };
  const compiled = combinations.filter(({ output }) => output !== undefined);
  const mixed = mixDialects(project.folder, combinations);
  // tsx is a loader: it runs the sources themselves, each time with another tsconfig.
  const direct = combinations.filter(({ output }) => output === undefined);
  await Promise.all([
    runFixtures(compiled, [], {}),
    run(process.execPath, [runner, ...mixed.map(([, path]) => path)], { cwd: project.folder }).then(({ stdout }) => {
      for (const [name, path] of mixed) inherited.set(name, JSON.parse(stdout)[path]);
    }),
    ...direct.map((combination) =>
      runFixtures([combination], ["--import", import.meta.resolve("tsx")], { TSX_TSCONFIG_PATH: combination.tsconfig }),
    ),
  ]);
});

after(() => project?.remove());

const pathOf = ({ output }: Combination, file: string) =>
  output === undefined ? join(project.folder, `${file}.ts`) : join(output, `${file}.js`);

function results(combination: Combination, file: string): any {
  const result = told.get(`${combination.name} ${file}`);
  assert.ok(result !== undefined, `${combination.name} told nothing of ${file}`);
  assert.equal(result.failed, undefined);
  return result;
}

async function inEach(
  context: { test(name: string, run: () => void): Promise<void> },
  chosen: (combination: Combination) => boolean,
  check: (combination: Combination) => void,
): Promise<void> {
  const included = combinations.filter(chosen);
  assert.ok(included.length > 0);
  for (const combination of included) await context.test(combination.name, () => check(combination));
}

describe("a function class", () => {
  test("does the same in every dialect, compiler and field semantics", async (t) => {
    await inEach(
      t,
      () => true,
      (combination) => assert.deepEqual(results(combination, "explicit"), expected),
    );
  });

  test("may have a parent that was compiled in the other dialect", () => {
    assert.deepEqual([...inherited.keys()], ["a legacy parent", "a standard parent"]);
    for (const [name, result] of inherited) assert.deepEqual(result, expected, name);
  });

  test("may keep state in accessors and #private fields, and handle messages in #private methods", async (t) => {
    const isStandard = ({ dialect, privateFailure }: Combination) =>
      dialect === "standard" && privateFailure === undefined;
    await inEach(t, isStandard, (combination) => assert.deepEqual(results(combination, "private"), expected));
  });

  test("can't keep state in #private fields where the compiler's own code fails", async (t) => {
    await inEach(
      t,
      ({ privateFailure }) => privateFailure !== undefined,
      (combination) => {
        const { failed } = told.get(`${combination.name} private`);
        assert.match(failed, new RegExp(combination.privateFailure as string));
      },
    );
  });

  test("may leave out the types that emitDecoratorMetadata tells", async (t) => {
    const hasMetadata = ({ metadata }: Combination) => metadata;
    await inEach(t, hasMetadata, (combination) => assert.deepEqual(results(combination, "inferred"), expected));
  });
});

describe("a type that is left out", () => {
  test("is taken from the initialiser or the metadata, or is TYPE_UNKNOWN before the first message", async (t) => {
    await inEach(
      t,
      () => true,
      (combination) => {
        const cases = misuses(combination, "misuse").filter(({ expected }) => expected.length === 2);
        const index = combination.metadata ? 0 : 1;
        assert.deepEqual(table(cases), Object.fromEntries(cases.map(({ what, expected }) => [what, expected[index]])));
      },
    );
  });

  test("is told with the line to write instead", async (t) => {
    await inEach(
      t,
      () => true,
      (combination) => {
        const cases = misuses(combination, "misuse").filter(({ expected }) => expected.length === 2);
        for (const { what, came } of cases) {
          if (typeof came !== "string")
            assert.match(came.message, /Write it: @(State\("x", Types\.int\)|Handles\(User\))/, what);
        }
      },
    );
  });
});

describe("a class that is wrong", () => {
  test("is told by its code when it is evaluated or bound", async (t) => {
    await inEach(
      t,
      () => true,
      (combination) => {
        const cases = misuses(combination, "misuse").filter(({ expected }) => expected.length === 1);
        assert.deepEqual(table(cases), Object.fromEntries(cases.map(({ what, expected }) => [what, expected[0]])));
      },
    );
  });

  test("is told when a decorator stands on a parameter", async (t) => {
    const isLegacy = ({ dialect }: Combination) => dialect === "legacy";
    await inEach(t, isLegacy, (combination) => {
      const cases = misuses(combination, "misuse-legacy");
      assert.deepEqual(table(cases), Object.fromEntries(cases.map(({ what, expected }) => [what, expected[0]])));
    });
  });
});

const misuses = (combination: Combination, file: string): Misuse[] => results(combination, file);

const table = (cases: readonly Misuse[]) =>
  Object.fromEntries(cases.map(({ what, came }) => [what, typeof came === "string" ? came : came.code]));
