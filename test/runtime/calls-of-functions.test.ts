// Functions that call functions, in this process and over HTTP: every way in which a call of a function ends.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  Address,
  type Context,
  Continuation,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
} from "statefun-ts";
import { serve } from "statefun-ts/node";
import { type RuntimeOptions, StatefunRuntime } from "statefun-ts/runtime";
import { RecordingLogger } from "../support/recording-logger.ts";

const Ends = json<string[]>("calls/ends");

@StatefulFunction("calls/callee", { onFailure: "deadLetter", retry: { attempts: 2, firstDelay: 10 } })
class Callee {
  @State("asker", Types.address) asker?: Address;

  @Handles(Types.string)
  async act(what: string, context: Context) {
    if (what === "refuse") throw new TerminalError("no", { code: "NO", details: { why: "because" }, status: 409 });
    if (what === "fail") throw new Error("the password is 1234");
    if (what === "defer") {
      this.asker = context.deferReply();
      context.send("calls/other", "o", "answer");
    }
    if (what === "defer no") {
      this.asker = context.deferReply();
      context.sendAfter(1, context.address, "answer no");
    }
    if (what === "silent") context.deferReply();
    if (what === "answer no" && this.asker)
      context.send(this.asker, new TerminalError("later no", { code: "LATER_NO" }));
    if (what === "give") context.send("calls/other", "o", Types.address.pack(this.asker as Address));
    return what === "value" ? { n: 1 } : undefined;
  }
}

@StatefulFunction("calls/other")
class Other {
  @Handles(Types.string)
  answer(_text: string, context: Context) {
    context.send("calls/callee", "c", "give");
  }

  @Handles(Types.address)
  to(asker: Address, context: Context) {
    context.send(asker, "from another function");
  }
}

@StatefulFunction("calls/caller")
class Caller {
  @State("ends", Ends) ends: string[] = [];
  @State("client", Types.address) client: Address | undefined;

  /** The answer is what the call came to. */
  @Handles(Types.string)
  ask(what: string, context: Context<Caller>) {
    this.client = context.deferReply<string>();
    const options = { then: "answered", failed: "failed" } as const;
    context.call(Callee, "c", what, what === "silent" ? { ...options, timeout: 50 } : options);
  }

  @Continuation()
  answered(answer: unknown, context: Context) {
    this.end(JSON.stringify(answer) ?? "undefined", context);
  }

  @Continuation()
  failed({ code, message, details, status }: TerminalError, context: Context) {
    assert.doesNotMatch(message, /1234/);
    this.end(`${code} ${status} ${JSON.stringify(details)}`, context);
  }

  private end(end: string, context: Context) {
    this.ends.push(end);
    if (this.client !== undefined) context.send(this.client, end);
    this.client = undefined;
  }

  @Handles(Types.bool)
  list(_question: boolean) {
    return Ends.pack(this.ends);
  }
}

const callee = Address.of("calls/callee", "c");
const functions = new StatefulFunctions(Caller, Callee, Other);

async function inProcess(options: RuntimeOptions) {
  const runtime = await StatefunRuntime.open({ functions, ...options });
  return { runtime, close: () => runtime.close() };
}

async function served(options: RuntimeOptions) {
  const folder = mkdtempSync(join(tmpdir(), "statefun-calls-"));
  const server = await serve(functions, { port: 0, logger: new RecordingLogger() });
  const url = `http://127.0.0.1:${server.port}/statefun`;
  const module = join(folder, "module.yaml");
  writeFileSync(
    module,
    `kind: io.statefun.endpoints.v2/http\nspec:\n  functions: calls/*\n  urlPathTemplate: ${url}\n`,
  );
  const policy = { retry: { attempts: 2, firstDelay: 10 }, onFailure: "deadLetter" } as const;
  const runtime = await StatefunRuntime.open({ module, functionOptions: { "calls/callee": policy }, ...options });
  const close = async () => {
    await runtime.close();
    await server.close();
    rmSync(folder, { recursive: true });
  };
  return { runtime, close };
}

const ends: Record<string, string> = {
  value: '{"n":1}',
  nothing: "undefined",
  refuse: 'NO 409 {"why":"because"}',
  fail: "HANDLER_FAILED 422 undefined",
  defer: '"from another function"',
  "defer no": "LATER_NO 422 undefined",
  silent: "ANSWER_TIMEOUT 422 undefined",
};

for (const [where, open] of [
  ["in process", inProcess],
  ["served over HTTP", served],
] as const) {
  describe(`functions ${where}`, () => {
    const withRuntime = async (work: (runtime: StatefunRuntime) => Promise<void>, options: RuntimeOptions = {}) => {
      const logger = new RecordingLogger();
      const { runtime, close } = await open({ dir: false, ingress: false, admin: false, logger, ...options });
      try {
        await work(runtime);
      } finally {
        await close();
      }
    };
    const ask = async (runtime: StatefunRuntime, what: string, idempotencyKey?: string) =>
      (await runtime.call("calls/caller", "a", what, idempotencyKey === undefined ? {} : { idempotencyKey }))?.as(
        Types.string,
      );

    test("learn how each of their calls has ended, once", () =>
      withRuntime(async (runtime) => {
        for (const [what, end] of Object.entries(ends)) assert.equal(await ask(runtime, what), end, what);
        const list = await runtime.call("calls/caller", "a", true);
        assert.deepEqual(list?.as(Ends), Object.values(ends));
      }));

    test("learn that their message was dropped by hand", () =>
      withRuntime(async (runtime) => {
        await runtime.engine.park(callee, "for repair");
        const asked = ask(runtime, "value");
        await untilWaiting(runtime, callee);
        await runtime.engine.drop(callee, "all");
        assert.equal(await asked, "ADDRESS_PARKED 422 undefined");
      }));

    test("get an answer after a restart of the runtime, and the client that waits too", async () => {
      const dir = mkdtempSync(join(tmpdir(), "statefun-calls-dir-"));
      try {
        await withRuntime(
          async (runtime) => {
            await runtime.engine.park(callee, "for repair");
            const asked = assert.rejects(ask(runtime, "value", "k"), { code: "SHUTTING_DOWN" });
            await untilWaiting(runtime, callee);
            await Promise.all([asked, runtime.close({ grace: 0 })]);
          },
          { dir },
        );
        await withRuntime(
          async (runtime) => {
            const asked = ask(runtime, "value", "k");
            await runtime.engine.retry(callee);
            assert.equal(await asked, ends.value);
          },
          { dir },
        );
      } finally {
        rmSync(dir, { recursive: true });
      }
    });
  });
}

/** Resolves when a message waits at the address. */
async function untilWaiting(runtime: StatefunRuntime, address: Address): Promise<void> {
  while ((await runtime.engine.inspect(address)).depth === 0) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
