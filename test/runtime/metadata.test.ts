// Metadata through the embedded runtime: from a program, the HTTP ingress and the client, over restarts, to egresses.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  type Context,
  Metadata,
  type MetadataInput,
  StatefulFunctions,
  type StatefunError,
  type TypedValue,
  Types,
} from "statefun-ts";
import { connect } from "statefun-ts/client";
import { serve } from "statefun-ts/node";
import { type RuntimeOptions, StatefunRuntime } from "statefun-ts/runtime";
import { decodeMetadataHeader } from "../../src/types/metadata-header.ts";
import { rejectsCode } from "../support/expect-code.ts";
import { type Received, send } from "../support/http.ts";
import { ManualClock } from "../support/manual-clock.ts";

const folder = mkdtempSync(join(tmpdir(), "statefun-metadata-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(folder, `${++files}`);

const pairs: MetadataInput = [
  ["trace", "00-abc"],
  ["hop", new Uint8Array([255, 0])],
  ["hop", null],
  ["Empty", ""],
];
const shown = (metadata: Metadata | undefined) =>
  metadata && [...metadata].map(([name, value]) => [name, value && Buffer.from(value).toString("hex")]);
const expected = shown(new Metadata(pairs));

/** Passes what it gets on: to the end, later, and out. Answers with the metadata that it got. */
function relay(message: TypedValue, context: Context): void {
  context.send("test/end", context.address.id, message);
  context.sendAfter({ hours: 1 }, "test/end", context.address.id, message);
  context.sendEgress("test/out", message);
  context.sendEgress("test/out", "bare");
  if (context.caller !== undefined) context.reply(message);
}

/** An application whose function at the end notes the metadata of each message. */
function application() {
  const ended: unknown[] = [];
  const functions = new StatefulFunctions()
    .register("test/relay", relay)
    .register("test/end", (_, { metadata }) => void ended.push(shown(metadata)))
    .register("test/echo", (text: string) => text, { handles: [Types.string] });
  return { functions, ended };
}

/** Resolves when a condition holds, which other callbacks bring about. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve));
}

const closed = { ingress: false, admin: false } as const;

test("metadata goes through functions, a delay, a restart and an egress, and comes with the answer", async () => {
  const { functions, ended } = application();
  const clock = new ManualClock();
  const records: unknown[] = [];
  const options: RuntimeOptions = { functions, dir: newPath(), clock, ...closed };
  await using first = await StatefunRuntime.open({ ...options, egresses: { "test/out": () => new Promise(() => {}) } });
  const answer = await first.call("test/relay", "a", "hi", { metadata: pairs });
  assert.deepEqual(shown(answer?.metadata), expected);
  await first.call("test/echo", "a", "wait");
  assert.deepEqual(ended, [expected]);
  await first.close({ grace: 0 });

  await using second = await StatefunRuntime.open({
    ...options,
    egresses: { "test/out": (_, { value }) => void records.push(shown(value.metadata)) },
  });
  await clock.advance(3_600_000);
  await second.call("test/echo", "a", "wait");
  assert.deepEqual(ended, [expected, expected]);
  assert.deepEqual(records, [expected, []]);
  await second.close();
});

test("a message from outside may have metadata up to the limit", async () => {
  const { functions } = application();
  await using runtime = await StatefunRuntime.open({ functions, dir: false, limits: { metadataBytes: 10 }, ...closed });
  await runtime.call("test/echo", "a", "hi", { metadata: { ab: "12345678" } });
  for (const method of ["send", "call"] as const) {
    await rejectsCode(runtime[method]("test/echo", "a", "hi", { metadata: { ab: "123456789" } }), "METADATA_TOO_LARGE");
    await rejectsCode(runtime[method]("test/echo", "a", "hi", { metadata: 5 as never }), "METADATA_INVALID");
  }
  await runtime.close();
});

test("a function's own metadata has the same limit", async () => {
  for (const [limits, bytes, code] of [
    [{}, 8191, undefined],
    [{}, 8192, "METADATA_TOO_LARGE"],
    [{ metadataBytes: 5 }, 4, undefined],
    [{ metadataBytes: 5 }, 5, "METADATA_TOO_LARGE"],
  ] as const) {
    const functions = new StatefulFunctions()
      .register("test/end", () => {})
      .register(
        "test/sender",
        (_, context) => {
          try {
            context.send("test/end", "b", "hi", { metadata: { a: "x".repeat(bytes) } });
          } catch (error) {
            return (error as StatefunError).code;
          }
          return "sent";
        },
        { handles: [Types.string] },
      );
    await using runtime = await StatefunRuntime.open({ functions, dir: false, limits, ...closed });
    const answer = await runtime.call("test/sender", "a", "go");
    assert.equal(answer?.as(Types.string), code ?? "sent");
    await runtime.close();
  }
});

test("other metadata makes no other request: the first one counts", async () => {
  const { functions, ended } = application();
  await using runtime = await StatefunRuntime.open({ functions, dir: false, ...closed });
  const idempotencyKey = "k";
  await runtime.send("test/end", "b", "hi", { metadata: { trace: "1" }, idempotencyKey });
  await runtime.send("test/end", "b", "hi", { metadata: { trace: "2" }, idempotencyKey });
  await runtime.call("test/echo", "b", "wait");
  assert.deepEqual(ended, [[["trace", "31"]]]);
  await runtime.close({ grace: 0 });
});

test("functions elsewhere get metadata over HTTP, in both generations", async () => {
  for (const [generation, text] of [
    ["v3", (port: number) => v3Module(port)],
    ["v2", (port: number) => v2Module(port)],
  ] as const) {
    const { functions, ended } = application();
    const server = await serve(functions, { port: 0, host: "127.0.0.1", generation });
    const module = `${newPath()}.yaml`;
    writeFileSync(module, text(server.port));
    await using runtime = await StatefunRuntime.open({
      module,
      dir: false,
      ...closed,
      egresses: { "test/out": () => {} },
    });
    const answer = await runtime.call("test/relay", "a", "hi", { metadata: pairs });
    assert.deepEqual(shown(answer?.metadata), expected, generation);
    await runtime.call("test/echo", "a", "hi");
    assert.deepEqual(ended, [expected], generation);
    await runtime.close();
    await server.close();
  }
});

const v3Module = (port: number) => `kind: io.statefun.endpoints.v2/http
spec:
  functions: test/*
  urlPathTemplate: http://127.0.0.1:${port}/statefun
`;
const v2Module = (port: number) => `version: "2.0"
module:
  meta:
    type: remote
  spec:
    functions:
${["relay", "end", "echo"]
  .map(
    (name) => `      - function:
          meta:
            kind: http
            type: test/${name}
          spec:
            endpoint: http://127.0.0.1:${port}/statefun
`,
  )
  .join("")}`;

/** Opens a runtime with its servers, runs, and closes it. */
async function withServers(
  run: (at: { port: number; url: string; admin: number; ended: unknown[] }) => Promise<void>,
  ingress: RuntimeOptions["ingress"] = {},
): Promise<void> {
  const { functions, ended } = application();
  await using runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    egresses: { "test/out": () => {} },
    ingress: { port: 0, ...ingress },
    admin: { port: 0 },
  });
  const { url, port } = runtime.ingress as { url: string; port: number };
  try {
    await run({ port, url, admin: runtime.admin?.port as number, ended });
  } finally {
    await runtime.close({ grace: 0 });
  }
}

