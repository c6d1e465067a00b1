import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { test } from "node:test";
import { buildSync } from "esbuild";
import { Built } from "./built.js";
import { type Ended, type Running, run, running } from "./run.js";

const built = new Built();
const free = ["--port", "0", "--admin-port", "0"];

const counter = `
import { Handles, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";

@StatefulFunction("shop/counter")
class Counter {
  @State("count", Types.int) count = 0;

  @Handles(Types.string)
  add(text: string) {
    this.count += 1;
    return text + " " + this.count;
  }
}

export const functions = new StatefulFunctions(Counter);
`;

/** Waits until a runtime runs; resolves to the addresses of its servers, for the commands that ask it. */
async function env(runtime: Running): Promise<Record<string, string>> {
  const [, ingress = ""] = await runtime.saw(/ingress +(\S+)/);
  const [, admin = ""] = await runtime.saw(/console +(\S+)/);
  return { STATEFUN_URL: ingress, STATEFUN_ADMIN_URL: admin };
}

const call = async (vars: Record<string, string>, id = "bob"): Promise<Ended> =>
  run(built.main, ["call", "shop/counter", id, '"n"'], { env: vars });

function assertFailed({ code, stderr }: Ended, exitCode: number, errorCode: string): void {
  assert.equal(code, exitCode, stderr);
  assert.match(stderr, new RegExp(`^${errorCode}: `));
}

test("functions run until Ctrl-C, and their state is there at the next start", async (t) => {
  const cwd = built.project({ "package.json": '{ "type": "module" }', "functions.ts": counter });
  for (const answer of ['"n 1"\n', '"n 2"\n']) {
    const runtime = running(t, built.main, ["start", "--functions", "functions.ts", ...free], { cwd });
    await runtime.saw(/functions +shop\/counter\n/);
    const vars = await env(runtime);
    await runtime.saw(/data +\.statefun\n/);
    assert.equal((await call(vars)).stdout, answer);
    const { code, stdout, stderr } = await runtime.stop();
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, new RegExp(`^The runtime is running as process ${runtime.process.pid}\\.`));
    assert.match(stdout, /\nStopped\.\n$/);
  }
});

for (const [kind, manifest, source] of [
  ["TypeScript in a CommonJS project", "{}", counter],
  ["TypeScript with legacy decorators", '{ "type": "module" }', counter],
  ["a default export", '{ "type": "module" }', counter.replace("export const functions =", "export default")],
] as const) {
  test(`functions are found: ${kind}`, async (t) => {
    const tsconfig = { compilerOptions: { experimentalDecorators: kind.includes("legacy") } };
    const cwd = built.project({
      "package.json": manifest,
      "functions.ts": source,
      "tsconfig.json": JSON.stringify(tsconfig),
    });
    const runtime = running(t, built.main, ["start", "--functions", "functions.ts", "--memory", ...free], { cwd });
    assert.equal((await call(await env(runtime))).stdout, '"n 1"\n');
  });
}

test("functions are found: a named export of CommonJS", async (t) => {
  const cwd = built.project({
    "shop.cjs": `const { StatefulFunctions, Types } = require("statefun-ts");
      exports.shop = new StatefulFunctions().register("shop/counter", (text) => text, { handles: [Types.string] });`,
  });
  const start = (file: string) => ["start", "--functions", file, "--memory", ...free];
  assertFailed(await run(built.main, start("shop.cjs"), { cwd }), 2, "OPTION_INVALID");
  const runtime = running(t, built.main, start("shop.cjs#shop"), { cwd });
  assert.equal((await call(await env(runtime))).stdout, '"n"\n');
});

test("functions are found in a minified bundle, and one that holds statefun-ts is refused with the cause", async (t) => {
  const cwd = built.project({ "package.json": '{ "type": "module" }', "functions.ts": counter });
  const bundle = (external: string[]) =>
    buildSync({
      absWorkingDir: cwd,
      entryPoints: ["functions.ts"],
      outfile: join(cwd, "bundle.mjs"),
      bundle: true,
      minify: true,
      format: "esm",
      platform: "node",
      target: "es2022",
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
      allowOverwrite: true,
      external,
    });
  bundle([]);
  const start = ["start", "--functions", "bundle.mjs", "--memory", ...free];
  const refused = await run(built.main, start, { cwd });
  assertFailed(refused, 2, "OPTION_INVALID");
  assert.match(refused.stderr, /--external:statefun-ts/);
  bundle(["statefun-ts"]);
  const runtime = running(t, built.main, start, { cwd });
  assert.equal((await call(await env(runtime))).stdout, '"n 1"\n');
});

