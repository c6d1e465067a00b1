// Writes a project: files that are made from the choices, and copies of the templates.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Choices } from "./choices.js";

const templates = fileURLToPath(new URL("../templates", import.meta.url));

/** Writes every file of a project into a folder, which is made when it is missing. `version` is that of statefun-ts. */
export function writeProject(folder: string, name: string, version: string, choices: Choices): void {
  const files = new Map<string, string>([
    ["package.json", asJson(packageOf(name, version, choices))],
    ["tsconfig.json", asJson(tsconfigOf(choices))],
    ["tsconfig.build.json", asJson(buildConfig)],
  ]);
  const messagesRow = "| `npm run messages` | Makes classes of `src/messages.proto`. `npm install` does it too. |\n";
  for (const template of ["every", choices.messages]) {
    for (const [path, text] of templateFiles(template)) {
      const filled = text.replaceAll("{{name}}", name);
      files.set(path, filled.replace("{{messages}}", choices.messages === "protobuf" ? messagesRow : ""));
    }
  }
  for (const [path, text] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** The files of a template by their paths in the project. npm would leave some dot files out of the package, so a `_` stands for the dot. */
function templateFiles(template: string): [path: string, text: string][] {
  const folder = join(templates, template);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      const path = file.slice(folder.length + 1).replace(/^_/, ".");
      return [path, readFileSync(file, "utf8")];
    });
}

function packageOf(name: string, version: string, { messages, modules }: Choices): object {
  const protobuf = messages === "protobuf";
  const pbjs = `pbjs -t static-module -w ${modules === "esm" ? "esm" : "commonjs"} -r ${name} --dts -o src/messages.js src/messages.proto`;
  const compile = "tsc -p tsconfig.build.json";
  // tsc does not copy the message classes, which are JavaScript.
  const copy = `node -e "require('node:fs').copyFileSync('src/messages.js', 'dist/messages.js')"`;
  return {
    name,
    version: "0.1.0",
    private: true,
    type: modules === "esm" ? "module" : "commonjs",
    engines: { node: ">=20.19.0" },
    scripts: {
      dev: "statefun dev src/functions.ts",
      call: "tsx src/client.ts",
      test: "node --import tsx --test test/*.test.ts",
      check: "tsc",
      ...(protobuf ? { messages: pbjs, prepare: "npm run messages" } : {}),
      build: protobuf ? `npm run messages && ${compile} && ${copy}` : compile,
      prestart: "npm run build",
      start: "statefun start dist/functions.js",
    },
    dependencies: {
      ...(protobuf ? { protobufjs: "^8.8.1" } : {}),
      "statefun-ts": `^${version}`,
    },
    devDependencies: {
      "@types/node": "^20.19.43",
      ...(protobuf ? { "protobufjs-cli": "^2.7.1" } : {}),
      tsx: "^4.23.15",
      typescript: "^7.0.2",
    },
  };
}

function tsconfigOf({ decorators, modules }: Choices): object {
  return {
    compilerOptions: {
      target: "es2022",
      module: "nodenext",
      ...(modules === "commonjs" ? { esModuleInterop: true } : {}),
      ...(decorators === "legacy" ? { experimentalDecorators: true, emitDecoratorMetadata: true } : {}),
      strict: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: true,
      types: ["node"],
      noEmit: true,
    },
    include: ["src", "test"],
  };
}

const buildConfig = {
  extends: "./tsconfig.json",
  compilerOptions: { noEmit: false, rootDir: "src", outDir: "dist", sourceMap: true },
  include: ["src"],
};

function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
