// The tests of docs/testing.md in each test runner, with each of its compilers, as ES modules and as CommonJS.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { blocksOf, pageAt } from "../docs/pages.ts";
import { commandOf, makeRunnerProject, type RunnerProject, runNode, writeFiles } from "./project.ts";

type Modules = "esm" | "commonjs";
type Dialect = "standard" | "legacy";

let project: RunnerProject;
before(async () => {
  project = await makeRunnerProject();
});
after(() => project?.remove());

/** The files of the tutorial, by their names. */
const tutorial = Object.fromEntries(
  blocksOf(pageAt("docs/testing.md"), "ts").map(({ notes: [note = ""], code }) => [note.slice("file=".length), code]),
);
const [tsconfig = ""] = blocksOf(pageAt("docs/testing.md"), "json").map(({ code }) => code);
const failingLine = (tutorial["cart.ts"] ?? "").split("\n").findIndex((line) => line.includes("throw new")) + 1;

/** More tests, of what a newcomer's page need not say. */
const more = {
  "stack.test.ts": `import { test } from "node:test";
import assert from "node:assert/strict";
import { StatefunError } from "statefun-ts";
import { invoke } from "statefun-ts/testing";
import { AddItem, Cart } from "./cart.js";

test("a stack names the line of the user's code", async () => {
  const { error } = await invoke(Cart, { message: AddItem.pack({ sku: "tea", pieces: 0 }) });
  assert.match((error as Error).stack ?? "", /cart\\.ts:${failingLine}:/);
});

test("the errors of the package are errors of the test's realm", async () => {
  const wrong = invoke(Cart, { message: 5 as never });
  await assert.rejects(wrong, (error) => error instanceof StatefunError && error instanceof Error);
});
`,
  "inferred.test.ts": `import { test } from "node:test";
import assert from "node:assert/strict";
import { Handles, State, StatefulFunction } from "statefun-ts";
import { invoke } from "statefun-ts/testing";

@StatefulFunction("shop/guest")
class Guest {
  @State("name") name?: string;

  @Handles
  rename(name: string) {
    this.name = name;
  }
}

test("types may be left out", async () => {
  const { state } = await invoke(Guest, { message: "bob" });
  assert.deepEqual(state, { name: "bob" });
});
`,
};

interface Way {
  /** What the tests import `test` from. */
  readonly runner: "node:test" | "vitest" | "@jest/globals";
  readonly modules: Modules;
  readonly dialect: Dialect;
  /** Whether the compiler writes emitDecoratorMetadata's types. Defaults to false. */
  readonly metadata?: boolean;
  /** What the compiler needs besides the tutorial's options. */
  readonly options?: object;
  /** Further files, such as the runner's configuration. */
  readonly files?: Readonly<Record<string, string | object>>;
  /** The arguments of each Node process that runs, one after the other; the last one runs the tests. */
  readonly commands: readonly (readonly string[])[];
}

