// The package as users get it: packed, installed into an empty folder, and used from there.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import protobuf from "protobufjs";
import { root, tscPath } from "../dialects/installed-package.ts";
import { fileLinks, pages } from "../docs/pages.ts";
import { install, type Packed, pack, readInstalled } from "./packed.ts";

const execute = promisify(execFile);
const run: typeof execute = ((file: string, args: string[], options: object) =>
  execute(file, args, { ...options, timeout: 60_000 })) as any;

let packed: Packed;
let consumer: string;

before(async () => {
  packed = await pack();
  consumer = install(packed);
});
after(() => packed?.remove());

const protos = new protobuf.Root().loadSync(
  ["request-reply-v3.proto", "types.proto"].map((file) => join(root, "proto", file)),
);
const ToFunction = protos.lookupType("io.statefun.sdk.reqreply.ToFunction");
const FromFunction = protos.lookupType("io.statefun.sdk.reqreply.FromFunction");
const IntWrapper = protos.lookupType("io.statefun.sdk.types.IntWrapper");

const int = (value: number) => ({
  typename: "io.statefun.types/int",
  hasValue: true,
  value: IntWrapper.encode({ value }).finish(),
});

/** A call that adds 5 to a counter of 37. */
const request = Buffer.from(
  ToFunction.encode({
    invocation: {
      target: { namespace: "package", type: "counter", id: "a" },
      state: [{ stateName: "count", stateValue: int(37) }],
      invocations: [{ argument: int(5) }],
    },
  }).finish(),
).toString("base64");

/** Runs a program of the consumer, which must report the right answer for every entry. */
async function assertCounts(program: string): Promise<void> {
  const { stdout } = await run(process.execPath, [program, request], { cwd: consumer });
  const { handler, ...served } = JSON.parse(stdout);
  assertAnswer(handler);
  assert.deepEqual(Object.keys(served), ["serve", "/listened", "/koa", "/routed"]);
  for (const { status, type, body, health } of Object.values<Record<string, any>>(served)) {
    assert.deepEqual([status, type, health], [200, "application/octet-stream", 200]);
    assertAnswer(body);
  }
}

function assertAnswer(base64: string): void {
  const answer = FromFunction.toObject(FromFunction.decode(Buffer.from(base64, "base64")), { enums: String });
  const { stateMutations, outgoingMessages } = answer.invocationResult;
  assert.equal(stateMutations.length, 1);
  assert.deepEqual(stateMutations[0].stateName, "count");
  assert.deepEqual(IntWrapper.decode(stateMutations[0].stateValue.value).toJSON(), { value: 42 });
  assert.deepEqual(outgoingMessages[0].target, { namespace: "package", type: "sink", id: "a" });
  assert.deepEqual(IntWrapper.decode(outgoingMessages[0].argument.value).toJSON(), { value: 42 });
}

