// Prints the spans: tracing without a collector.

import { ConsoleSpanExporter } from "@opentelemetry/sdk-trace-base";
import { run } from "./tracing.js";

await run(new ConsoleSpanExporter());
