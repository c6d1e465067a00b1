// The sample with OTLP, from an HTTP request to what a collector receives.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { json as jsonOf } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const caller = { trace: "11111111111111111111111111111111", span: "2222222222222222" } as const;

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

/** The part of an ExportTraceServiceRequest that is read here. */
interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly scope: { readonly name: string }; readonly spans: readonly Span[] }[];
  }[];
}

test("the OTLP exporter of the sample posts the spans of a request, linked with the trace of its client", async (t) => {
  const requests: { readonly path: string | undefined; readonly body: ExportRequest }[] = [];
  const collector = createServer(async (request, response) => {
    requests.push({ path: request.url, body: (await jsonOf(request)) as ExportRequest });
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end("{}");
  });
  t.after(() => collector.close());
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const { port } = collector.address() as AddressInfo;
  const child = spawn(process.execPath, ["--import", "tsx", "samples/opentelemetry/otlp.ts"], {
    cwd: root,
    env: { ...process.env, PORT: "0", OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const url = /http:\S+/.exec(line)?.[0] ?? "";
  const called = await fetch(`${url}/call/example/orders/1`, {
    method: "POST",
    headers: { "content-type": "application/json", traceparent: `00-${caller.trace}-${caller.span}-01` },
    body: '"tea"',
  });
  assert.equal(called.status, 200);
  child.kill("SIGTERM");
  assert.deepEqual(await exited, [0, null]);

  assert.ok(requests.length > 0 && requests.every(({ path }) => path === "/v1/traces"));
  const scopes = requests.flatMap(({ body }) => body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans));
  assert.ok(scopes.every(({ scope }) => scope.name === "statefun-ts"));
  const spans = new Map(scopes.flatMap((scope) => scope.spans).map((span) => [span.name, span]));
  const [order, send, payment] = ["process example/orders", "send example/payments", "process example/payments"].map(
    (name) => spans.get(name),
  ) as [Span, Span, Span];
  assert.deepEqual([order.traceId, order.parentSpanId], [caller.trace, caller.span], "the client waits for the answer");
  assert.deepEqual([send.traceId, send.parentSpanId], [caller.trace, order.spanId]);
  assert.deepEqual(
    payment.links?.map(({ traceId, spanId }) => [traceId, spanId]),
    [[caller.trace, send.spanId]],
  );
  const attribute = (name: string) => order.attributes.find(({ key }) => key === name)?.value.stringValue;
  assert.deepEqual(
    [attribute("messaging.system"), attribute("messaging.destination.name"), attribute("statefun.address.id")],
    ["statefun", "example/orders", "1"],
  );
  assert.ok(spans.has("send example/reviews"), "the delayed message too");
});
