// How a call ends, wherever the function runs: with an answer, without a value, later, or with the reason why there is none.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Address, type Context, json, StatefulFunctions, TerminalError, Types } from "statefun-ts";
import { connect } from "statefun-ts/client";
import { serve } from "statefun-ts/node";
import { type RuntimeOptions, StatefunRuntime } from "statefun-ts/runtime";
import type { EngineApi } from "../../src/engine/engine-api.js";
import { RecordingLogger } from "../support/recording-logger.ts";

const logger = new RecordingLogger();

const refusal = () => new TerminalError("no money", { code: "CARD_REFUSED", details: { missing: 5 }, status: 402 });

/** What each message makes the function do. */
function act(message: string, context: Context, state: { client: unknown }): unknown {
  switch (message) {
    case "nothing":
      return undefined;
    case "reply":
      context.reply("replied");
      return undefined;
    case "send":
      context.send(context.caller as NonNullable<Context["caller"]>, "sent");
      return undefined;
    case "send later":
      context.sendAfter(1, context.caller as NonNullable<Context["caller"]>, "sent later");
      return undefined;
    case "defer":
      state.client = context.deferReply<string>();
      context.send(context.address.typeName, context.address.id, "answer");
      return state.client;
    case "answer":
      context.send(state.client as NonNullable<Context["caller"]>, "deferred");
      return undefined;
    case "reply no":
      context.reply(refusal());
      return "not heard";
    case "defer no":
      state.client = context.deferReply<string>();
      context.send(context.address.typeName, context.address.id, "answer no");
      return state.client;
    case "answer no":
      context.send(state.client as NonNullable<Context["caller"]>, refusal());
      return undefined;
    case "refuse":
      context.sendEgress("test/out", "undone");
      throw refusal();
    case "unknown egress":
      context.sendEgress("test/unknown", "lost");
      return "sent";
    case "a date":
      return { when: new Date(0) };
    case "a packed date":
      return json("test/order").pack({ when: new Date(0) });
    default:
      throw new Error("a secret");
  }
}

const functions = new StatefulFunctions();
functions.register("test/f", act, { handles: [Types.string], state: { client: Types.address } });

const common = {
  dir: false,
  admin: false,
  ingress: { port: 0 },
  logger,
  egresses: {},
} as const satisfies RuntimeOptions;

async function inProcess(options: RuntimeOptions = {}) {
  const runtime = await StatefunRuntime.open({ functions, ...common, ...options });
  runtime.egress("test/out", () => assert.fail("the record of a refused message left"));
  return { runtime, close: () => runtime.close() };
}

async function served(options: RuntimeOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), "statefun-call-ends-"));
  const server = await serve(functions, { port: 0, logger });
  const url = `http://127.0.0.1:${server.port}/statefun`;
  const module = join(folder, "module.yaml");
  writeFileSync(module, `kind: io.statefun.endpoints.v2/http\nspec:\n  functions: test/*\n  urlPathTemplate: ${url}\n`);
  const runtime = await StatefunRuntime.open({ module, ...common, ...options });
  runtime.egress("test/out", () => assert.fail("the record of a refused message left"));
  const close = async () => {
    await runtime.close();
    await server.close();
    rmSync(folder, { recursive: true });
  };
  return { runtime, close };
}