describe("the tarball", () => {
  test("holds the compiled package, its console, its sources, its protocol and its documents, and nothing else", () => {
    const allowed =
      /^(dist\/(esm|cjs|console)|src|proto|docs|deploy)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
    assert.deepEqual(
      packed.files.filter((file) => !allowed.test(file)),
      [],
    );
    const documents = ["README.md", "LICENSE"].filter((file) => existsSync(join(root, file)));
    for (const file of [
      "package.json",
      "proto/request-reply-v3.proto",
      "src/index.ts",
      "dist/console/index.html",
      ...documents,
    ]) {
      assert.ok(packed.files.includes(file), `${file} is missing`);
    }
  });

  test("has each source compiled for both module systems, with its declarations", () => {
    const sources = packed.files.filter((file) => /^src\/.*\.ts$/.test(file));
    assert.ok(sources.length > 10);
    for (const source of sources) {
      const name = source.slice("src/".length, -".ts".length);
      for (const compiled of [`dist/esm/${name}`, `dist/cjs/${name}`]) {
        for (const end of [".js", ".d.ts"]) assert.ok(packed.files.includes(compiled + end), compiled + end);
      }
    }
  });

  test("has every file that its exports name", () => {
    const { exports } = JSON.parse(readInstalled(consumer, "package.json"));
    const named = [...JSON.stringify(exports).matchAll(/"\.\/([^"]+\.[^"]+)"/g)].map(([, path]) => path as string);
    assert.ok(named.length > 10);
    for (const path of named) assert.ok(packed.files.includes(path), path);
  });

  test("has the declarations that compilers which know no exports are led to", () => {
    const { exports, main, types, typesVersions } = JSON.parse(readInstalled(consumer, "package.json"));
    const entries = Object.entries<any>(exports).filter(([, target]) => target.require !== undefined);
    const { ".": root, ...others } = Object.fromEntries(entries.map(([entry, target]) => [entry, target.require]));
    assert.deepEqual({ types, default: main }, root);
    const expected = Object.entries<any>(others).map(([entry, target]) => [entry.slice("./".length), [target.types]]);
    assert.deepEqual(typesVersions, { "*": Object.fromEntries(expected) });
  });

  test("has every page that its pages link, unless the link is a full address", () => {
    const packedPages = pages.filter(({ path }) => packed.files.includes(path));
    assert.ok(packedPages.length > 20);
    const broken = packedPages.flatMap(({ path }) =>
      fileLinks({ path, text: readInstalled(consumer, path) })
        .filter(({ file, absolute }) => !absolute && !packed.files.includes(file))
        .map(({ target }) => `${path} links ${target}`),
    );
    assert.deepEqual(broken, []);
  });

  test("has the sources that its source maps lead to", () => {
    const maps = packed.files.filter((file) => file.endsWith(".map"));
    for (const map of maps) {
      for (const source of JSON.parse(readInstalled(consumer, map)).sources as string[]) {
        const path = posix.join(posix.dirname(map), source);
        assert.ok(packed.files.includes(path), `${map} leads to ${path}`);
      }
    }
  });

  test("holds nothing of the machine that packed it", () => {
    for (const file of packed.files.filter((path) => /^dist\//.test(path))) {
      assert.ok(!readInstalled(consumer, file).includes(dirname(root)), file);
    }
  });
});

/** The URL of the ingress in what `statefun start --json` prints. */
async function ingressIn(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const url = /"ingress": "([^"]+)"/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error("it ended without telling where it listens");
}

describe("the installed runtime", () => {
  for (const program of ["runtime.mjs", "runtime.cjs"]) {
    test(`keeps state over a restart: ${program}`, async () => {
      const { stdout } = await run(process.execPath, [program, `data-${program}`], { cwd: consumer });
      assert.deepEqual(JSON.parse(stdout), [40, 42]);
    });
  }

  for (const program of ["testing.mjs", "testing.cjs"]) {
    test(`runs functions under the testing kit: ${program}`, async () => {
      const { stdout } = await run(process.execPath, [program], { cwd: consumer });
      assert.deepEqual(JSON.parse(stdout), { answer: 40, state: { count: 40 }, invoked: 42 });
    });
  }

  test("starts and is called from the shell", async () => {
    const bin = join(consumer, "node_modules/.bin/statefun");
    const options = ["--functions", "functions.mjs", "--memory", "--port", "0", "--admin-port", "0", "--json"];
    const started = spawn(bin, ["start", ...options], { cwd: consumer });
    try {
      const ingress = await ingressIn(createInterface({ input: started.stdout }));
      const { stdout } = await run(bin, ["call", "package/echo", "a", '"hello"', "--url", ingress], { cwd: consumer });
      assert.match(stdout, /You said hello/);
    } finally {
      started.kill();
      await once(started, "exit");
    }
  });
});