const json = { "content-type": "application/json" };
const post = (port: number, path: string, headers: Record<string, string | string[]>): Promise<Received> =>
  send(port, path, { headers: { ...json, ...headers } as Record<string, string>, body: Buffer.from('"hi"') });
const string = "type=io.statefun.types/string";

test("headers with the prefix, listed headers and the whole list become metadata; others do not", () =>
  withServers(
    async ({ port, ended }) => {
      const headers = {
        "Statefun-Metadata-Tenant": ["shop", "büro"].map((text) => Buffer.from(text).toString("latin1")),
        TraceParent: "00-abc",
        "X-Other": "no",
        "Statefun-Metadata": "Exact=a%20b,raw:AP8=,nothing",
      };
      assert.equal((await post(port, `/send/test/end/a?${string}`, headers)).status, 202);
      assert.equal((await post(port, `/call/test/echo/a?${string}`, {})).status, 200);
      const hex = (text: string) => Buffer.from(text).toString("hex");
      assert.deepEqual(ended, [
        [
          ["tenant", hex("shop")],
          ["tenant", hex("büro")],
          ["traceparent", hex("00-abc")],
          ["Exact", hex("a b")],
          ["raw", "00ff"],
          ["nothing", null],
        ],
      ]);
    },
    { metadataHeaders: ["traceparent", "X-Request-Id"] },
  ));

test("wrong or too much metadata is refused, and the answer's comes in a header", () =>
  withServers(async ({ port, ended }) => {
    const path = `/call/test/relay/a?${string}`;
    for (const [headers, status, code] of [
      [{ "Statefun-Metadata": "a:?" }, 400, "METADATA_INVALID"],
      [{ "Statefun-Metadata-A": "x".repeat(8192) }, 413, "METADATA_TOO_LARGE"],
    ] as const) {
      const refused = await post(port, path, headers);
      assert.deepEqual(
        [refused.status, JSON.parse(refused.text).code ?? JSON.parse(refused.text).error?.code],
        [status, code],
      );
    }
    assert.deepEqual(ended, []);
    const answered = await post(port, path, { "Statefun-Metadata-A": "x".repeat(8191) });
    assert.equal(answered.status, 200);
    const metadata = decodeMetadataHeader(String(answered.headers["statefun-metadata"]));
    assert.equal(metadata.getText("a"), "x".repeat(8191));
    assert.equal((await post(port, `/call/test/echo/a?${string}`, {})).headers["statefun-metadata"], undefined);
  }));

