// The channels of node:diagnostics_channel: what subscribers see of messages, batches, commits, requests and records.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import diagnostics from "node:diagnostics_channel";
import { test } from "node:test";
import { type InterceptedInvocation, StatefulFunctions, TerminalError, Types } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";
import { invoke } from "statefun-ts/testing";

interface MessageEvent {
  readonly invocation: InterceptedInvocation;
  readonly result?: unknown;
  readonly error?: unknown;
}

const phases = ["start", "end", "asyncStart", "asyncEnd", "error"] as const;

/** Runs code while the events of messages are noted. */
async function noting(code: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const subscribers = Object.fromEntries(
    phases.map((phase) => [
      phase,
      ({ invocation, result, error }: MessageEvent) => {
        seen.push(`${phase} ${invocation.address.id} ${result ?? (error as Error | undefined)?.message ?? ""}`.trim());
      },
    ]),
  );
  const channel = diagnostics.tracingChannel<unknown, MessageEvent>("statefun:message");
  channel.subscribe(subscribers as never);
  try {
    await code();
  } finally {
    channel.unsubscribe(subscribers as never);
  }
  return seen;
}

const handles = { handles: [Types.string] } as const;
const functions = new StatefulFunctions()
  .register("test/sync", (text) => text, handles)
  .register("test/async", async (text) => text, handles)
  .register(
    "test/fails",
    async () => {
      throw new TerminalError("no");
    },
    handles,
  );

test("the events of a message are those of a TracingChannel: synchronous, behind a promise, and failed", async () => {
  const tell = (name: string) => () => invoke(`test/${name}`, { functions, message: "hi", id: "a" });
  assert.deepEqual(await noting(tell("sync")), ["start a", "end a hi"]);
  assert.deepEqual(await noting(tell("async")), ["start a", "end a", "asyncStart a hi", "asyncEnd a hi"]);
  const failed = ["start a", "end a", "error a no", "asyncStart a no", "asyncEnd a no"];
  assert.deepEqual(await noting(tell("fails")), failed);
});

test("events stand round all interceptors, and a subscriber may give metadata to what is sent", async () => {
  const relay = new StatefulFunctions()
    .register("test/relay", (text, context) => context.send("test/end", "1", text), handles)
    .use(async (_invocation, next) => {
      await next();
      return "replaced";
    });
  const listen = ({ invocation }: MessageEvent) => invocation.onSend(() => ({ tracer: "1" }));
  const start = diagnostics.channel("tracing:statefun:message:start");
  const asTold = (event: unknown) => listen(event as MessageEvent);
  start.subscribe(asTold);
  try {
    const seen = await noting(async () => {
      const { sent } = await invoke("test/relay", { functions: relay, message: "hi", id: "a" });
      assert.deepEqual(sent[0]?.metadata, { tracer: "1" });
    });
    assert.equal(seen.at(-1), "asyncEnd a replaced");
  } finally {
    start.unsubscribe(asTold);
  }
});

test("a store that is bound to the start of messages is the handler's store", async () => {
  const storage = new AsyncLocalStorage<string>();
  const start = diagnostics.channel("tracing:statefun:message:start");
  const bound = new StatefulFunctions().register("test/f", () => storage.getStore(), handles);
  start.bindStore(storage, (event) => (event as MessageEvent).invocation.address.id);
  try {
    assert.equal((await invoke("test/f", { functions: bound, message: "hi", id: "a" })).answer, "a");
  } finally {
    start.unbindStore(storage);
  }
});

test("the embedded runtime publishes its batches, commits, requests and records", async () => {
  const seen: Record<string, any[]> = {};
  const names = ["batch", "commit", "ingress", "egress"];
  const subscribers = names.map((name) => {
    seen[name] = [];
    const subscriber = (event: unknown) => void seen[name]?.push(event);
    diagnostics.subscribe(`statefun:${name}`, subscriber);
    return () => diagnostics.unsubscribe(`statefun:${name}`, subscriber);
  });
  let took = () => {};
  const taken = new Promise<void>((resolve) => {
    took = resolve;
  });
  const out = new StatefulFunctions().register(
    "test/out",
    (text, context) => {
      context.sendEgress("test/out", text);
      return text;
    },
    handles,
  );
  const runtime = await StatefunRuntime.open({
    functions: out,
    dir: false,
    admin: false,
    ingress: { port: 0 },
    egresses: { "test/out": () => took() },
  });
  try {
    const { status } = await fetch(`${runtime.ingress?.url}/call/test/out/a`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: '"hi"',
    });
    assert.equal(status, 200);
    await taken;
  } finally {
    await runtime.close();
    for (const unsubscribe of subscribers) unsubscribe();
  }
  const [batch] = seen.batch ?? [];
  assert.deepEqual([String(batch.address), batch.messages, batch.ended, batch.error], ["test/out/a", 1, 1, undefined]);
  assert.ok(batch.duration >= 0);
  assert.ok((seen.commit ?? []).every(({ writes, bytes, duration }) => writes > 0 && bytes > 0 && duration >= 0));
  assert.ok((seen.commit ?? []).length > 0);
  assert.deepEqual(
    seen.ingress?.map(({ ingress, code }) => [ingress, code]),
    [["http", "OK"]],
  );
  const [record] = seen.egress ?? [];
  assert.deepEqual([record.egress, record.value.as(Types.string), record.attempt], ["test/out", "hi", 1]);
});
