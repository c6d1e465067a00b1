// The outboxes of all egresses: those that functions may send to, and those that only hold records from before the start.

import type { EgressConsumer } from "./engine-api.js";
import { Outbox, type OutboxParts } from "./outbox.js";

export class Outboxes {
  readonly #parts: OutboxParts;
  readonly #outboxes = new Map<string, Outbox>();

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** How many records are not acknowledged. */
  get records(): number {
    return this.all().reduce((sum, { length, unacknowledged }) => sum + length + unacknowledged, 0);
  }

  /** The outbox that functions send records of this egress to; undefined when nobody has declared the egress. */
  declared(egress: string): Outbox | undefined {
    const outbox = this.#outboxes.get(egress);
    return outbox?.declared ? outbox : undefined;
  }

  all(): Outbox[] {
    return [...this.#outboxes.values()];
  }

  /** Lets functions send to an egress. Its records wait until a consumer is attached. */
  declare(egress: string): void {
    this.#outbox(egress).declared = true;
  }

  /** Declares an egress, and hands its records to the consumer. */
  attach(egress: string, consumer: EgressConsumer): void {
    this.declare(egress);
    this.#outbox(egress).attach(consumer);
  }

  /** Adds a record that was in the store before the start. Recovery names the records in the order of their keys. */
  restore(egress: string, key: string): void {
    this.#outbox(egress).restore(key);
  }

  /** Hands out no more records. */
  close(): void {
    for (const outbox of this.all()) outbox.close();
  }

  #outbox(egress: string): Outbox {
    let outbox = this.#outboxes.get(egress);
    if (outbox === undefined) {
      outbox = new Outbox(egress, this.#parts);
      this.#outboxes.set(egress, outbox);
    }
    return outbox;
  }
}
