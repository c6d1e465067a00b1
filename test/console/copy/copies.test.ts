// What the page copies is run here as it stands: as a command of a shell, as a program, and as a test.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { clientCodeOf } from "../../../console/copy/client-code.js";
import { curlOf } from "../../../console/copy/curl.js";
import { durationLiteral, literalOf } from "../../../console/copy/literal.js";
import { classNameOf, type OutgoingMessage } from "../../../console/copy/message.js";
import { testCodeOf } from "../../../console/copy/test-code.js";
import { Address } from "../../../src/index.js";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import { AddItem, functions } from "./functions.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const cache = join(root, "node_modules/.cache");
let folder: string;
let runtime: StatefunRuntime;
let url: string;

before(async () => {
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, "copies-"));
  writeFileSync(join(folder, "functions.ts"), 'export { functions } from "../../../test/console/copy/functions.js";');
  writeFileSync(join(folder, "messages.ts"), 'export { example } from "../../../samples/messages/messages.js";');
  runtime = await StatefunRuntime.open({ functions, dir: false, ingress: { port: 0 }, admin: false });
  url = runtime.ingress?.url as string;
});

after(async () => {
  await runtime?.close({ grace: 0 });
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a copied program in a process of its own, and returns what it prints. */
async function runProgram(name: string, code: string, ...flags: string[]): Promise<string> {
  const source = join(folder, `${name}.ts`);
  writeFileSync(source, code);
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [source],
    outfile,
    absWorkingDir: root,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    tsconfig: join(root, "tsconfig.json"),
    plugins: [
      {
        name: "the package's own sources",
        setup: ({ onResolve }) => {
          const entries = { client: "src/client/entry.ts", testing: "src/testing/entry.ts" };
          onResolve({ filter: /^statefun-ts(\/|$)/ }, ({ path }) => {
            const entry = path.slice("statefun-ts/".length) as keyof typeof entries;
            return { path: join(root, entries[entry] ?? "src/index.ts") };
          });
        },
      },
    ],
  });
  const { stdout } = await run(process.execPath, [...flags, outfile], {
    cwd: root,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined }, // otherwise the inner test would report to this one's runner
  });
  return stdout.trim();
}

const runShell = async (command: string) => (await run("sh", ["-c", command])).stdout.trim();

const messageTo = (id: string, message: Partial<OutgoingMessage>): OutgoingMessage => ({
  action: "call",
  functionName: "copied/cart-of-all",
  id,
  typename: "copied/add-item",
  kind: "json",
  method: "add",
  content: { value: { sku: "tea", pieces: 2 } },
  metadata: [],
  delayMs: null,
  cancellationToken: null,
  ...message,
});

const held = (id: string) => runtime.engine.inspect(Address.of("copied/cart-of-all", id));

const oddId = "it's a/id ?&# %41 😀 $HOME";
const oddValue = { sku: 'it\'s $HOME `id` \\ "x"', pieces: 1, note: "a\nb 😀" };

test("curl calls an address, whatever its id and its message hold", async () => {
  const answer = await runShell(
    `${curlOf(messageTo(oddId, { content: { value: oddValue } }), { url, server: "ingress" })} -s`,
  );
  assert.deepEqual(JSON.parse(answer), { pieces: 1, tenant: null });
});

test("curl sends metadata", async () => {
  const metadata = [{ name: "tenant", value: "it's a shop, 100 %=" }];
  const answer = await runShell(`${curlOf(messageTo("metadata", { metadata }), { url, server: "ingress" })} -s`);
  assert.deepEqual(JSON.parse(answer), { pieces: 2, tenant: "it's a shop, 100 %=" });
});

test("curl sends bytes, and a message for later", async () => {
  const base64 = Buffer.from(AddItem.pack({ sku: "jam", pieces: 3 }).value).toString("base64");
  const command = curlOf(messageTo("bytes", { content: { base64 } }), { url, server: "ingress" });
  assert.deepEqual(JSON.parse(await runShell(command)), { pieces: 3, tenant: null });
  const later = messageTo("later", { action: "send", delayMs: 3_600_000, cancellationToken: "it's later" });
  assert.deepEqual(JSON.parse(await runShell(curlOf(later, { url, server: "ingress" }))), { status: "accepted" });
  const [delayed] = (await held("later")).delayed;
  assert.equal(delayed?.cancellationToken, "it's later");
  assert.ok(Math.abs((delayed?.dueAt ?? 0) - Date.now() - 3_600_000) < 60_000);
});

