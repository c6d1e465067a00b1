// A handler that waits for its own address, or for one that waits for it: refused by name, wherever the handler runs.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Context, Handles, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";
import { connect } from "statefun-ts/client";
import { serve } from "statefun-ts/node";
import { type RuntimeOptions, StatefunRuntime } from "statefun-ts/runtime";
import { Gate } from "../support/gate.ts";
import { RecordingLogger } from "../support/recording-logger.ts";

type Call = (typeName: string, id: string, text: string) => Promise<unknown>;

/** What a call came to: the code of its failure, or its answer. */
const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(String, (error: { code: string; message: string }) => `${error.code} ${error.message.split(":", 1)[0]}`);

/**
 * A function that calls along the path in its message and answers what came of that: "b c" at a calls b with "c". Between
 * there is another await, so that the handler goes on in another turn.
 */
function stepping(call: Call) {
  return async (path: string, context: Context) => {
    const [next, ...rest] = path.split(" ");
    if (!next) return "end";
    await new Promise(setImmediate);
    const own = `${context.address.id} `;
    return own + (await outcome(call("test/step", next, rest.join(" "))));
  };
}

const quiet = { dir: false, admin: false, logger: new RecordingLogger() } as const;

async function open(call: (runtime: () => StatefunRuntime) => Call, options: RuntimeOptions = {}) {
  let runtime: StatefunRuntime;
  const functions = new StatefulFunctions();
  functions.register("test/step", stepping(call(() => runtime)), { handles: [Types.string] });
  runtime = await StatefunRuntime.open({ functions, ...quiet, ingress: { port: 0 }, ...options });
  return runtime;
}

const byRuntime =
  (runtime: () => StatefunRuntime): Call =>
  async (typeName, id, text) =>
    (await runtime().call(typeName, id, text))?.as(Types.string);

const byClient =
  (runtime: () => StatefunRuntime): Call =>
  async (typeName, id, text) => {
    const client = connect(runtime().ingress?.url as string, { retries: 0 });
    return (await client.call(typeName, id, Types.string.pack(text)))?.as(Types.string);
  };

// This test comes first: it is about the first message of the process.
test("the first message of an async method is followed behind its awaits", async () => {
  @StatefulFunction("test/first")
  class First {
    @Handles(Types.string)
    async call(text: string, context: Context): Promise<string> {
      await new Promise(setImmediate);
      return outcome(runtime.call("test/first", context.address.id, text));
    }
  }
  await using runtime = await StatefunRuntime.open({
    functions: new StatefulFunctions(First),
    ...quiet,
    ingress: false,
  });
  const answer = await runtime.call("test/first", "a", "");
  assert.equal(answer?.as(Types.string), "CALL_CYCLE test/first/a → test/first/a");
});

for (const [how, call] of [
  ["by runtime.call", byRuntime],
  ["by the client", byClient],
] as const) {
  test(`in process, ${how}: a circle of any length is refused at once and names its addresses`, async () => {
    await using runtime = await open(call);
    const walk = async (id: string, path: string) => (await runtime.call("test/step", id, path))?.as(Types.string);
    assert.equal(await walk("a", "b c"), "a b end");
    assert.equal(await walk("a", "a"), "a CALL_CYCLE test/step/a → test/step/a");
    assert.equal(await walk("a", "b a"), "a b CALL_CYCLE test/step/b → test/step/a → test/step/b");
    assert.equal(await walk("a", "b c a"), "a b c CALL_CYCLE test/step/c → test/step/a → test/step/b → test/step/c");
    assert.equal(await walk("a", "b a"), "a b CALL_CYCLE test/step/b → test/step/a → test/step/b");
  });
}

test("a handler that lets the refusal through ends its own caller's call at once", async () => {
  const functions = new StatefulFunctions();
  const call = (_text: string, { address }: Context) => runtime.call(address.typeName, address.id, "");
  functions.register("test/circle", call, { handles: [Types.string] });
  await using runtime = await StatefunRuntime.open({ functions, ...quiet, ingress: false });
  await assert.rejects(runtime.call("test/circle", "a", ""), { code: "CALL_CYCLE" });
});

test("two handlers that call each other at the same time: one call is refused, and both are answered", async () => {
  await using runtime = await open(byRuntime);
  const answers = await Promise.all(
    [
      ["a", "b"],
      ["b", "a"],
    ].map(async ([id = "", path]) => (await runtime.call("test/step", id, path))?.as(Types.string)),
  );
  assert.equal(answers.filter((answer) => answer?.includes("CALL_CYCLE")).length, 1);
});

test("what a handler has started, and does not wait for, may call its address, also while it handles another message", async () => {
  const busy = new Gate();
  let later: Promise<unknown> | undefined;
  const functions = new StatefulFunctions();
  const handler = async (text: string) => {
    if (text === "start") later = busy.promise.then(() => outcome(call("the call")));
    if (text === "hold") {
      busy.open();
      await new Promise(setImmediate);
    }
    return text;
  };
  functions.register("test/f", handler, { handles: [Types.string] });
  await using runtime = await StatefunRuntime.open({ functions, ...quiet, ingress: false });
  const call = async (text: string) => (await runtime.call("test/f", "a", text))?.as(Types.string);
  assert.equal(await call("start"), "start");
  assert.equal(await call("hold"), "hold");
  assert.equal(await later, "the call");
});

test("functions that are served elsewhere: the circle is refused at the ingress", async () => {
  const folder = mkdtempSync(join(tmpdir(), "statefun-cycle-"));
  let runtime: StatefunRuntime;
  const functions = new StatefulFunctions();
  functions.register("test/step", stepping(byClient(() => runtime)), { handles: [Types.string] });
  const server = await serve(functions, { port: 0, logger: quiet.logger });
  const module = join(folder, "module.yaml");
  const url = `http://127.0.0.1:${server.port}/statefun`;
  writeFileSync(module, `kind: io.statefun.endpoints.v2/http\nspec:\n  functions: test/*\n  urlPathTemplate: ${url}\n`);
  runtime = await StatefunRuntime.open({ module, ...quiet, ingress: { port: 0 } });
  try {
    const walk = async (id: string, path: string) => (await runtime.call("test/step", id, path))?.as(Types.string);
    assert.equal(await walk("a", "a"), "a CALL_CYCLE test/step/a → test/step/a");
    assert.equal(await walk("a", "b c a"), "a b c CALL_CYCLE test/step/c → test/step/a → test/step/b → test/step/c");
    assert.equal(await walk("a", "b c"), "a b end");
  } finally {
    await runtime.close();
    await server.close();
    rmSync(folder, { recursive: true });
  }
});
