// Functions in another process: their server tells their types, and curl, the client and the console work as for own functions.

import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connect } from "../../../src/client/entry.js";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import { RecordingLogger } from "../../support/recording-logger.js";
import type { Cart } from "./cart.js";

let folder: string;
let server: ReturnType<typeof fork>;
let runtime: StatefunRuntime;
let ingress: string;
let admin: string;
const json = { "content-type": "application/json" };
const logger = new RecordingLogger();

async function startServer(port: number): Promise<number> {
  server = fork(fileURLToPath(new URL("server.ts", import.meta.url)), [String(port)], {
    execArgv: ["--import", "tsx"],
  });
  const [listening] = await once(server, "message");
  return listening as number;
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "discovery-"));
  const port = await startServer(0);
  const module = join(folder, "module.yaml");
  await writeFile(
    module,
    `kind: io.statefun.endpoints.v2/http\nspec:\n  functions: shop/*\n  urlPathTemplate: http://127.0.0.1:${port}/statefun\n`,
  );
  runtime = await StatefunRuntime.open({ module, dir: false, ingress: { port: 0 }, admin: { port: 0 }, logger });
  ingress = runtime.ingress?.url as string;
  admin = runtime.admin?.url as string;
});

after(async () => {
  await runtime.close();
  server.kill();
  await rm(folder, { recursive: true });
});

async function call(path: string, body: unknown): Promise<{ status: number; body: any }> {
  const response = await fetch(`${ingress}${path}`, { method: "POST", headers: json, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

test("a function is called with JSON and answers with JSON, the first time already", async () => {
  const { status, body } = await call("/call/shop/cart/bob?handler=add", { item: "tea", pieces: 2 });
  assert.deepEqual([status, body], [200, { lines: 1, pieces: 2 }]);
});

test("a protobuf message goes in as JSON and comes out as JSON, of a type that no handler declares", async () => {
  const { status, body } = await call("/call/shop/greeter/bob", { name: "Bob" });
  assert.deepEqual([status, body], [200, { text: "Hello Bob", count: 1 }]);
});

test("JSON that does not fit the told schema is refused before it reaches the function", async () => {
  const { status, body } = await call("/call/shop/cart/bob?handler=add", { item: "tea", pieces: "two" });
  assert.deepEqual([status, body.code], [400, "VALUE_INVALID"]);
  assert.equal((await call("/call/shop/greeter/bob", { nome: "Bob" })).status, 400);
});

test("the typed client calls a function by its method, one by one and many in one request", async () => {
  const client = connect(ingress);
  const cart = client.ref<Cart>("shop/cart", "eve");
  assert.deepEqual(await cart.add({ item: "tea", pieces: 3 }), { lines: 1, pieces: 3 });
  const both = await Promise.all(
    [1, 2].map((pieces) => client.ref<Cart>("shop/cart", `many-${pieces}`).add({ item: "tea", pieces })),
  );
  assert.deepEqual(
    both.map(({ pieces }) => pieces),
    [1, 2],
  );
});

test("the client in the runtime's own process calls it in the same way", async () => {
  const cart = runtime.ref<Cart>("shop/cart", "own");
  assert.deepEqual(await cart.add({ item: "tea", pieces: 4 }), { lines: 1, pieces: 4 });
});

test("a line of many calls may name the method of a function elsewhere", async () => {
  const line = JSON.stringify({
    function: "shop/cart",
    id: "lines",
    handler: "add",
    value: { item: "tea", pieces: 5 },
  });
  const response = await fetch(`${ingress}/calls`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: `${line}\n`,
  });
  assert.deepEqual(JSON.parse(await response.text()).value, { lines: 1, pieces: 5 });
});

test("the admin server tells the function's types, states and defaults, as the console's forms need them", async () => {
  const shown = (await (await fetch(`${admin}/functions/shop/cart`)).json()) as any;
  assert.equal(shown.typesKnown, true);
  const add = shown.handlers.find((handler: any) => handler.method === "add");
  assert.deepEqual([add.kind, add.chosenByMethod, "properties" in add.schema], ["json", true, true]);
  assert.deepEqual(
    shown.states.map(({ name, default: value }: any) => [name, value?.value]),
    [
      ["pieces", 0],
      ["last", undefined],
    ],
  );
  const address = (await (await fetch(`${admin}/addresses/shop/cart/bob`)).json()) as any;
  assert.deepEqual(address.states.find(({ name }: any) => name === "last")?.value, { item: "tea", pieces: 2 });
});

test("a function is listed before its first message", async () => {
  const { functions } = (await (await fetch(`${admin}/functions`)).json()) as any;
  assert.ok(functions.some((each: any) => each.function === "shop/quiet"));
});

test("states of a function elsewhere are queried by their fields", async () => {
  const found: string[] = [];
  for await (const { id } of runtime.query("shop/cart", { where: "last.pieces == 4" })) found.push(id);
  assert.deepEqual(found, ["own"]);
});
