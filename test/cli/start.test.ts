import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
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
  const [, admin = ""] = await runtime.saw(/admin +(\S+)/);
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
    const { code, stderr } = await runtime.stop();
    assert.deepEqual([code, stderr], [0, ""]);
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

test("tokens are asked for", async (t) => {
  const cwd = built.project({ "package.json": '{ "type": "module" }', "functions.ts": counter });
  const tokens = { STATEFUN_ADMIN_TOKEN: "a1", STATEFUN_INGRESS_TOKEN: "i1" };
  const args = ["start", "--functions", "functions.ts", "--memory", ...free];
  const vars = await env(running(t, built.main, args, { cwd, env: tokens }));
  assertFailed(await call(vars), 1, "UNAUTHORIZED");
  assert.equal((await call({ ...vars, ...tokens })).code, 0);
  assertFailed(await run(built.main, ["ps"], { env: vars }), 1, "UNAUTHORIZED");
  assert.equal((await run(built.main, ["ps"], { env: { ...vars, ...tokens } })).code, 0);
});

test("what can't start says why", async (t) => {
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
  assertFailed(await start("--functions", "functions.js", "--egress", "nowhere"), 2, "OPTION_INVALID");
  const onTaken = ["start", "--functions", "functions.js", "--memory", "--admin-port", "0", "--port", String(port)];
  assertFailed(await run(built.main, onTaken, { cwd }), 2, "OPTION_INVALID");
  const broken = await start("--functions", "broken.js");
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /told to fail[\s\S]*broken\.js/);
});

test("a folder that another process holds is refused", async (t) => {
  const cwd = built.project({ "package.json": '{ "type": "module" }', "functions.ts": counter });
  const args = ["start", "--functions", "functions.ts", ...free];
  await env(running(t, built.main, args, { cwd }));
  assertFailed(await run(built.main, args, { cwd }), 1, "STORE_LOCKED");
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
