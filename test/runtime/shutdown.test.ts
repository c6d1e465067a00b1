// Closing a runtime: who is told what, and that it ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Context, StatefulFunctions, Types } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";
import { rejectsCode, throwsCode } from "../support/expect-code.ts";
import { Gate } from "../support/gate.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { RecordingLogger } from "../support/recording-logger.ts";

/** Opens a runtime with an ingress, and calls a function over HTTP; resolves when its handler has begun. */
async function calling(handle: (context: Context) => unknown, options: { clock?: ManualClock } = {}) {
  const begun = new Gate();
  const functions = new StatefulFunctions().register("example/f", (_message, context) => {
    begun.open();
    return handle(context);
  });
  const runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    ingress: { port: 0 },
    admin: false,
    types: [Types.int],
    logger: new RecordingLogger(),
    ...options,
  });
  const answer = fetch(`${runtime.ingress?.url}/call/example/f/a?type=io.statefun.types/int`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "1",
  });
  await begun.promise;
  await new Promise(setImmediate);
  return { runtime, answer };
}

async function assertToldClosing(answer: Promise<Response>): Promise<void> {
  const response = await answer;
  const { code } = (await response.json()) as { code: string };
  assert.deepEqual([response.status, code], [503, "SHUTTING_DOWN"]);
}

test("a caller whom nobody will answer is told so at once, and closing does not wait for it", async () => {
  const { runtime, answer } = await calling((context) => context.deferReply());
  const before = performance.now();
  await Promise.all([runtime.close({ grace: { minutes: 1 } }), assertToldClosing(answer)]);
  assert.ok(performance.now() - before < 30_000, "not the whole grace");
});

test("closing ends under a clock that is moved by hand, and tells the caller of a handler that never ends", async () => {
  const { runtime, answer } = await calling(() => new Promise(() => {}), { clock: new ManualClock() });
  await Promise.all([runtime.close({ grace: 20 }), assertToldClosing(answer)]);
});

test("a handler that ends within the grace answers its caller", async () => {
  const gate = new Gate();
  const { runtime, answer } = await calling(async () => {
    await gate.promise;
    return Types.int.pack(7);
  });
  const closed = runtime.close({ grace: { minutes: 1 } });
  gate.open();
  assert.equal(await (await answer).json(), 7);
  await closed;
});

test("no egress is attached to a runtime that closes or is closed", async () => {
  const runtime = await StatefunRuntime.open({ dir: false, ingress: false, admin: false });
  const closed = runtime.close();
  throwsCode(() => runtime.egress("example/out", () => {}), "SHUTTING_DOWN");
  await closed;
  throwsCode(() => runtime.egress("example/out", () => {}), "SHUTTING_DOWN");
  await rejectsCode(runtime.send("example/f", "a", Types.int.pack(1)), "SHUTTING_DOWN");
});