for (const [where, open] of [
  ["in process", inProcess],
  ["served over HTTP", served],
] as const) {
  describe(`a function ${where}`, () => {
    /** Calls in both ways and checks that both come to the same. */
    async function both(message: string, check: (call: Promise<unknown>) => Promise<void>, options?: RuntimeOptions) {
      const { runtime, close } = await open(options);
      try {
        const client = connect(runtime.ingress?.url as string, { retries: 0 });
        let id = 0;
        const ways = {
          runtime: () => runtime.call("test/f", `${++id}`, message),
          client: () => client.call("test/f", `${++id}`, Types.string.pack(message)),
        };
        for (const way of Object.values(ways)) await check(way().then((answer) => answer?.as(Types.string)));
      } finally {
        await close();
      }
    }

    const comesTo = (message: string, expected: string | undefined) =>
      both(message, async (call) => assert.equal(await call, expected));

    const endsWith = (message: string, code: string, ...named: string[]) =>
      both(message, async (call) => {
        const error = await call.then(
          () => assert.fail("it was answered"),
          (thrown: { code: string; message: string }) => thrown,
        );
        assert.equal(error.code, code, error.message);
        for (const name of named) assert.ok(error.message.includes(name), error.message);
        assert.doesNotMatch(error.message, /secret/);
      });

    test("that ends without a value answers undefined", () => comesTo("nothing", undefined));
    test("that replies is not answered a second time", () => comesTo("reply", "replied"));
    test("that sends to its caller is not answered a second time", () => comesTo("send", "sent"));
    test("that sends to its caller after a delay answers then", () => comesTo("send later", "sent later"));
    test("that defers its reply answers when it sends to the address", () => comesTo("defer", "deferred"));

    const isRefused = (act: string) =>
      both(act, async (call) => {
        const thrown = await call.then(
          () => assert.fail("it was answered"),
          (thrown: unknown) => thrown,
        );
        assert.ok(thrown instanceof TerminalError);
        const { code, message, details, status } = thrown;
        assert.deepEqual([code, message, details, status], ["CARD_REFUSED", "no money", { missing: 5 }, 402]);
      });

    test("that refuses a message tells the caller at once, with code, details and status", () => isRefused("refuse"));
    test("that replies with a TerminalError tells the caller the same", () => isRefused("reply no"));
    test("that answers later with a TerminalError tells the caller the same", () => isRefused("defer no"));

    test("that answers with a TerminalError has the error in its line of many calls", async () => {
      const { runtime, close } = await open();
      try {
        const lines = ["reply no", "defer no"].map((value, id) =>
          JSON.stringify({ function: "test/f", id: `${id}`, type: Types.string.typename, value }),
        );
        const headers = { "content-type": "application/x-ndjson" };
        const init = { method: "POST", headers, body: lines.join("\n") };
        const answer = await (await fetch(`${runtime.ingress?.url}/calls`, init)).text();
        const ends = answer
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
        assert.deepEqual(
          ends.map(({ status, code, details, terminal }) => [status, code, details, terminal]),
          Array(2).fill([402, "CARD_REFUSED", { missing: 5 }, true]),
        );
      } finally {
        await close();
      }
    });

    test("that sends to an unknown egress tells the caller so", () => endsWith("unknown egress", "EGRESS_UNKNOWN"));
    test("whose answer can't be encoded tells the caller so", () => endsWith("a date", "VALUE_INVALID"));

    test("that packs what can't be encoded tells the caller so", () => endsWith("a packed date", "VALUE_INVALID"));

    test("that has no handler for the message tells the caller so", async () => {
      const { runtime, close } = await open();
      try {
        // In process, the runtime and its ingress refuse such a message before it is sent. The engine does not.
        const engine = runtime.engine as EngineApi;
        const called = engine.call(Address.of("test/f", "u"), Types.int.pack(5));
        await assert.rejects(called, { code: "MESSAGE_UNHANDLED" });
      } finally {
        await close();
      }
    });

    test("that fails otherwise ends the call when its address is parked, with the code and the address", () =>
      both(
        "fail",
        async (call) => {
          const error = await call.then(
            () => assert.fail("it was answered"),
            (thrown: { code: string; message: string }) => thrown,
          );
          assert.equal(error.code, "ADDRESS_PARKED");
          assert.match(error.message, /test\/f\/\d.*HANDLER_FAILED/);
          assert.doesNotMatch(error.message, /secret/);
        },
        { retry: { attempts: 1 } },
      ));

    test("is asked once under one idempotency key, however the call ended", async () => {
      const { runtime, close } = await open();
      try {
        for (const message of ["nothing", "refuse", "reply no", "defer no"]) {
          const before = runtime.engine.metrics.messagesDelivered;
          const call = () =>
            runtime.call("test/f", "k", message, { idempotencyKey: message }).then(String, ({ code }) => code);
          assert.deepEqual(
            [await call(), await call()],
            message === "nothing" ? ["undefined", "undefined"] : ["CARD_REFUSED", "CARD_REFUSED"],
          );
          assert.ok(runtime.engine.metrics.messagesDelivered - before <= (message === "defer no" ? 2 : 1));
        }
      } finally {
        await close();
      }
    });
  });
}

for (const outcome of ["an answer", "a failure"] as const)
  test(`${outcome} that comes later outlives a restart: a repeat under the same key gets it`, async () => {
    const dir = mkdtempSync(join(tmpdir(), "statefun-deferred-"));
    const deferring = new StatefulFunctions();
    const handle = (message: string, context: Context, state: { client: Address | undefined }) => {
      if (message === "ask") {
        state.client = context.deferReply<string>();
        return state.client;
      }
      if (state.client !== undefined) context.send(state.client, outcome === "an answer" ? message : refusal());
      return undefined;
    };
    deferring.register("test/f", handle, { handles: [Types.string], state: { client: Types.address } });
    const options: RuntimeOptions = { ...common, ingress: false, functions: deferring, dir };
    const ask = (runtime: StatefunRuntime) => runtime.call("test/f", "a", "ask", { idempotencyKey: "k" });
    try {
      const first = await StatefunRuntime.open(options);
      const cut = assert.rejects(ask(first), { code: "SHUTTING_DOWN" });
      await first.call("test/f", "other", "nobody asked");
      await Promise.all([cut, first.close({ grace: 0 })]);
      await using second = await StatefunRuntime.open(options);
      const ends = (asked: ReturnType<typeof ask>) =>
        asked.then(
          (value) => value?.as(Types.string),
          ({ code, status }: TerminalError) => `${code} ${status}`,
        );
      const expected = outcome === "an answer" ? "the answer" : "CARD_REFUSED 402";
      const asked = ends(ask(second));
      assert.equal(await second.call("test/f", "a", "the answer"), undefined);
      assert.equal(await asked, expected);
      assert.equal(await ends(ask(second)), expected);
      await second.close();
      await using third = await StatefunRuntime.open(options);
      assert.equal(await ends(ask(third)), expected);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
