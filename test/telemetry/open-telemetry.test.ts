// Spans and metrics of messages, and the trace's context on its way, in the embedded runtime and over HTTP.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import {
  type Context,
  Handles,
  json,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "statefun-ts";
import { openTelemetry } from "statefun-ts/opentelemetry";
import { StatefunRuntime } from "statefun-ts/runtime";
import { invoke, TestRuntime } from "statefun-ts/testing";
import { Engine, primitive } from "../support/calls.js";
import { throwsCode } from "../support/expect-code.js";
import { ManualClock } from "../support/manual-clock.js";
import { idOf, linksOf, traced, traceOf } from "../support/tracing.js";

const outside = "00-11111111111111111111111111111111-2222222222222222-01";

/** A web server that takes the records of an egress. */
async function receiver() {
  let got = (_headers: Record<string, unknown>) => {};
  const headers = new Promise<Record<string, unknown>>((resolve) => {
    got = resolve;
  });
  const server = createServer((request, response) => {
    got(request.headers);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return { url, headers, close: () => new Promise((resolve) => server.close(resolve)) };
}

const handles = { handles: [Types.string] } as const;

test("the context of a trace goes from an HTTP request through three functions and a delay to a webhook", async () => {
  const functions = new StatefulFunctions()
    .register("test/a", (text, context) => context.send("test/b", "2", text), handles)
    .register("test/b", (text, context) => context.sendAfter({ hours: 1 }, "test/c", "3", text), handles)
    .register("test/c", (text, context) => context.sendEgress("test/hook", text), handles)
    .register("test/wait", (text) => text, handles);
  const seen = traced(functions);
  const hook = await receiver();
  const clock = new ManualClock();
  const options = { functions, dir: false, clock, admin: false, egresses: { "test/hook": { url: hook.url } } } as const;
  const metadataHeaders = ["traceparent", "tracestate"];
  await using runtime = await StatefunRuntime.open({ ...options, ingress: { port: 0, metadataHeaders } });
  const { status } = await fetch(`${runtime.ingress?.url}/send/test/a/1`, {
    method: "POST",
    headers: { "Content-Type": "application/json", traceparent: outside },
    body: '"hi"',
  });
  assert.ok(status < 300, String(status));
  await runtime.call("test/wait", "x", "wait");
  await clock.advance(3_600_000);
  const { traceparent } = await hook.headers;
  await runtime.close();
  await hook.close();

  const names = ["process test/a", "process test/b", "process test/c"];
  const [a, b, c] = names.map((name) => seen.span(name)) as [ReadableSpan, ReadableSpan, ReadableSpan];
  const [toB, toC, toHook] = ["send test/b", "send test/c", "send test/hook"].map((name) => seen.span(name)) as [
    ReadableSpan,
    ReadableSpan,
    ReadableSpan,
  ];
  assert.deepEqual([a, b, c].map(linksOf), [["2222222222222222"], [idOf(toB)], [idOf(toC)]]);
  assert.deepEqual(
    [toB, toC, toHook].map(({ parentSpanContext }) => parentSpanContext?.spanId),
    [a, b, c].map(idOf),
  );
  assert.equal(traceparent, `00-${traceOf(toHook)}-${idOf(toHook)}-01`);
  assert.deepEqual([a.kind, toB.kind], [SpanKind.CONSUMER, SpanKind.PRODUCER]);
  assert.deepEqual(
    [a, toB].map(({ attributes }) => [
      attributes["messaging.system"],
      attributes["messaging.operation.name"],
      attributes["messaging.operation.type"],
      attributes["messaging.destination.name"],
    ]),
    [
      ["statefun", "process", "process", "test/a"],
      ["statefun", "send", "send", "test/b"],
    ],
  );
});

test("the span of a call whose caller waits is a child of the caller's span", async () => {
  const functions = new StatefulFunctions().register("test/echo", (text) => text, handles);
  const seen = traced(functions);
  await using app = await TestRuntime.open({ functions });
  await app.call("test/echo", "1", "hi", { metadata: { traceparent: outside } });
  const span = seen.span("process test/echo");
  assert.deepEqual([traceOf(span), span.parentSpanContext?.spanId], [outside.slice(3, 35), "2222222222222222"]);
  assert.deepEqual(span.links, []);
  assert.equal(seen.spans().length, 1); // none for the answer
});

test("oneTrace makes all that a message causes one trace", async () => {
  const functions = new StatefulFunctions()
    .register("test/a", (text, context) => context.send("test/b", "2", text), handles)
    .register("test/b", () => {}, handles);
  const seen = traced(functions, { oneTrace: true });
  await using app = await TestRuntime.open({ functions });
  await app.send("test/a", "1", "hi", { metadata: { traceparent: outside } });
  await app.settle();
  assert.deepEqual(new Set(seen.spans().map(traceOf)), new Set([outside.slice(3, 35)]));
  assert.equal(seen.span("process test/b").parentSpanContext?.spanId, idOf(seen.span("send test/b")));
});

test("spans of the handler's own code are children of the message's span, also behind an await", async () => {
  const seen = traced(
    new StatefulFunctions().register(
      "test/f",
      async (text, context) => {
        await undefined;
        seen.tracer.startActiveSpan("own", (span) => {
          context.send("test/g", "1", text);
          span.end();
        });
      },
      handles,
    ),
  );
  await invoke("test/f", { functions: seen.functions, message: "hi" });
  const own = seen.span("own");
  assert.equal(own.parentSpanContext?.spanId, idOf(seen.span("process test/f")));
  assert.equal(seen.span("send test/g").parentSpanContext?.spanId, idOf(own));
});

test("a message with a trace of the handler's own keeps it, and one that is passed on gets the new one", async () => {
  const mine = outside.replaceAll("1", "3");
  const functions = new StatefulFunctions().register("test/f", (message, context) => {
    context.send("test/mine", "1", "hi", { metadata: { traceparent: mine } });
    context.send("test/passed", "1", message);
  });
  const seen = traced(functions);
  const { sent } = await invoke("test/f", { functions, message: "hi", metadata: { traceparent: outside } });
  const passed = seen.span("send test/passed");
  assert.deepEqual(
    sent.map(({ metadata }) => metadata?.traceparent),
    [mine, `00-${traceOf(passed)}-${idOf(passed)}-01`],
  );
});

test("a failure is in the span and in the metrics, by its code", async () => {
  const functions = new StatefulFunctions().register(
    "test/f",
    (text) => {
      if (text === "no") throw new TerminalError("refused", { code: "FORBIDDEN" });
      if (text === "broken") throw new TypeError("broken");
    },
    handles,
  );
  const seen = traced(functions);
  for (const message of ["yes", "no", "broken"]) await invoke("test/f", { functions, message });
  const ends = seen.spans().map(({ status, attributes }) => [status.code, attributes["error.type"]]);
  const { OK: _, UNSET, ERROR } = SpanStatusCode;
  assert.deepEqual(ends, [
    [UNSET, undefined],
    [ERROR, "FORBIDDEN"],
    [ERROR, "TypeError"],
  ]);
  const points = await seen.metric("messaging.process.duration");
  assert.deepEqual(
    points.map(({ attributes, value }) => [attributes["error.type"], (value as { count: number }).count]),
    [
      [undefined, 1],
      ["FORBIDDEN", 1],
      ["TypeError", 1],
    ],
  );
  for (const { attributes } of points) assert.equal(attributes["messaging.destination.name"], "test/f");
});

test("metrics count the messages that functions get and send, without ids", async () => {
  const functions = new StatefulFunctions().register(
    "test/f",
    (text, context) => {
      context.send("test/g", text, text);
      context.sendEgress("test/out", text);
    },
    handles,
  );
  const seen = traced(functions);
  for (const message of ["1", "2"]) await invoke("test/f", { functions, message });
  const points = await seen.metric("messaging.client.sent.messages");
  assert.deepEqual(
    points.map(({ attributes, value }) => [attributes["messaging.destination.name"], value]),
    [
      ["test/g", 2],
      ["test/out", 2],
    ],
  );
});

const Begin = json<string>("trace/begin");

@StatefulFunction("trace/flow")
class Flow {
  @Workflow(Begin)
  async run(_input: string, flow: WorkflowContext) {
    await flow.step("first", async () => 1);
    await flow.sleep({ minutes: 1 });
    await flow.step("second", (step) => step.send("trace/end", "1", "done"), { attempts: 1 });
  }
}

@StatefulFunction("trace/end")
class End {
  @Handles(Types.string)
  end(_text: string, _context: Context) {}
}

test("each pass of a workflow is a span with a link to the run's beginning, and its steps are spans within", async () => {
  const seen = traced(new StatefulFunctions(Flow, End));
  await using app = await TestRuntime.open({ functions: seen.functions });
  await app.send(Flow, "f", Begin.pack("x"), { metadata: { traceparent: outside } });
  await app.settle();
  await app.advance({ minutes: 1 });
  await app.settle();
  const passes = seen.spans().filter(({ name }) => name === "process trace/flow");
  assert.ok(passes.length >= 2);
  for (const pass of passes) assert.ok(linksOf(pass).includes("2222222222222222"), "it has no link to the beginning");
  assert.equal(new Set(passes.map(({ attributes }) => attributes["statefun.run.id"])).size, 1);
  const ids = new Set(passes.map(idOf));
  for (const name of ["step first", "step second"]) {
    assert.ok(ids.has(seen.span(name).parentSpanContext?.spanId ?? ""), name);
    assert.equal(seen.spans().filter((span) => span.name === name).length, 1);
  }
  assert.deepEqual(linksOf(seen.span("process trace/end")), [idOf(seen.span("send trace/end"))]);
});

test("over HTTP, the context of a message comes and goes with its bytes", async () => {
  const seen = traced(
    new StatefulFunctions().register("test/f", (text, context) => context.send("test/g", "1", text), handles),
  );
  const messages = [{ argument: primitive("v3", "string", "hi") }];
  const answer = await new Engine(seen.functions, "v3").bytes({ to: "test/f/1", messages });
  const send = seen.span("send test/g");
  assert.ok(Buffer.from(answer).includes(`00-${traceOf(send)}-${idOf(send)}-01`));
});

test("without an SDK everything goes on, and no message gets metadata", async () => {
  trace.disable();
  const functions = new StatefulFunctions()
    .register("test/f", (text, context) => context.send("test/g", "1", text), handles)
    .use(openTelemetry());
  const { sent } = await invoke("test/f", { functions, message: "hi" });
  assert.deepEqual(
    sent.map(({ metadata }) => metadata ?? {}),
    [{}],
  );
  throwsCode(() => openTelemetry({ oneTrace: 1 as never }), "OPTION_INVALID");
});

test("a failure that comes after the handler is in the span and in the metrics", async () => {
  const functions = new StatefulFunctions().register("test/f", () => Symbol("no value"), handles);
  const seen = traced(functions);
  await invoke("test/f", { functions, message: "hi", id: "a" }).catch(() => {});
  const { status, attributes } = seen.span("process test/f");
  assert.equal(status.code, SpanStatusCode.ERROR);
  const [measured] = await seen.metric("messaging.process.duration");
  assert.ok(measured?.attributes["error.type"] !== undefined);
  assert.equal(measured?.attributes["error.type"], attributes["error.type"]);
});