test("a module file runs, with functions of this process beside it", async (t) => {
  const cwd = built.project({
    "package.json": '{ "type": "module" }',
    "functions.ts": counter,
    "module.yaml": `kind: io.statefun.endpoints.v2/http
spec:
  functions: elsewhere/*
  urlPathTemplate: http://127.0.0.1:1/{function.name}
`,
  });
  const args = ["start", "module.yaml", "--functions", "functions.ts", "--memory", ...free];
  const runtime = running(t, built.main, args, { cwd });
  await runtime.saw(/endpoint +elsewhere\/\* at http:\/\/127\.0\.0\.1:1\/\{function\.name\}\n/);
  assert.equal((await call(await env(runtime))).stdout, '"n 1"\n');
});

test("records of an egress go to a file and to stdout", async (t) => {
  const cwd = built.project({
    "package.json": '{ "type": "module" }',
    "functions.js": `
      import { StatefulFunctions, Types } from "statefun-ts";
      setInterval(() => {}, 1_000); // keeps no process alive
      export const functions = new StatefulFunctions().register("shop/counter", (text, context) => {
        context.sendEgress("shop/file", text + " filed");
        context.sendEgress("shop/shown", text + " shown");
        return text;
      }, { handles: [Types.string] });`,
  });
  const egresses = ["--egress", "shop/file=records.jsonl", "--egress", "shop/shown=-"];
  const runtime = running(t, built.main, ["start", "--functions", "functions.js", "--memory", ...egresses, ...free], {
    cwd,
  });
  await call(await env(runtime));
  await runtime.saw(/shop\/shown {2}"n shown"\n/);
  assert.equal((await runtime.stop()).code, 0);
  assert.match(readFileSync(join(cwd, "records.jsonl"), "utf8"), /^\{.*"n filed"\}\n$/);
});

test("a runtime goes on when the reader of its output goes away, and keeps the records that nobody reads", async (t) => {
  const cwd = built.project({
    "package.json": '{ "type": "module" }',
    "functions.js": `
      import { StatefulFunctions, Types } from "statefun-ts";
      export const functions = new StatefulFunctions().register("shop/counter", (text, context) => {
        context.sendEgress("shop/shown", text);
        return text;
      }, { handles: [Types.string] });`,
  });
  const args = ["start", "--functions", "functions.js", "--memory", "--egress", "shop/shown=-", ...free];
  const runtime = running(t, built.main, args, { cwd });
  const vars = await env(runtime);
  runtime.process.stdout?.destroy();
  await call(vars);
  await once(runtime.process.stderr as Readable, "data");
  assert.equal((await call(vars)).code, 0);
  const { stdout } = await run(built.main, ["metrics"], { env: vars });
  assert.match(stdout, /^statefun_egress_pending 2$/m);
  runtime.process.kill("SIGTERM");
  assert.equal((await runtime.ended).code, 0);
});

test("the servers ask for their tokens", async (t) => {
  const cwd = built.project({ "package.json": '{ "type": "module" }', "functions.ts": counter });
  const tokens = { STATEFUN_ADMIN_BEARER_TOKEN: "a1", STATEFUN_BEARER_TOKEN: "i1" };
  const args = ["start", "--functions", "functions.ts", "--memory", ...free];
  const vars = await env(running(t, built.main, args, { cwd, env: tokens }));
  assertFailed(await call(vars), 1, "UNAUTHORIZED");
  assert.equal((await call({ ...vars, ...tokens })).code, 0);
  assertFailed(await run(built.main, ["ps"], { env: vars }), 1, "UNAUTHORIZED");
  assert.equal((await run(built.main, ["ps"], { env: { ...vars, ...tokens } })).code, 0);
});

