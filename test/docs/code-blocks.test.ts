// Type-checks and runs every ```ts block of the documentation and every @example of src/. writeProject puts them
// together.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import ts from "typescript-5";
import { examples, examplesIn } from "./examples.ts";
import { type Block, blocksOf, pages, root } from "./pages.ts";

/** Imports for a block that has none of its own. */
const preamble = [
  'import { custom, Handles, json, kafkaRecord, kinesisRecord, packValue, protobuf, RequestReplyHandler } from "statefun-ts";',
  'import { Address, Context, Schedule, State, StatefulFunction, StatefulFunctions, StatefunError, TerminalError } from "statefun-ts";',
  'import { type Logger, type Named, type StandardSchema, type Type, TypedValue, Types, type ValueOf } from "statefun-ts";',
  'import { Workflow, type WorkflowContext } from "statefun-ts";',
  'import { statefun, statefunRouter } from "statefun-ts/koa"; import { serve, statefunListener } from "statefun-ts/node";',
  'import Koa from "koa"; import Router from "koa-router"; import { example } from "./messages.js";',
].join(" ");
/** Wraps a block that is the inside of a handler. Such a block is type-checked and not run. */
const body = ["export async function handler(context: Context, message: TypedValue, user: example.User) {", "}"];

const options = {
  target: "es2022",
  lib: ["es2023", "esnext.decorators"],
  module: "nodenext",
  strict: true,
  isolatedModules: true,
  skipLibCheck: true,
  types: ["node"],
  noEmit: true,
};
const legacyOptions = { ...options, experimentalDecorators: true, emitDecoratorMetadata: true };

const project = mkdtempSync(join(tmpdir(), "statefun-docs-"));
const correct = [...pages.flatMap((page) => blocksOf(page, "ts")), ...examples];
/** Fails both checks, to prove that the checks find failures. */
const wrong = examplesIn(
  "src/wrong.ts",
  `/**
 * @example
 * \`\`\`ts
 * const count: number = "one";
 * throw new Error("as it runs");
 * \`\`\`
 */`,
);
const blocks = [...correct, ...wrong];
let failures: Map<string, string>;

function has(block: Block, note: string): boolean {
  return block.notes.includes(note);
}

const folderOf = (page: string) => (page.endsWith(".ts") ? "examples" : basename(page, ".md").toLowerCase());

function fileOf(block: Block): string {
  const named = block.notes.find((note) => note.startsWith("file="))?.slice("file=".length);
  return `${folderOf(block.page)}/${named ?? `line-${block.line}.ts`}`;
}

/** The lines of a block keep their numbers, so that an error points into the page. */
function sourceOf(block: Block): string {
  const above = "\n".repeat(block.line - 2);
  const imports = block.code.match(/^import .*$/gm) ?? [];
  if (!has(block, "body")) return `${imports.length > 0 ? "export {};" : preamble}${above}\n${block.code}\n`;
  const code = block.code.replace(/^import .*$/gm, "");
  return `${preamble} ${imports.join(" ")}${above}${body[0]}\n${code}\n${body[1]}\n`;
}

/**
 * A project that uses the package as a user would: one folder for each page and one for the examples, with the samples'
 * messages beside the blocks. A block may have a comment above it, `<!-- ts: … -->`: `file=functions.ts` names it for others to import,
 * `legacy` compiles it with experimentalDecorators and emitDecoratorMetadata, `body` is the inside of a handler.
 */