/** Compiles files of the consumer into `out-<name>`. Returns what the compiler complains of. */
async function complaintsOf(compiler: string, name: string, compilerOptions: object, files: string[]): Promise<string> {
  writeFileSync(join(consumer, `tsconfig.${name}.json`), JSON.stringify({ compilerOptions, files }));
  const args = [tscPath(compiler), "-p", `tsconfig.${name}.json`, "--pretty", "false"];
  const complaints = await run(process.execPath, args, { cwd: consumer }).then(
    () => "",
    (failure) => failure.stdout,
  );
  if (complaints === "") copyFileSync(join(consumer, "report.cjs"), join(consumer, `out-${name}/report.cjs`));
  return complaints;
}

describe("the installed package", () => {
  test("serves a function through every entry of its ES modules", () => assertCounts("plain.mjs"));
  test("serves a function through every entry of its CommonJS modules", () => assertCounts("plain.cjs"));

  for (const [compiler, version] of [
    ["typescript", "7"],
    ["typescript-5", "5.9"],
  ] as const) {
    for (const dialect of ["standard", "legacy"] as const) {
      test(`compiles without skipLibCheck and runs: tsc ${version}, ${dialect} decorators`, async () => {
        const name = `${compiler}-${dialect}`;
        const compilerOptions = {
          target: "es2022",
          lib: ["es2023", "esnext.decorators"],
          module: "nodenext",
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          types: ["node"],
          experimentalDecorators: dialect === "legacy",
          outDir: `out-${name}`,
          rootDir: ".",
        };
        const files = ["decorated.mts", "decorated.cts"];
        assert.equal(await complaintsOf(compiler, name, compilerOptions, files), "");
        await assertCounts(`out-${name}/decorated.mjs`);
        await assertCounts(`out-${name}/decorated.cjs`);
      });
    }
  }

  for (const skipLibCheck of [false, true]) {
    test(`compiles for a compiler that knows no exports: node10, skipLibCheck ${skipLibCheck}`, async () => {
      const name = `node10-${skipLibCheck}`;
      const compilerOptions = {
        target: "es2022",
        lib: ["es2023", "esnext.decorators"],
        module: "commonjs",
        moduleResolution: "node10",
        esModuleInterop: true, // the types of Koa need it
        strict: true,
        skipLibCheck,
        types: ["node"],
        outDir: `out-${name}`,
        rootDir: ".",
      };
      assert.equal(await complaintsOf("typescript-5", name, compilerOptions, ["decorated.cts"]), "");
      await assertCounts(`out-${name}/decorated.cjs`);
    });
  }

  test("tells what is wrong when its two module systems are mixed up in one process", async () => {
    const { stdout } = await run(process.execPath, ["both.mjs", request], { cwd: consumer });
    assert.deepEqual(JSON.parse(stdout), {
      "a class of one copy bound in the other": "FUNCTION_UNDECORATED",
      "the other way round": "FUNCTION_UNDECORATED",
      "a type of one copy as a message of the other": "TYPE_UNKNOWN",
      "a type of one copy as a state of the other": "TYPE_UNKNOWN",
      "a class of one copy as the target of the other": "FUNCTION_UNDECORATED",
      "an address of one copy as the target of the other": "TARGET_INVALID",
      "a packed value of one copy sent by the other": "VALUE_UNTYPED",
      "functions of one copy served by the other": "OPTION_INVALID",
      "esm alone": "nothing is wrong",
      "cjs alone": "nothing is wrong",
    });
  });
});

describe("the tools that check packages", () => {
  const bin = (name: string) => join(root, "node_modules/.bin", name);

  test("publint has nothing to say", async () => {
    const { stdout } = await run(bin("publint"), [packed.tarball, "--strict"], { cwd: packed.folder });
    assert.match(stdout, /All good!/);
  });

  test("attw finds the types right for every way to import them", async () => {
    const args = [packed.tarball, "--format", "json"];
    const { stdout } = await run(bin("attw"), args, { cwd: packed.folder, maxBuffer: 1 << 26 });
    assert.deepEqual(JSON.parse(stdout).problems ?? {}, {});
  });
});
