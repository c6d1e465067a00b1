// Writes the API report: one file under etc/api/ for each entry of the package, with every declaration that the entry
// exports. `--check` writes nothing and fails when a report is not current, or when two entries export a type of the same
// name that is not the same type.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Extractor, ExtractorConfig } from "@microsoft/api-extractor";
import ts from "typescript-6";

const root = fileURLToPath(new URL("..", import.meta.url));
const reports = join(root, "etc/api");
const options = {
  target: "es2022",
  module: "nodenext",
  lib: ["es2023", "esnext.decorators"],
  types: ["node"],
  skipLibCheck: true,
};
const check = process.argv.includes("--check");
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

mkdirSync(join(root, ".data"), { recursive: true });
mkdirSync(reports, { recursive: true });
const scratch = mkdtempSync(join(root, ".data/api-"));
let failed;
try {
  const emit = ["--emitDeclarationOnly", "--sourceMap", "false", "--outDir", scratch];
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", ...emit], { cwd: root, stdio: "inherit" });
  const entries = entriesIn(scratch);
  const outdated = entries.filter((entry) => !report(entry)).map(({ name }) => name);
  const stray = removeStrayReports(entries);
  const clashes = clashesOf(entries);
  for (const clash of clashes) console.error(clash);
  for (const name of [...outdated, ...stray]) console.error(`etc/api/${name}.api.md is not current: npm run api`);
  failed = clashes.length + outdated.length + stray.length > 0;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

/** The entries of package.json, each with the name of its report and its declarations. */
function entriesIn(declarations) {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.entries(exports)
    .filter(([, target]) => target.import !== undefined)
    .map(([entry, target]) => ({
      name: entry === "." ? "main" : entry.slice("./".length),
      file: target.import.types.replace("./dist/esm", declarations),
    }));
}

/** Writes the report of an entry, or with `--check` compares it. Returns whether it is current. */
function report({ name, file }) {
  const none = { default: { logLevel: "none" } };
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(root, "package.json"),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: file,
      newlineKind: "lf",
      compiler: {
        overrideTsconfig: { compilerOptions: options, files: [file] },
      },
      apiReport: { enabled: true, reportFileName: name, reportFolder: reports, reportTempFolder: scratch },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: "error" } },
        extractorMessageReporting: none,
        tsdocMessageReporting: none,
      },
    },
  });
  const result = Extractor.invoke(config, {
    localBuild: !check,
    printApiReportDiff: check,
    messageCallback(message) {
      message.handled = message.messageId !== "console-api-report-diff" && message.messageId.startsWith("console-");
    },
  });
  return check ? !result.apiReportChanged : result.succeeded;
}

/** Removes the reports of entries that are gone, or with `--check` names them. */
function removeStrayReports(entries) {
  const known = new Set(entries.map(({ name }) => `${name}.api.md`));
  const stray = readdirSync(reports).filter((file) => !known.has(file));
  if (check) return stray.map((file) => file.replace(/\.api\.md$/, ""));
  for (const file of stray) rmSync(join(reports, file));
  return [];
}

/** The type names that lead to different declarations in different entries. */
function clashesOf(entries) {
  const program = ts.createProgram({
    rootNames: entries.map(({ file }) => file),
    options: ts.convertCompilerOptionsFromJson(options, root).options,
  });
  const checker = program.getTypeChecker();
  const declared = new Map();
  for (const { name: entry, file } of entries) {
    const source = program.getSourceFile(file);
    for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(source))) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (!(symbol.flags & ts.SymbolFlags.Type)) continue;
      const meanings = declared.get(exported.name) ?? new Map();
      declared.set(exported.name, meanings.set(symbol, [...(meanings.get(symbol) ?? []), entry]));
    }
  }
  return [...declared]
    .filter(([, meanings]) => meanings.size > 1)
    .map(([name, meanings]) => {
      const places = [...meanings.values()].map((names) => names.join(", "));
      return `The type ${name} is not the same in ${places.join(" and in ")}: give one of them another name.`;
    });
}
