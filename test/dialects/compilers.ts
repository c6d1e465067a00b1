// The compilers a user may have, each in every mode it offers: dialect × emitDecoratorMetadata × field semantics.

import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Options, transformSync as swc } from "@swc/core";
import { transformSync as esbuild } from "esbuild";
import type TypeScript from "typescript-5";
import { tscPath } from "./installed-package.ts";

const run = promisify(execFile);
const require = createRequire(import.meta.url);

export interface Mode {
  readonly dialect: "legacy" | "standard";
  readonly metadata: boolean;
  /** useDefineForClassFields: fields are defined on the instance, or assigned to it. */
  readonly define: boolean;
}

export interface Combination extends Mode {
  /** For example "tsc 7, legacy with metadata, define". */
  readonly name: string;
  /** Where the compiled fixtures are; undefined when tsx runs their sources. */
  readonly output: string | undefined;
  readonly tsconfig: string;
  /** What the compiler's own code fails with when it reaches #private state. */
  readonly privateFailure: string | undefined;
}

/** Bugs of compilers, to be struck off when they are gone: swc 1.16's helper names a variable it does not have. */
const privateFailures: Record<string, string> = { "swc 2023-11": "desc is not defined" };

const legacy = (metadata: boolean, define: boolean): Mode => ({ dialect: "legacy", metadata, define });
const standard = (define: boolean): Mode => ({ dialect: "standard", metadata: false, define });
const withoutMetadata = [legacy(false, true), legacy(false, false), standard(true), standard(false)];
const allModes = [legacy(true, true), legacy(true, false), ...withoutMetadata];

/** The fixtures of a dialect, without their extension. */
export const fixturesOf = ({ dialect, metadata }: Mode): string[] => [
  "explicit",
  "misuse",
  ...(dialect === "standard" ? ["private"] : ["misuse-legacy"]),
  ...(metadata ? ["inferred"] : []),
];

const decoratorOptions = ({ dialect, metadata, define }: Mode) => ({
  experimentalDecorators: dialect === "legacy",
  emitDecoratorMetadata: metadata,
  useDefineForClassFields: define,
});

/** A user's options: strict, and one file at a time as every compiler but tsc works. */
export const compilerOptions = (mode: Mode) => ({
  ...decoratorOptions(mode),
  target: "es2022",
  lib: ["es2023", "esnext.decorators"],
  module: "nodenext",
  strict: true,
  isolatedModules: true,
  types: ["node"],
});

type Transpile = (source: string, mode: Mode, file: string) => string;

const byTypeScript = (name: string): Transpile => {
  const ts = require(name) as typeof TypeScript;
  return (fileText, mode, fileName) => {
    const compilerOptions = { ...decoratorOptions(mode), target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    return ts.transpileModule(fileText, { fileName, compilerOptions }).outputText;
  };
};

const byEsbuild: Transpile = (source, mode) =>
  esbuild(source, {
    loader: "ts",
    format: "esm",
    target: "es2022",
    tsconfigRaw: { compilerOptions: decoratorOptions(mode) },
  }).code;

const bySwc = (decoratorVersion: "2022-03" | "2023-11"): Transpile => {
  return (source, { dialect, metadata, define }) => {
    const transform: Record<string, unknown> = { useDefineForClassFields: define };
    if (dialect === "legacy") Object.assign(transform, { legacyDecorator: true, decoratorMetadata: metadata });
    else transform.decoratorVersion = decoratorVersion;
    const options = {
      jsc: { target: "es2022", parser: { syntax: "typescript", decorators: true }, transform },
      module: { type: "es6" },
      swcrc: false,
    };
    return swc(source, options as Options).code;
  };
};

const transpilers: [name: string, modes: readonly Mode[], transpile: () => Transpile][] = [
  ["tsc 5.9", allModes, () => byTypeScript("typescript-5")],
  ["tsc 6", allModes, () => byTypeScript("typescript-6")],
  ["esbuild", withoutMetadata, () => byEsbuild],
  ["swc", allModes.filter(({ dialect }) => dialect === "legacy"), () => bySwc("2022-03")],
  ["swc 2022-03", [standard(true), standard(false)], () => bySwc("2022-03")],
  ["swc 2023-11", [standard(true), standard(false)], () => bySwc("2023-11")],
];

const nameOf = (compiler: string, { dialect, metadata, define }: Mode) =>
  `${compiler}, ${dialect}${metadata ? " with metadata" : ""}, fields ${define ? "defined" : "assigned"}`;

/** Compiles the fixtures in a project's folder in every way. What fails to compile fails here. */
export async function compileAll(folder: string): Promise<Combination[]> {
  const combinations: Combination[] = [];
  const sources = ["models", "greeter", "explicit", "private", "inferred", "misuse", "misuse-legacy"];
  const plan = (compiler: string, mode: Mode, compiled: boolean): Combination => {
    const name = nameOf(compiler, mode);
    const slug = name.replaceAll(/\W+/g, "-");
    const combination = {
      ...mode,
      name,
      output: compiled ? join(folder, "out", slug) : undefined,
      privateFailure: privateFailures[compiler],
      tsconfig: join(folder, `tsconfig.${slug}.json`),
    };
    const options = { ...compilerOptions(mode), noCheck: true, outDir: join(folder, "out", slug), rootDir: folder };
    const files = ["models", "greeter", ...fixturesOf(mode)].map((file) => `${file}.ts`);
    writeFileSync(combination.tsconfig, JSON.stringify({ compilerOptions: options, files }));
    combinations.push(combination);
    if (compiled) {
      mkdirSync(join(folder, "out", slug), { recursive: true });
      writeFileSync(join(folder, "out", slug, "messages.js"), 'export * from "../../messages.js";\n');
    }
    return combination;
  };

  const native = allModes.map((mode) => plan("tsc 7", mode, true));
  const nativeRuns = native.map(({ tsconfig }) => run(process.execPath, [tscPath("typescript"), "-p", tsconfig]));
  for (const [compiler, modes, transpiler] of transpilers) {
    const transpile = transpiler();
    for (const mode of modes) {
      const { output } = plan(compiler, mode, true);
      for (const file of sources.filter((file) => ["models", "greeter", ...fixturesOf(mode)].includes(file))) {
        const source = readFileSync(join(folder, `${file}.ts`), "utf8");
        writeFileSync(join(output as string, `${file}.js`), transpile(source, mode, `${file}.ts`));
      }
    }
  }
  for (const mode of withoutMetadata) plan("tsx", mode, false);
  await Promise.all(nativeRuns);
  return combinations;
}

/** Puts a parent class of one dialect under a subclass of the other, as when a library was compiled otherwise. */
export function mixDialects(folder: string, combinations: readonly Combination[]): [name: string, path: string][] {
  const defined = (wanted: Mode["dialect"]) =>
    combinations.find(({ name, dialect, define }) => name.startsWith("tsc 7") && dialect === wanted && define)?.output;
  return (["legacy", "standard"] as const).map((dialect) => {
    const mixed = join(folder, "out", `mixed-${dialect}-parent`);
    const parent = defined(dialect) as string;
    const child = defined(dialect === "legacy" ? "standard" : "legacy") as string;
    cpSync(child, mixed, { recursive: true });
    cpSync(join(parent, "greeter.js"), join(mixed, "greeter.js"));
    return [`a ${dialect} parent`, join(mixed, "explicit.js")];
  });
}