test("a start that fails says why", async (t) => {
  const cwd = built.project({
    "package.json": '{ "type": "module" }',
    "functions.js":
      'import { StatefulFunctions } from "statefun-ts"; setInterval(() => {}, 9); export default new StatefulFunctions();',
    "broken.js": 'throw new Error("told to fail");',
    "module.yaml": "kind: io.statefun.nothing/http\nspec: {}\n",
  });
  const start = (...args: string[]) => run(built.main, ["start", ...args, "--memory", ...free], { cwd });
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  t.after(() => taken.close());
  const { port } = taken.address() as { port: number };
  assertFailed(await start(), 2, "OPTION_INVALID");
  assertFailed(await start("--functions", "nothing.js"), 2, "OPTION_INVALID");
  assertFailed(await start("module.yaml"), 1, "MODULE_INVALID");
  assertFailed(await start("--functions", "functions.js", "--admin-host", "0.0.0.0"), 2, "OPTION_INVALID");
  assertFailed(await start("--functions", "functions.js", "--host", "0.0.0.0"), 2, "OPTION_INVALID");
  assertFailed(await start("--functions", "functions.js", "--egress", "nowhere"), 2, "OPTION_INVALID");
  assertFailed(await start("--functions", "functions.js", "--egress", "shop/x=ftp://host/x"), 2, "OPTION_INVALID");
  assert.ok(!existsSync(join(cwd, "ftp:")));
  const onTaken = ["start", "--functions", "functions.js", "--memory", "--admin-port", "0", "--port", String(port)];
  const refused = await run(built.main, onTaken, { cwd });
  assertFailed(refused, 6, "ADDRESS_IN_USE");
  if (existsSync("/proc/net/tcp")) assert.ok(refused.stderr.includes(`process ${process.pid} `), refused.stderr);
  assert.match(refused.stderr, /--port/);
  const broken = await start("--functions", "broken.js");
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /told to fail[\s\S]*broken\.js/);
});

test("each mistake of a module file has a line", async () => {
  const cwd = built.project({ "module.yaml": "kind: io.statefun.nothing/http\nspec: {}\n---\nkind: what\nspec: {}\n" });
  const { code, stderr } = await run(built.main, ["start", "module.yaml", "--memory", ...free], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /^MODULE_INVALID: .*module\.yaml:1:.*\n.*module\.yaml:4:/);
});

test("a file of functions is told apart from a module file by its name", async (t) => {
  const cwd = built.project({
    "package.json": '{ "type": "module" }',
    "functions.ts": counter,
    "module.yaml": "",
    "messages.proto": "",
  });
  const runtime = running(t, built.main, ["start", "functions.ts", "module.yaml", "--memory", ...free], { cwd });
  assert.equal((await call(await env(runtime))).stdout, '"n 1"\n');
  for (const args of [
    ["--functions", "module.yaml"],
    ["--functions", "."],
    ["--functions", "messages.proto"],
    ["functions.ts", "--functions", "functions.ts"],
    ["module.yaml", "module.yaml"],
  ]) {
    assertFailed(await run(built.main, ["start", ...args, "--memory", ...free], { cwd }), 2, "OPTION_INVALID");
  }
});

/** Prints its message. "stray" rejects a promise that nobody waits for, and "kill" ends the process once KILL is set. */
const risky = `
  import { StatefulFunctions, Types } from "statefun-ts";
  export default new StatefulFunctions()
    .register("shop/eu/counter", (text) => {
      if (text === "stray") void Promise.reject(new Error("told to stray"));
      if (text === "kill") {
        if (process.env.KILL) process.exit(9);
        throw new Error("told to fail");
      }
      return text;
    }, { handles: [Types.string] })
    .register("shop/slow", () => {
      console.log("called");
      return new Promise(() => {});
    }, { handles: [Types.string] });`;
const riskyProject = { "package.json": '{ "type": "module" }', "functions.js": risky };

for (const [command, args] of [
  ["start", ["start", "functions.js", "--memory", ...free]],
  ["dev", ["dev", "functions.js", "--memory", ...free]],
] as const) {
  test(`${command}: a stray rejection is logged, and ends nothing`, async (t) => {
    const runtime = running(t, built.main, args, { cwd: built.project(riskyProject) });
    const vars = await env(runtime);
    for (const text of ['"stray"', '"x"']) {
      assert.equal(
        (await run(built.main, ["call", "shop/eu/counter", "bob", text], { env: vars })).stdout,
        `${text}\n`,
      );
    }
    const { code, stderr } = await runtime.stop();
    assert.equal(code, 0);
    assert.match(stderr, /^\S+Z ERROR .*told to stray\nError: told to stray\n {4}at .*functions\.js/);
  });
}

