// Which room may import which, and nothing in a circle.

import assert from "node:assert/strict";
import { test } from "node:test";
import { codeIn, pageAt, tableRows } from "../docs/pages.ts";
import { importsOf, projectFiles, sourceFiles, sourceText } from "../support/source.js";

/** The rooms that exist, and what each may import besides itself. A room inside a room is one of its own. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "error-info": [],
  "workflow-errors": ["error-info"],
  "error-table": ["workflow-errors", "error-info"],
  errors: ["error-table", "error-info"],
  bytes: ["errors"],
  model: ["bytes", "errors"],
  types: ["bytes", "model", "errors"],
  wire: ["bytes", "model", "errors"],
  functions: ["wire", "types", "model", "errors"],
  // Both sides know what a journal holds; only functions write one.
  "workflows/journal": ["wire", "bytes", "model"],
  workflows: ["workflows/journal", "functions", "types", "model", "errors"],
  serve: ["functions", "model", "errors"],
  "serve/hosts": ["serve", "functions", "model", "errors"],
  store: ["errors"],
  // The engine knows functions only as endpoints.
  engine: ["workflows/journal", "store", "wire", "bytes", "model", "errors"],
  "runtime/module": ["model", "errors"],
  "runtime/endpoint": ["runtime/module", "engine", "model", "errors"],
  "runtime/http": ["workflows/journal", "types", "model", "errors"],
  "runtime/ingress": ["runtime/runs", "runtime/http", "engine", "types", "model", "errors"],
  "runtime/egress": ["runtime/http", "engine", "types", "model", "errors"],
  "runtime/schedules": [
    "runtime/module",
    "runtime/endpoint",
    "runtime/http",
    "engine",
    "functions",
    "types",
    "model",
    "errors",
  ],
  "runtime/runs": ["engine", "workflows/journal", "model", "errors"],
  "runtime/discovery": ["types", "model", "errors"],
  "runtime/query": ["engine", "workflows/journal", "types", "model", "errors"],
  // Types alone: the console and the clients of the admin server share them with it.
  "runtime/admin/api": [],
  "runtime/admin": [
    "runtime/query",
    "runtime/admin/api",
    "runtime/runs",
    "runtime/schedules",
    "runtime/ingress",
    "runtime/http",
    "engine",
    "workflows/journal",
    "types",
    "model",
    "errors",
  ],
  runtime: [
    "runtime/discovery",
    "runtime/query",
    "runtime/admin",
    "runtime/schedules",
    "runtime/egress",
    "runtime/runs",
    "runtime/ingress",
    "runtime/http",
    "runtime/endpoint",
    "runtime/module",
    "refs",
    "engine",
    "store",
    "functions",
    "types",
    "model",
    "errors",
  ],
  // What the typed client has in common with the refs of a runtime and of a test.
  refs: ["types", "model", "errors"],
  client: ["refs", "types", "model", "errors"],
  testing: [
    "testing/simulation",
    "runtime",
    "runtime/endpoint",
    "runtime/runs",
    "runtime/schedules",
    "workflows/journal",
    "refs",
    "engine",
    "functions",
    "store",
    "wire",
    "types",
    "model",
    "errors",
  ],
  telemetry: ["functions", "model", "errors"],
  vite: ["errors"],
  nest: ["serve/hosts", "runtime", "runtime/http", "refs", "functions", "model", "errors"],
  "testing/simulation": [
    "testing",
    "runtime",
    "runtime/endpoint",
    "workflows/journal",
    "engine",
    "functions",
    "store",
    "types",
    "model",
    "errors",
  ],
  cli: ["runtime", "runtime/http", "runtime/module", "runtime/schedules", "client", "functions", "model", "errors"],
  index: ["workflows", "functions", "wire", "types", "model", "errors"],
};

/** Packages, and the files that may import them; a room's name stands for all its files. */
const packages: Record<string, readonly string[]> = {
  koa: ["serve/hosts/koa.ts"],
  protobufjs: ["types/protobuf-json.ts", "runtime/discovery/"],
  "@cfworker/json-schema": ["runtime/discovery/"],
  "koa-router": ["serve/hosts/koa.ts"],
  "on-finished": ["serve/node-http.ts"],
  "classic-level": ["store/level-store.ts"],
  croner: ["runtime/schedules/"],
  "@marcbachmann/cel-js": ["runtime/query/"],
  yaml: ["runtime/module/"],
  undici: ["runtime/endpoint/", "runtime/egress/"],
  "prom-client": ["runtime/admin/"],
  "@opentelemetry/api": ["telemetry/"],
  esbuild: ["vite/plugin.ts"],
  chokidar: ["cli/watch-sources.ts"],
  fastify: ["serve/hosts/fastify.ts"],
  "@nestjs/common": ["serve/hosts/nest.ts", "nest/"],
  "@nestjs/core": ["serve/hosts/nest.ts", "nest/"],
  "fast-check": ["testing/simulation/"],
  "reflect-metadata": ["functions/class-record.ts"],
};

const roomOf = (file: string): string =>
  file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : file.replace(/\.ts$/, "");