/** Runs the tests in a folder of their own. Every test must pass, and none may be forgotten. */
async function assertRuns(name: string, way: Way): Promise<void> {
  const { runner, modules, dialect, metadata = false, options = {}, files = {}, commands } = way;
  const folder = join(project.folder, name.replaceAll(/\W+/g, "-"));
  const { "inferred.test.ts": inferred, ...others } = { ...tutorial, ...more };
  const sources = metadata ? { ...others, "inferred.test.ts": inferred as string } : others;
  const written = Object.entries(sources).map(([file, code]) => [
    file,
    code.replace('from "node:test"', `from "${runner}"`),
  ]);
  const { compilerOptions } = JSON.parse(tsconfig);
  const legacy = dialect === "legacy" ? { experimentalDecorators: true, emitDecoratorMetadata: metadata } : {};
  writeFiles(folder, {
    "package.json": modules === "esm" ? { type: "module" } : {},
    "tsconfig.json": { compilerOptions: { ...compilerOptions, ...legacy, ...options }, include: ["*.ts"] },
    ...Object.fromEntries(written),
    ...files,
  });
  const count = written.join("").split(/^test\(/m).length - 1;
  let ended = { status: 0, output: "" };
  for (const args of commands) {
    if (ended.status === 0) ended = await runNode(folder, args);
  }
  assert.equal(ended.status, 0, ended.output);
  const passed = /^# pass (\d+)|^ *Tests:? +(\d+) passed/m.exec(ended.output);
  assert.equal(passed?.[1] ?? passed?.[2], String(count), ended.output);
}

const ways = { modules: ["esm", "commonjs"], dialects: ["standard", "legacy"] } as const;

function inEachWay(run: (modules: Modules, dialect: Dialect, title: string) => void): void {
  for (const modules of ways.modules) {
    for (const dialect of ways.dialects) run(modules, dialect, `${dialect} decorators, ${modules}`);
  }
}

/** The runners end a test after five seconds by default, which a busy machine may need for a simulation. */
const patience = "--testTimeout=60000";

const testFiles = [...Object.keys(tutorial), ...Object.keys(more)].filter((file) => file.endsWith(".test.ts"));
const withoutMetadata = testFiles.filter((file) => file !== "inferred.test.ts");

describe("node:test", { concurrency: 2 }, () => {
  inEachWay((modules, dialect, title) => {
    test(`with tsx: ${title}`, () =>
      assertRuns(`tsx ${title}`, {
        runner: "node:test",
        modules,
        dialect,
        commands: [["--import", import.meta.resolve("tsx"), "--test", ...withoutMetadata]],
      }));

    test(`with tsc: ${title}`, () =>
      assertRuns(`tsc ${title}`, {
        runner: "node:test",
        modules,
        dialect,
        metadata: dialect === "legacy",
        commands: [
          [commandOf("typescript", "tsc"), "-p", ".", "--outDir", "out", "--sourceMap"],
          [
            "--enable-source-maps",
            "--test",
            ...(dialect === "legacy" ? testFiles : withoutMetadata).map((file) => `out/${file.replace(".ts", ".js")}`),
          ],
        ],
      }));
  });
});

describe("Vitest", { concurrency: 2 }, () => {
  const run = [commandOf("vitest"), "run", patience];
  inEachWay((modules, dialect, title) => {
    test(`with the plugin: ${title}`, () =>
      assertRuns(`vitest ${title}`, {
        runner: "vitest",
        modules,
        dialect,
        metadata: dialect === "legacy",
        commands: [run],
      }));
  });

  test("needs no plugin for legacy decorators", () =>
    assertRuns("vitest alone", {
      runner: "vitest",
      modules: "esm",
      dialect: "legacy",
      metadata: true,
      files: { "vitest.config.ts": "export default {};" },
      commands: [run],
    }));
});

/** A block of Jest's configuration in the documentation. */
const documented = (page: string, name: string): any =>
  JSON.parse(blocksOf(pageAt(page), "json").find(({ notes }) => notes.includes(name))?.code ?? "");

describe("Jest", { concurrency: 2 }, () => {
  const swc = documented("docs/testing.md", "swc");
  const swcLegacy = structuredClone(swc);
  swcLegacy.transform["\\.[jt]s$"][1].jsc.transform = documented("docs/guide.md", "swc-legacy");
  const tsJest = { ...swc, transform: documented("docs/guide.md", "ts-jest") };
  const tsJestOptions = documented("docs/guide.md", "ts-jest-options").compilerOptions;
  const babel = { ...swc, transform: documented("docs/guide.md", "babel") };
  /** ts-jest alone has to be told that Jest runs ES modules. */
  const tsJestModules = { ...tsJest, transform: { "\\.ts$": ["ts-jest", { useESM: true }] } };

  const runs = (compiler: string, config: object, modules: Modules, dialect: Dialect, metadata: boolean) => {
    const title = `${compiler}: ${dialect} decorators, ${modules}`;
    const flags = modules === "esm" ? ["--experimental-vm-modules"] : [];
    test(title, () =>
      assertRuns(`jest ${title}`, {
        runner: "@jest/globals",
        modules,
        dialect,
        metadata,
        options: compiler === "ts-jest" ? tsJestOptions : {},
        files: { "jest.config.json": modules === "esm" ? { ...config, extensionsToTreatAsEsm: [".ts"] } : config },
        commands: [[...flags, commandOf("jest"), patience]],
      }),
    );
  };

  inEachWay((modules, dialect) => {
    const legacy = dialect === "legacy";
    runs("swc", legacy ? swcLegacy : swc, modules, dialect, legacy);
    runs("ts-jest", modules === "esm" ? tsJestModules : tsJest, modules, dialect, legacy);
    if (!legacy) runs("Babel", babel, modules, dialect, false);
  });

  test("runs a package of the type module as CommonJS without any flag", () =>
    assertRuns("jest commonjs in a module", {
      runner: "@jest/globals",
      modules: "esm",
      dialect: "standard",
      files: { "jest.config.json": swc },
      commands: [[commandOf("jest"), patience]],
    }));
});

for (const [name, args] of [
  ["Vitest", [commandOf("vitest"), "run"]],
  ["Jest", [commandOf("jest")]],
] as const) {
  test(`a failing assertion of ${name} shows where packed values differ`, async () => {
    const folder = join(project.folder, `difference-${name}`);
    writeFiles(folder, {
      "package.json": {},
      "vitest.config.mjs": "export default { test: { globals: true } };",
      "packed.test.js": `const { json } = require("statefun-ts");
const Item = json("shop/item");
test("differs", () => expect({ sent: [Item.pack({ sku: "tea" })] }).toEqual({ sent: [Item.pack({ sku: "jam" })] }));
`,
    });
    const { status, output } = await runNode(folder, args);
    assert.equal(status, 1, output);
    assert.match(output, /- +"sku": "jam"/);
    assert.match(output, /\+ +"sku": "tea"/);
  });
}

test("the tutorial names every file that it shows", () => {
  assert.ok(readdirSync(project.folder).length > 0);
  assert.deepEqual(Object.keys(tutorial), [
    "cart.ts",
    "message.test.ts",
    "carts.test.ts",
    "time.test.ts",
    "failures.test.ts",
    "order.test.ts",
    "crash.test.ts",
    "vitest.config.ts",
  ]);
});