test("a message that ends the process is dropped from an address that is parked at the start", async (t) => {
  const cwd = built.project(riskyProject);
  const first = running(t, built.main, ["start", "functions.js", ...free], { cwd });
  const vars = await env(first);
  for (const id of ["bob", "eve"]) await run(built.main, ["send", "shop/eu/counter", id, '"kill"'], { env: vars });
  await first.stop();
  const deadly = { cwd, env: { KILL: "1" } };
  assert.equal((await running(t, built.main, ["start", "functions.js", ...free], deadly).ended).code, 9);
  const park = ["--park", "shop/eu/counter/bob", "--park", "shop/eu/counter/eve"];
  const mended = running(t, built.main, ["start", "functions.js", ...park, ...free], deadly);
  const again = await env(mended);
  const { stdout } = await run(built.main, ["parked", "--json"], { env: again });
  const { parked } = JSON.parse(stdout);
  assert.deepEqual(parked.map(({ id, reason }: any) => [id, reason]).sort(), [
    ["bob", "It was parked when the runtime was opened."],
    ["eve", "It was parked when the runtime was opened."],
  ]);
  assert.equal(
    (await run(built.main, ["drop", "shop/eu/counter", "bob"], { env: again })).stdout,
    "Dropped 1 message.\n",
  );
  const called = await run(built.main, ["call", "shop/eu/counter", "bob", '"x"'], { env: again });
  assert.equal(called.stdout, '"x"\n');
  for (const wrong of [
    ["--park", "counter/bob"],
    ["--park", "shop/eu/counter/bob", "--memory"],
  ]) {
    assertFailed(await run(built.main, ["start", "functions.js", ...wrong, ...free], { cwd }), 2, "OPTION_INVALID");
  }
});

test("a call of a function may take no longer than --call-timeout", async (t) => {
  const cwd = built.project(riskyProject);
  const limited = (time: string) => ["start", "functions.js", "--memory", "--call-timeout", time, ...free];
  const runtime = running(t, built.main, limited("30ms"), { cwd });
  const vars = await env(runtime);
  await run(built.main, ["send", "shop/slow", "bob", '"x"'], { env: vars });
  await runtime.saw(/called\ncalled\n/); // again, so the first call was given up
  for (const wrong of ["soon", "0s", "30", "2y"]) {
    assertFailed(await run(built.main, limited(wrong), { cwd }), 2, "DURATION_INVALID");
  }
  runtime.process.kill("SIGTERM");
  assert.match((await runtime.ended).stderr, /CALL_TIMEOUT/);
});

test("--idempotency-key-lifetime is a time with a unit", async () => {
  const cwd = built.project(riskyProject);
  for (const wrong of ["soon", "0s", "30"]) {
    const args = ["start", "functions.js", "--memory", "--idempotency-key-lifetime", wrong, ...free];
    assertFailed(await run(built.main, args, { cwd }), 2, "DURATION_INVALID");
  }
});

test("a folder that another process holds is refused", async (t) => {
  const cwd = built.project({ "package.json": '{ "type": "module" }', "functions.ts": counter });
  const args = ["start", "--functions", "functions.ts", ...free];
  await env(running(t, built.main, args, { cwd }));
  assertFailed(await run(built.main, args, { cwd }), 6, "STORE_LOCKED");
});

test("with --wait-for-lock a start waits until the other process has closed the folder", async (t) => {
  const cwd = built.project({
    "package.json": '{ "type": "module" }',
    "functions.ts": `${counter}\nconsole.log("loaded");`,
  });
  const args = (...more: string[]) => ["start", "--functions", "functions.ts", ...more, ...free];
  const first = running(t, built.main, args(), { cwd });
  await env(first);
  assertFailed(await run(built.main, args("--wait-for-lock", "30"), { cwd }), 2, "DURATION_INVALID");
  assertFailed(await run(built.main, args("--wait-for-lock", "30s", "--memory"), { cwd }), 2, "OPTION_INVALID");
  const second = running(t, built.main, args("--wait-for-lock", "1m"), { cwd });
  await second.saw(/loaded\n/); // the folder is opened next
  // While this one starts and ends, the second one has met the lock.
  assertFailed(await run(built.main, args("--wait-for-lock", "1ms"), { cwd }), 6, "STORE_LOCKED");
  await first.stop();
  assert.equal((await call(await env(second))).stdout, '"n 1"\n');
});

test("a first signal lets calls in flight end, a second one does not wait for them", async (t) => {
  const cwd = built.project({
    "package.json": '{ "type": "module" }',
    "functions.js": `
      import { StatefulFunctions, Types } from "statefun-ts";
      export default new StatefulFunctions().register("shop/counter", () => {
        console.log("called");
        return new Promise(() => {});
      }, { handles: [Types.string] });`,
  });
  const runtime = running(t, built.main, ["start", "--functions", "functions.js", "--memory", ...free], { cwd });
  const called = call(await env(runtime));
  await runtime.saw(/called\n/);
  runtime.process.kill("SIGTERM");
  runtime.process.kill("SIGINT");
  const { code } = await runtime.ended;
  assert.equal(code, 1);
  assert.equal((await called).code, 3);
});
