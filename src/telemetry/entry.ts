// The package's entry "statefun-ts/opentelemetry": spans and metrics for every message, and the trace's context in the metadata.

export { type OpenTelemetryOptions, openTelemetry } from "./open-telemetry.js";