test("curl names the token by a variable, and the admin server's own path", () => {
  const target = {
    url: "http://10.0.0.5:7071",
    server: "admin",
    tokenVariable: "STATEFUN_ADMIN_BEARER_TOKEN",
  } as const;
  const command = curlOf(messageTo("a/b", {}), target);
  assert.match(command, /-H "Authorization: Bearer \$STATEFUN_ADMIN_BEARER_TOKEN"/);
  assert.match(command, /'http:\/\/10\.0\.0\.5:7071\/addresses\/copied\/cart-of-all\/a%2Fb\/call\?type=/);
});

/** Messages of each kind, and what a program prints that calls with them. */
const calls: Readonly<Record<string, { message: Partial<OutgoingMessage>; prints: RegExp }>> = {
  "JSON by its method": { message: { content: { value: oddValue } }, prints: /pieces: 1/ },
  "JSON without a method": { message: { method: null }, prints: /^TypedValue\(/ },
  "a protobuf message by its method": {
    message: {
      typename: "type.googleapis.com/example.User",
      kind: "protobuf",
      method: "greet",
      content: { value: { name: "Bob" } },
    },
    prints: /^Hello Bob$/,
  },
  "a protobuf message without a method": {
    message: {
      typename: "type.googleapis.com/example.User",
      kind: "protobuf",
      method: null,
      content: { value: { name: "Bob" } },
    },
    prints: /^TypedValue\(io\.statefun\.types\/string\)/,
  },
  "a 64-bit number": {
    message: {
      typename: "io.statefun.types/long",
      kind: "primitive",
      method: "count",
      content: { value: "9007199254740993" },
    },
    prints: /^9007199254740993$/,
  },
  "a number that JSON lacks": {
    message: {
      typename: "io.statefun.types/double",
      kind: "primitive",
      method: "half",
      content: { value: "-Infinity" },
    },
    prints: /^half is -Infinity$/,
  },
  "bytes of a primitive": {
    message: {
      typename: "type.googleapis.com/google.protobuf.BytesValue",
      kind: "primitive",
      method: "measure",
      content: { value: "AAH/" },
    },
    prints: /^3 bytes, the last is 255$/,
  },
  "a value of which only the bytes are known": {
    message: { typename: "io.statefun.types/long", kind: "unknown", method: null, content: { base64: "CQUAAAAAAAAA" } },
    prints: /^TypedValue\(io\.statefun\.types\/string\)/,
  },
};

for (const [name, { message, prints }] of Object.entries(calls)) {
  test(`a program of the client calls with ${name}`, async () => {
    const code = clientCodeOf(messageTo(`${oddId} ${name}`, message), url);
    assert.match(await runProgram("program", code), prints, code);
  });
}

test("a program of the client sends for later, with a token and metadata", async () => {
  const metadata = [{ name: "tenant-id", value: "shop" }];
  const later = { action: "send", delayMs: 7_200_000, cancellationToken: "soon", metadata } as const;
  for (const [id, method] of [
    ["with a method", "add"],
    ["without", null],
  ] as const) {
    const code = clientCodeOf(messageTo(id, { ...later, method, cancellationToken: id }), url);
    await runProgram("program", code);
    const [delayed] = (await held(id)).delayed;
    assert.equal(delayed?.cancellationToken, id);
    assert.equal(delayed?.value.metadata.getText("tenant-id"), "shop");
  }
});

const item = (sku: string, pieces: number) =>
  ({ typename: "copied/add-item", kind: "json", content: { value: { sku, pieces } } }) as const;
const state = (items: object, total: number | string) => [
  { name: "items", typename: "copied/items", value: items },
  { name: "total", typename: "io.statefun.types/long", value: total },
];
const batch = { functionName: "copied/cart-of-all", id: oddId, before: state({ tea: 1 }, "9007199254740993") };

test("a copied test repeats a message and compares the states behind it", async () => {
  const repeated = { ...batch, messages: [item("tea", 2)], after: state({ tea: 3 }, "9007199254740995") };
  await runProgram("one", testCodeOf(repeated), "--test");
  const wrong = testCodeOf({ ...repeated, after: state({ tea: 4 }, "9007199254740995") });
  await assert.rejects(runProgram("one", wrong, "--test"));
});

test("a copied test repeats the messages of a batch in their order", async () => {
  const messages = [item("tea", 2), item("jam", 1)];
  await runProgram(
    "many",
    testCodeOf({ ...batch, messages, after: state({ tea: 3, jam: 1 }, "9007199254740996") }),
    "--test",
  );
});

test("a copied test fails when its message does, and when nobody has said yet what is expected", async () => {
  await assert.rejects(
    runProgram("fails", testCodeOf({ ...batch, messages: [item("", -1)], after: batch.before }), "--test"),
  );
  await assert.rejects(runProgram("fails", testCodeOf({ ...batch, messages: [item("tea", 1)] }), "--test"));
});

test("literals are read as the values that they are made of", () => {
  const values = [
    null,
    'a\n"b"',
    [],
    {},
    JSON.parse('{"__proto__":1,"odd name":[1,{"a":[]}]}'),
    Array(40).fill({ a: "b" }),
  ];
  for (const value of values) {
    assert.deepEqual(
      Object.entries({ it: new Function(`return (${literalOf(value)})`)() }),
      Object.entries({ it: value }),
    );
  }
  assert.equal(literalOf({ a: 1, "b c": [true] }), '{ a: 1, "b c": [true] }');
});

test("durations have the largest unit that fits", () => {
  const durations = { 0: "0", 250: "250", 1000: "{ seconds: 1 }", 90000: "{ seconds: 90 }", 172800000: "{ days: 2 }" };
  for (const [ms, literal] of Object.entries(durations)) assert.equal(durationLiteral(Number(ms)), literal);
});

test("the name of a class is made of the function's name", () => {
  assert.equal(classNameOf("shop/eu/line-item"), "LineItem");
  assert.equal(classNameOf("shop/2nd"), "Function2nd");
});