test("a page may send metadata", () =>
  withServers(
    async ({ port }) => {
      const asked = "Statefun-Metadata-Tenant, statefun-metadata, traceparent, x-other, content-type";
      const headers = { origin: "https://shop.example", "access-control-request-headers": asked };
      const { headers: answered } = await send(port, "/call/test/echo/a", { method: "OPTIONS", headers });
      const allowed = String(answered["access-control-allow-headers"]).toLowerCase().split(", ");
      for (const name of ["statefun-metadata-tenant", "statefun-metadata", "traceparent", "content-type"]) {
        assert.ok(allowed.includes(name), name);
      }
      assert.ok(!allowed.includes("x-other"));
      assert.match(String(answered["access-control-expose-headers"]), /Statefun-Metadata/);
    },
    { cors: ["https://shop.example"], metadataHeaders: ["traceparent"] },
  ));

test("a list of headers holds names of headers", async () => {
  for (const metadataHeaders of [["a b"], [""], ["a:"], "traceparent", [1]]) {
    const ingress = { port: 0, metadataHeaders: metadataHeaders as string[] };
    await rejectsCode(StatefunRuntime.open({ dir: false, admin: false, ingress }), "OPTION_INVALID");
  }
});

test("the client sends metadata with calls and sends, and gets the answer's", () =>
  withServers(async ({ url, ended }) => {
    const client = connect(url);
    const answer = await client.call("test/relay", "a", Types.string.pack("hi"), { metadata: pairs });
    assert.deepEqual(shown(answer?.metadata), expected);
    await client.send("test/end", "b", Types.string.pack("hi"), { metadata: { trace: "1" } });
    // A packed value that came with metadata keeps it, unless there is other metadata.
    await client.send("test/end", "b", answer as TypedValue);
    await client.send("test/end", "b", answer as TypedValue, { metadata: {} });
    const end = client.sender<{ handler(message: unknown): void }>("test/end", "b");
    await end.handler(Types.string.pack("hi"), { metadata: { trace: "2" } });
    const echo = client.ref<{ handler(message: string): string }>("test/echo", "b");
    assert.equal(await echo.handler("hi", { metadata: { trace: "3" } }), "hi");
    assert.deepEqual(ended, [expected, [["trace", "31"]], expected, [], [["trace", "32"]]]);
    const tooLarge = { metadata: { a: "x".repeat(8192) } };
    await rejectsCode(client.send("test/end", "b", Types.string.pack("hi"), tooLarge), "METADATA_TOO_LARGE");
    await rejectsCode(
      client.send("test/end", "b", Types.string.pack("hi"), { metadata: [1] as never }),
      "METADATA_INVALID",
    );
    await rejectsCode(client.cancel("token", { metadata: {} } as never), "OPTION_INVALID");
  }));

test("a person sees the metadata of messages that wait", () =>
  withServers(async ({ port, admin }) => {
    const headers = { "Statefun-Metadata": "trace=1,raw:AP8=,nothing" };
    await post(port, `/send/test/end/a?${string}&delay=1h`, headers);
    const received = await send(admin, "/addresses/test/end/a", { method: "GET" });
    const [delayed] = JSON.parse(received.text).delayed;
    assert.deepEqual(delayed.metadata, [
      { name: "trace", value: "1" },
      { name: "raw", base64: "AP8=" },
      { name: "nothing", value: null },
    ]);
    await post(port, `/send/test/end/b?${string}&delay=1h`, {});
    const bare = JSON.parse((await send(admin, "/addresses/test/end/b", { method: "GET" })).text);
    assert.equal("metadata" in bare.delayed[0], false);
  }));

test("a file and a web server get the metadata of records", async () => {
  const posted: unknown[] = [];
  const hook = createServer((request, response) => {
    posted.push(request.headers["statefun-metadata"]);
    response.writeHead(204).end();
  }).listen(0, "127.0.0.1");
  await once(hook, "listening");
  const { port } = hook.address() as AddressInfo;
  const functions = new StatefulFunctions().register(
    "test/sender",
    (_, context) => {
      for (const egress of ["test/file", "test/hook"]) {
        context.sendEgress(egress, "tagged", {
          metadata: [
            ["trace", "1"],
            ["raw", new Uint8Array([0, 255])],
          ],
        });
        context.sendEgress(egress, "bare");
      }
      return "sent";
    },
    { handles: [Types.string] },
  );
  const file = newPath();
  const egresses = { "test/file": { file }, "test/hook": { url: `http://127.0.0.1:${port}/` } };
  const dir = newPath();
  await using first = await StatefunRuntime.open({ functions, dir, egresses, ...closed });
  await first.call("test/sender", "a", "go");
  await until(() => posted.length === 2);
  await first.close();
  // The file is opened again, and its last lines are read for the id of the last record.
  await using second = await StatefunRuntime.open({ functions, dir, egresses, ...closed });
  await second.call("test/sender", "a", "go");
  await until(() => posted.length === 4);
  await second.close();
  hook.close();
  const lines = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).metadata);
  const inFile = [
    { name: "trace", value: "1" },
    { name: "raw", base64: "AP8=" },
  ];
  assert.deepEqual(lines, [inFile, undefined, inFile, undefined]);
  assert.deepEqual(posted, ["trace=1,raw:AP8=", undefined, "trace=1,raw:AP8=", undefined]);
});
