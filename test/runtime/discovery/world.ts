// A runtime whose module file names two function servers: a good one, and one that answers as a test says.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { json, StatefulFunctions, Types } from "../../../src/index.js";
import { StatefunRuntime } from "../../../src/runtime/entry.js";
import type { RuntimeOptions } from "../../../src/runtime/runtime-options.js";
import { serve } from "../../../src/serve/hosts/node.js";
import { RecordingLogger } from "../../support/recording-logger.js";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const Plain = json<unknown>("world/plain");

/** Functions that answer with what they get. The odd server serves them too, whatever it tells. */
const functions = new StatefulFunctions()
  .register("good/echo", (value, context) => context.reply(Plain.pack(value)), { handles: [Plain] })
  .register("odd/echo", (value, context) => context.reply(Types.string.pack(String(value))), {
    handles: [Types.string],
  });

export async function world(t: TestContext, answer: Answer, options: RuntimeOptions = {}) {
  const good = await serve(functions, { port: 0, host: "127.0.0.1" });
  const asked: string[] = [];
  const odd = createServer((request, response) => {
    if (request.method === "GET") {
      asked.push(request.url ?? "");
      answer(request, response);
      return;
    }
    const target = new URL(`http://127.0.0.1:${good.port}${request.url}`);
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      const { status, headers, body } = await forward(target, Buffer.concat(chunks));
      response.writeHead(status, headers).end(body);
    });
  });
  odd.listen(0, "127.0.0.1");
  await new Promise((resolve) => odd.once("listening", resolve));
  const { port } = odd.address() as AddressInfo;
  const folder = await mkdtemp(join(tmpdir(), "discovery-world-"));
  const module = join(folder, "module.yaml");
  const endpoint = (names: string, at: number) =>
    `kind: io.statefun.endpoints.v2/http\nspec:\n  functions: ${names}\n  urlPathTemplate: http://127.0.0.1:${at}/statefun\n`;
  await writeFile(module, `${endpoint("good/*", good.port)}---\n${endpoint("odd/*", port)}`);
  const logger = new RecordingLogger();
  const runtime = await StatefunRuntime.open({
    module,
    dir: false,
    ingress: { port: 0 },
    admin: { port: 0 },
    logger,
    ...options,
  });
  t.after(async () => {
    await runtime.close();
    odd.closeAllConnections();
    odd.close();
    await good.close();
    await rm(folder, { recursive: true });
  });
  const ask = async (url: string, init?: RequestInit) => {
    const response = await fetch(url, init);
    const text = await response.text();
    return { status: response.status, text, body: text === "" ? undefined : JSON.parse(text) };
  };
  return {
    logger,
    asked,
    runtime,
    /** The URL of the odd server, as warnings name it. */
    oddUrl: `http://127.0.0.1:${port}/statefun`,
    post: (path: string, body: unknown) =>
      ask(`${runtime.ingress?.url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    admin: (path: string) => ask(`${runtime.admin?.url}${path}`),
  };
}

async function forward(url: URL, body: Buffer) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: new Uint8Array(body),
  });
  return {
    status: response.status,
    headers: { "content-type": response.headers.get("content-type") ?? "" },
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/** A description with these types, of which the function odd/echo takes the first. */
export function description(types: readonly object[], more: object = {}) {
  const [first] = types as readonly { typename: string }[];
  const handlers =
    first === undefined ? [] : [{ method: "take", typename: first.typename, readOnly: false, beginsRun: false }];
  return {
    statefun: 1,
    functions: [{ function: "odd/echo", takesAll: false, handlers, states: [] }],
    types,
    messages: {},
    enums: {},
    ...more,
  };
}

export const jsonType = (typename: string, schema: unknown) => ({ typename, kind: "json", schema, message: null });

/** Answers with this JSON. */
export const telling =
  (value: unknown): Answer =>
  (_, response) =>
    void response.setHeader("content-type", "application/json").end(JSON.stringify(value));