function writeProject(): void {
  const modules = join(project, "node_modules");
  mkdirSync(join(modules, "statefun-ts"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!name.startsWith(".")) symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  // The package installs @koa/router under the name koa-router; pages may import it by both names.
  mkdirSync(join(modules, "@koa"), { recursive: true });
  symlinkSync(join(root, "node_modules/koa-router"), join(modules, "@koa/router"));
  symlinkSync(join(root, "src"), join(modules, "statefun-ts/src"));
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const entries: Record<string, string> = {};
  for (const [entry, target] of Object.entries<{ import?: { default: string } }>(exports)) {
    const built = target.import?.default;
    if (built !== undefined) entries[entry] = built.replace("./dist/esm/", "./src/").replace(/\.js$/, ".ts");
  }
  writeJson("node_modules/statefun-ts/package.json", { name: "statefun-ts", type: "module", exports: entries });
  writeJson("package.json", { type: "module" });
  const legacyFiles = blocks.filter((block) => has(block, "legacy")).map(fileOf);
  writeJson("tsconfig.json", {
    compilerOptions: options,
    include: ["*/*.ts"],
    exclude: [...legacyFiles, "node_modules"],
  });
  writeJson("tsconfig.legacy.json", { compilerOptions: legacyOptions, files: legacyFiles });
  for (const page of new Set(blocks.map((block) => folderOf(block.page)))) {
    mkdirSync(join(project, page));
    for (const name of ["messages.js", "messages.d.ts"]) {
      copyFileSync(join(root, "samples/messages", name), join(project, page, name));
    }
  }
  for (const block of blocks) {
    const file = join(project, fileOf(block));
    const source = sourceOf(block);
    writeFileSync(file, source);
    const compilerOptions = { ...(has(block, "legacy") ? legacyOptions : options), module: "es2022" };
    const converted = ts.convertCompilerOptionsFromJson(compilerOptions, project).options;
    const { outputText } = ts.transpileModule(source, { compilerOptions: converted, fileName: file });
    writeFileSync(file.replace(/\.ts$/, ".js"), outputText);
  }
  // The servers of examples listen on free ports, and nothing stays open.
  const files = blocks.filter((block) => !has(block, "body")).map((block) => fileOf(block).replace(/\.ts$/, ".js"));
  writeFileSync(
    join(project, "run.js"),
    `import { Server } from "node:net";
const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, 0, ...rest.filter((argument) => typeof argument === "function"));
};
for (const file of ${JSON.stringify(files)}) {
  try {
    await import("./" + file);
  } catch (error) {
    console.log("FAILED " + JSON.stringify([file, String(error?.stack ?? error)]));
  }
}
console.log("DONE");
process.exit(0);
`,
  );
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(join(project, path), JSON.stringify(value));
}

/** The failures of each file. */
async function findFailures(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const note = (file: string, why: string) => found.set(file, [found.get(file), why].filter(Boolean).join("\n"));
  const require = createRequire(import.meta.url);
  const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
  const tsx = pathToFileURL(require.resolve("tsx")).href;
  const [checked, legacy, ran] = await Promise.all([
    run([tsc, "-p", ".", "--pretty", "false"]),
    run([tsc, "-p", "tsconfig.legacy.json", "--pretty", "false"]),
    run(["--import", tsx, "run.js"]),
  ]);
  for (const line of `${checked}\n${legacy}`.split("\n")) {
    const error = /^(\S+?\.ts)\((\d+),\d+\): (.*)$/.exec(line);
    if (error !== null) note(error[1] as string, `line ${error[2]}: ${error[3]}`);
    else if (/^error /.test(line)) note("", line);
  }
  for (const [, failure] of ran.matchAll(/^FAILED (.*)$/gm)) {
    const [file, why] = JSON.parse(failure as string);
    note(file.replace(/\.js$/, ".ts"), why);
  }
  if (!/^DONE$/m.test(ran)) note("", ran);
  return found;
}

function run(args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: project });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", () => resolve(output));
  });
}

before(async () => {
  writeProject();
  failures = await findFailures();
});
after(() => rmSync(project, { recursive: true, force: true }));

for (const block of correct) {
  test(`${block.page}, line ${block.line}: the code compiles${has(block, "body") ? "" : " and runs"}`, () => {
    assert.equal(failures.get(fileOf(block)), undefined);
  });
}

test("an example that is wrong fails at its line", () => {
  const [first, second] = failures.get(fileOf(wrong[0] as Block))?.split("\n") ?? [];
  assert.match(first ?? "", /^line 4: error TS2322: /);
  assert.equal(second, "Error: as it runs");
});

test("the project of all blocks compiles and runs to its end", () => {
  const known = new Set(blocks.map(fileOf));
  const others = [...failures].filter(([file]) => !known.has(file));
  assert.deepEqual(others, []);
});
