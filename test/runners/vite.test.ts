// statefun-ts/vite with the real Vite: what it compiles, what it leaves alone, and what it says when it can't.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { compilerOptions, type Mode } from "../dialects/compilers.ts";
import { expected } from "../dialects/expected.ts";
import { makeProject, type Project, root } from "../dialects/installed-package.ts";
import { importTool, makeRunnerProject, type RunnerProject, runNode, writeFiles } from "./project.ts";

let project: RunnerProject;
let dialects: Project;
let vite: any;
let statefun: () => any[];

before(async () => {
  [project, dialects] = await Promise.all([makeRunnerProject(), makeProject("test/dialects/fixtures", "proto")]);
  vite = await importTool("vite");
  const plugin = join(project.folder, "node_modules/statefun-ts/dist/esm/vite/plugin.js");
  statefun = (await import(pathToFileURL(plugin).href)).default;
  for (const name of ["exercise.mjs", "run.mjs"]) cpSync(join(dialects.folder, name), join(project.folder, name));
  cpSync(join(dialects.folder, "messages.proto"), join(project.folder, "messages.proto"));
  cpSync(join(root, "proto"), project.folder, { recursive: true });
});
after(() => {
  dialects?.remove();
  project?.remove();
});

const standard: Mode = { dialect: "standard", metadata: false, define: true };
const legacy: Mode = { dialect: "legacy", metadata: false, define: true };

/** A folder with the dialects' fixtures and a tsconfig.json for a mode. */
function folderFor(name: string, mode: Mode): string {
  const folder = join(project.folder, name);
  mkdirSync(folder);
  for (const file of ["models.ts", "greeter.ts", "explicit.ts", "private.ts", "inferred.ts", "messages.js"]) {
    cpSync(join(dialects.folder, file), join(folder, file));
  }
  writeFiles(folder, {
    "tsconfig.json": { compilerOptions: compilerOptions(mode) },
    "package.json": { type: "module" },
  });
  return folder;
}

/** Settings of Vite for a folder, without its own configuration file. */
const settings = (folder: string, plugins: unknown[]) => ({
  root: folder,
  configFile: false,
  logLevel: "silent",
  plugins,
});

/** Builds files of a folder for Node. Returns the paths of what was built. */
async function build(folder: string, files: readonly string[], plugins: unknown[]): Promise<string[]> {
  const outDir = join(folder, "out");
  const input = Object.fromEntries(files.map((file) => [file, join(folder, `${file}.ts`)]));
  await vite.build({
    ...settings(folder, plugins),
    build: { ssr: true, outDir, sourcemap: true, minify: false, rolldownOptions: { input } },
  });
  return files.map((file) => join(outDir, `${file}.js`));
}

/** The code of the error with which something fails, whatever Vite has put around it. */
async function codeOf(failing: Promise<unknown>): Promise<string> {
  const failure = await failing.then(
    () => assert.fail("it succeeded"),
    (error) => error,
  );
  const { errors = [failure] } = failure;
  const codes = ["DECORATOR_UNSUPPORTED"].filter((code) => JSON.stringify(errors.map(allOf)).includes(code));
  return codes[0] ?? String(failure);
}

const allOf = (error: any): object => ({ ...error, cause: error.cause && allOf(error.cause) });

