// The metrics, as OpenTelemetry's conventions for messaging name them.

import type { Attributes, MeterProvider } from "@opentelemetry/api";

/** The bounds, in seconds, that the conventions ask for. */
const seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export class Instruments {
  readonly #duration;
  readonly #consumed;
  readonly #sent;

  constructor(provider: MeterProvider) {
    const meter = provider.getMeter("statefun-ts");
    this.#duration = meter.createHistogram("messaging.process.duration", {
      description: "How long a message took in its function.",
      unit: "s",
      advice: { explicitBucketBoundaries: seconds },
    });
    this.#consumed = meter.createCounter("messaging.client.consumed.messages", {
      description: "The messages that were handed to functions, each try counted.",
      unit: "{message}",
    });
    this.#sent = meter.createCounter("messaging.client.sent.messages", {
      description: "The messages and records that functions sent, those of failed messages included.",
      unit: "{message}",
    });
  }

  processed(attributes: Attributes, elapsedMs: number): void {
    this.#duration.record(elapsedMs / 1000, attributes);
    this.#consumed.add(1, attributes);
  }

  sent(attributes: Attributes): void {
    this.#sent.add(1, attributes);
  }
}
