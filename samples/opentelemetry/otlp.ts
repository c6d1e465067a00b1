// Sends the spans by OTLP over HTTP: to a collector, to Jaeger, to Grafana Tempo. OTEL_EXPORTER_OTLP_ENDPOINT says where; without it the
// spans go to localhost:4318.

import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { run } from "./tracing.js";

await run(new OTLPTraceExporter());