const files = sourceFiles();

test("there are source files to look at, in the rooms of the table", () => {
  assert.ok(files.length > 20);
  for (const file of files) assert.ok(roomOf(file) in mayImport, `src/${file} is in no room of the table`);
});

test("every room imports only what the table allows", () => {
  const broken = files.flatMap((file) =>
    importsOf(file)
      .filter(({ file: target }) => target !== undefined && roomOf(target) !== roomOf(file))
      .filter(({ file: target }) => !mayImport[roomOf(file)]?.includes(roomOf(target as string)))
      .map(({ file: target }) => `src/${file} imports src/${target}`),
  );
  assert.deepEqual(broken, []);
});

test("the model knows of bytes only in its types", () => {
  const broken = files
    .filter((file) => roomOf(file) === "model")
    .flatMap((file) =>
      importsOf(file).filter(({ file: target, typeOnly }) => target?.startsWith("bytes/") && !typeOnly),
    );
  assert.deepEqual(broken, []);
});

test("a host is written with names that statefun-ts/adapter exports to anybody", () => {
  const adapter = sourceText("src/serve/adapter.ts");
  const broken = files
    .filter((file) => roomOf(file) === "serve/hosts")
    .flatMap((file) =>
      [...sourceText(`src/${file}`).matchAll(/^(?:import|export) (?:type )?\{([^}]*)\} from "\.\.\/[^./]+\.js"/gm)]
        .flatMap(([, names = ""]) => names.split(",").map((name) => name.replace("type ", "").trim()))
        .filter((name) => name !== "" && !new RegExp(`\\b${name}\\b`).test(adapter))
        .map((name) => `src/${file} uses ${name}`),
    );
  assert.deepEqual(broken, []);
});

test("every import of a file finds it", () => {
  const broken = files.flatMap((file) =>
    importsOf(file)
      .filter(({ from, file: target }) => from.startsWith(".") && (target === undefined || !files.includes(target)))
      .map(({ from }) => `src/${file} imports ${from}`),
  );
  assert.deepEqual(broken, []);
});

test("no files import each other in a circle, types included", () => {
  const ours = projectFiles();
  const known = new Set(ours);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    assert.equal(at, -1, `a circle: ${[...path.slice(at), file].join(" → ")}`);
    if (done.has(file)) return;
    for (const { file: target } of importsOf(file, sourceText(file))) {
      if (target !== undefined && known.has(target)) visit(target, [...path, file]);
    }
    done.add(file);
  };
  for (const file of ours) visit(file, []);
});

test("packages are imported only where they belong", () => {
  const broken = files.flatMap((file) =>
    importsOf(file)
      .filter(({ from }) => !from.startsWith(".") && !from.startsWith("node:"))
      .filter(
        ({ from }) =>
          !packages[from]?.some((place) => file === place || (place.endsWith("/") && file.startsWith(place))),
      )
      .map(({ from }) => `src/${file} imports ${from}`),
  );
  assert.deepEqual(broken, []);
});

/** The function side and the client run anywhere; the rest is for Node. */
const forAnyHost: readonly string[] = [
  "error-info",
  "workflow-errors",
  "error-table",
  "errors",
  "bytes",
  "model",
  "types",
  "wire",
  "functions",
  "workflows/journal",
  "workflows",
  "refs",
  "client",
  "index",
];

test("the function side and the client import none of Node's own modules", () => {
  const broken = files.flatMap((file) =>
    importsOf(file)
      .filter(({ from }) => from.startsWith("node:") && forAnyHost.includes(roomOf(file)))
      .map(({ from }) => `src/${file} imports ${from}`),
  );
  assert.deepEqual(broken, []);
});

test("an import of types alone is told from one of values", () => {
  const shapes = [
    ['import type { A } from "./a.js";', true],
    ['import { type A, type B } from "./a.js";', true],
    ['import { type A, B } from "./a.js";', false],
    ['import A, { type B } from "./a.js";', false],
    ['import * as A from "./a.js";', false],
    ['import "./a.js";', false],
    ['export type { A } from "./a.js";', true],
    ['export { type A, b } from "./a.js";', false],
    ['export { type A } from "./a.js";', true],
    ['export * from "./a.js";', false],
    ['import {\n  type A,\n  type B,\n} from "./a.js";', true],
    ['const a = await import("./a.js");', false],
  ] as const;
  for (const [text, typeOnly] of shapes) {
    assert.deepEqual(importsOf("room/file.ts", text), [{ from: "./a.js", file: "room/a.ts", typeOnly }], text);
  }
});

test("docs/architecture.md has the same table of rooms", () => {
  const rows = tableRows(pageAt("docs/architecture.md"), "Rooms").map(([room = "", , allowed = ""]) => {
    const name = codeIn(room)[0]?.replace(/^src\/|\/$|\.ts$/g, "");
    return [name, allowed === "nothing" ? [] : allowed.split(", ").sort()];
  });
  const table = Object.entries(mayImport).map(([room, allowed]) => [room, [...allowed].sort()]);
  assert.deepEqual(Object.fromEntries(rows), Object.fromEntries(table));
});
