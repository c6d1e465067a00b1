// Registers OpenTelemetry's SDK, and runs the functions on the embedded runtime. NodeSDK of @opentelemetry/sdk-node does the same first
// three steps in one.

import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { StatefunRuntime } from "statefun-ts/runtime";
import { functions } from "./functions.js";

/** Runs until SIGINT or SIGTERM, and then sends the last spans. */
export async function run(exporter: SpanExporter): Promise<void> {
  const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());

  const runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    // Takes the trace's context from requests of clients that are traced.
    ingress: { port: Number(process.env.PORT ?? 7070), metadataHeaders: ["traceparent", "tracestate"] },
    admin: false,
    egresses: { "example/mails": (mail) => console.log(mail) },
  });
  console.log(`Serving ${functions.typeNames.join(", ")} at ${runtime.ingress?.url}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, async () => {
      await runtime.close();
      await provider.shutdown();
    });
  }
}
