// OpenTelemetry's SDK for tests: functions whose spans and metrics are kept in memory.

import assert from "node:assert/strict";
import { context, propagation } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import type { StatefulFunctions } from "statefun-ts";
import { type OpenTelemetryOptions, openTelemetry } from "statefun-ts/opentelemetry";

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());

/** Traces the functions, and keeps their spans and metrics in memory. */
export function traced(functions: StatefulFunctions, options: OpenTelemetryOptions = {}) {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const numbers = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const meterProvider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: numbers })] });
  functions.use(openTelemetry({ tracerProvider, meterProvider, ...options }));
  return {
    functions,
    tracer: tracerProvider.getTracer("test"),
    spans: () => exporter.getFinishedSpans(),
    /** The first span with this name that has ended. */
    span(name: string): ReadableSpan {
      const found = exporter.getFinishedSpans().find((span) => span.name === name);
      assert.ok(found, `there is no span ${name}`);
      return found;
    },
    /** The numbers of a metric with their attributes. */
    async metric(name: string) {
      await meterProvider.forceFlush();
      const all = numbers.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
      await meterProvider.shutdown();
      return all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
    },
  };
}

export const idOf = (span: ReadableSpan) => span.spanContext().spanId;
export const traceOf = (span: ReadableSpan) => span.spanContext().traceId;
export const linksOf = ({ links }: ReadableSpan) => links.map((link) => link.context.spanId);
