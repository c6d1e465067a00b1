// One egress to several consumers: every record goes to each of them.

import type { EgressFailure } from "../../engine/egresses-api.js";
import type { EgressConsumer, EgressRecord } from "../../engine/engine-api.js";
import type { OpenEgress } from "./open-egress.js";

/**
 * Hands each record to all consumers. The record is acknowledged when all have taken it, so the slowest holds the others up. Each
 * repeats its own failures, and a record comes again to all of them only after a restart.
 */
export class SeveralEgresses implements OpenEgress {
  readonly kind = "several";
  readonly #consumers: readonly OpenEgress[];

  constructor(consumers: readonly OpenEgress[]) {
    this.#consumers = consumers;
  }

  get window(): number {
    return Math.min(...this.#consumers.map(({ window }) => window));
  }

  /** See EgressConsumer.target. */
  get target(): string {
    return this.#consumers.map(({ target, kind }) => target ?? kind).join(", ");
  }

  /** See EgressConsumer.failures. */
  get failures(): number {
    return this.#consumers.reduce((sum, { failures = 0 }) => sum + failures, 0);
  }

  /** See EgressConsumer.lastFailure: the last failure that goes on, otherwise the last one. */
  get lastFailure(): EgressFailure | undefined {
    const all = this.#consumers.flatMap(({ lastFailure }) => lastFailure ?? []);
    all.sort((one, other) => Number(one.isOver) - Number(other.isOver) || other.at - one.at);
    return all[0];
  }

  /** The newest record that one of them holds: the engine must not give its id to another record. */
  get lastId(): string | undefined {
    return this.#consumers
      .flatMap(({ lastId }) => lastId ?? [])
      .sort()
      .at(-1);
  }

  async receive(record: EgressRecord): Promise<void> {
    await Promise.all(this.#consumers.map((consumer: EgressConsumer) => consumer.receive(record)));
  }

  async close(graceMs?: number): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.close(graceMs)));
  }
}