describe("vite build", () => {
  const modes: [name: string, mode: Mode, files: string[]][] = [
    ["standard", standard, ["explicit", "private"]],
    ["legacy", legacy, ["explicit"]],
    ["legacy, fields assigned", { ...legacy, define: false }, ["explicit"]],
    ["legacy with metadata", { ...legacy, metadata: true }, ["explicit", "inferred"]],
    ["legacy with metadata, fields assigned", { ...legacy, metadata: true, define: false }, ["explicit", "inferred"]],
  ];
  for (const [name, mode, files] of modes) {
    test(`makes the same functions as every other compiler: ${name}`, async () => {
      const folder = folderFor(`build-${name.replaceAll(/\W+/g, "-")}`, mode);
      const paths = await build(folder, files, [statefun()]);
      const { output } = await runNode(project.folder, ["run.mjs", ...paths]);
      const results = JSON.parse(output);
      for (const path of paths) assert.deepEqual(results[path], expected, path);
    });
  }

  test("leaves legacy decorators and their metadata as Vite compiles them", async () => {
    const folder = folderFor("untouched-legacy", { ...legacy, metadata: true });
    const [withPlugin] = await build(folder, ["inferred"], [statefun()]);
    const text = readFileSync(withPlugin as string, "utf8");
    const [without] = await build(folder, ["inferred"], []);
    assert.match(text, /design:paramtypes/);
    assert.equal(text, readFileSync(without as string, "utf8"));
  });

  test("leaves files without decorators as they are", async () => {
    const folder = folderFor("undecorated", standard);
    writeFiles(folder, {
      "plain.ts":
        'export const mail: string = "bob@example.com"; /** A comment. @see {@link mail} */ export const text = `\n@State`;\n',
    });
    const esbuildTakes = statefun().at(-1);
    const seen: unknown[] = [];
    const watched = {
      ...esbuildTakes,
      transform: {
        ...esbuildTakes.transform,
        async handler(this: unknown, ...args: unknown[]) {
          const result = await esbuildTakes.transform.handler.apply(this, args);
          seen.push(result);
          return result;
        },
      },
    };
    await build(folder, ["plain"], [statefun()[0], watched]);
    assert.ok(seen.length > 0 && seen.every((result) => result === undefined));
  });

  test("keeps source maps right: a stack names the user's line", async () => {
    const folder = folderFor("stacks", standard);
    const failing =
      'import { Greeter } from "./greeter.ts";\nexport const fail = () => new Greeter().greet(undefined);\n';
    writeFiles(folder, { "failing.ts": failing });
    const [path] = await build(folder, ["failing"], [statefun()]);
    writeFileSync(
      join(folder, "show.mjs"),
      'import { fail } from "./out/failing.js"; try { fail(); } catch (error) { console.log(error.stack); }',
    );
    const { output } = await runNode(folder, ["--enable-source-maps", "show.mjs"]);
    const source = readFileSync(join(folder, "greeter.ts"), "utf8").split("\n");
    const line = source.findIndex((text) => text.includes("this.name = user.name")) + 1;
    assert.match(output, new RegExp(`greeter\\.ts:${line}:\\d+`), `${path}\n${output}`);
  });

  test("fails with DECORATOR_UNSUPPORTED where the decorators of fields would be lost", async () => {
    const folder = folderFor("assigned", { ...standard, define: false });
    assert.equal(await codeOf(build(folder, ["explicit"], [statefun()])), "DECORATOR_UNSUPPORTED");
  });

  test("fails with DECORATOR_UNSUPPORTED where a parent with nothing but states would lose them", async () => {
    const folder = folderFor("assigned-parent", { ...standard, define: false });
    const parent =
      'import { State, Types } from "statefun-ts";\nexport class Parent { @State("a", Types.int) a = 1; }\n';
    writeFiles(folder, { "parent.ts": parent });
    assert.equal(await codeOf(build(folder, ["parent"], [statefun()])), "DECORATOR_UNSUPPORTED");
  });

  test("fails with DECORATOR_UNSUPPORTED without esbuild, but only for standard decorators", async () => {
    const esbuild = join(project.folder, "node_modules/esbuild");
    const away = join(project.folder, "esbuild-away");
    renameSync(esbuild, away);
    try {
      const folder = folderFor("without-esbuild", standard);
      // A process of its own: this one has loaded esbuild already.
      writeFiles(folder, {
        "build.mjs": `import { build } from "vite"; import statefun from "statefun-ts/vite";
          build({ root: ${JSON.stringify(folder)}, configFile: false, logLevel: "silent", plugins: [statefun()],
          build: { ssr: "explicit.ts" } }).then(() => console.log("built"), (error) => console.log(error.message));`,
      });
      assert.match((await runNode(folder, ["build.mjs"])).output, /npm install --save-dev esbuild/);
      writeFiles(folder, { "tsconfig.json": { compilerOptions: compilerOptions(legacy) } });
      assert.equal((await runNode(folder, ["build.mjs"])).output, "built\n");
    } finally {
      renameSync(away, esbuild);
    }
  });
});

describe("vite dev", () => {
  test("runs functions on the server, and sends a browser code that it can run", async () => {
    const folder = folderFor("dev", standard);
    const server = await vite.createServer({
      ...settings(folder, [statefun()]),
      server: { middlewareMode: true, ws: false },
    });
    try {
      const { functions } = await server.ssrLoadModule("/private.ts");
      assert.deepEqual(functions.typeNames, ["dialects/greeter", "dialects/loud-greeter"]);
      const { code, map } = await server.transformRequest("/private.ts");
      assert.doesNotMatch(code, /^\s*@/m);
      assert.deepEqual(map.sources, ["private.ts"]);
    } finally {
      await server.close();
    }
  });
});
