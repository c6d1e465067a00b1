// The outboxes of all egresses: those that functions may send to, and those that only hold records from before the start.

import type { EgressConsumer } from "./engine-api.js";
import { firstKeys } from "./key-scans.js";
import { kinds, parseEgressKey } from "./keys.js";
import { Outbox, type OutboxParts } from "./outbox.js";
import { escapeEgressNames } from "./recover.js";

export class Outboxes {
  readonly #parts: OutboxParts;
  readonly #outboxes = new Map<string, Outbox>();

  constructor(parts: OutboxParts) {
    this.#parts = parts;
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

  /**
   * Finds the records that were in the store before the start. The engine waits for their names and not for the promise
   * in the result, which resolves when all records are counted.
   */
  async open(): Promise<{ counted: Promise<unknown> }> {
    const { store, commit } = this.#parts.shared;
    await escapeEgressNames(store, commit);
    const counts: Promise<void>[] = [];
    for await (const key of firstKeys(store, kinds.outbox, 1)) {
      counts.push(this.#outbox(parseEgressKey(key).egress).restore());
      // When another read fails first, the opening has failed and nobody awaits the counts: a rejection would end the process.
      counts.at(-1)?.catch(() => {});
    }
    const counted = Promise.all(counts);
    counted.catch(() => {});
    return { counted };
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
