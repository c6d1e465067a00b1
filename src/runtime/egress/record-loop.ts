// An egress whose records a program takes in a loop: `for await (const { value } of runtime.egress("shop/mails"))`.

import type { EgressConsumer, EgressRecord } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import type { FindType } from "../../types/value-json.js";
import { decodedRecord } from "./process-egress.js";

/** A record that a loop takes. */
export interface TakenRecord {
  /** The value, as an {@link EgressHandler} gets it. */
  readonly value: any;
  readonly record: EgressRecord;
}

interface Held {
  readonly record: EgressRecord;
  acknowledge(): void;
  refuse(error: StatefunError): void;
}

/**
 * Hands records to loops, one after the other. A record is acknowledged when its loop asks for the next one. When the loop ends before,
 * by a break or an error, the record comes again to the next loop, or after a restart.
 */
export class RecordLoop implements EgressConsumer, AsyncIterable<TakenRecord> {
  readonly kind = "function";
  readonly window = 1;
  readonly #egress: string;
  readonly #find: FindType;
  #held: Held | undefined;
  #isTaken = false;
  #closed = false;
  /** Lets the loop that waits look again. */
  #wake = () => {};

  constructor(egress: string, find: FindType) {
    this.#egress = egress;
    this.#find = find;
  }

  receive(record: EgressRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) reject(this.#closingError());
      this.#held = { record, acknowledge: resolve, refuse: reject };
      this.#wake();
    });
  }

  /** Begins a loop. Throws OPTION_INVALID while another one goes on. */
  [Symbol.asyncIterator](): AsyncIterator<TakenRecord, undefined> {
    if (this.#isTaken) {
      throw new StatefunError(
        "OPTION_INVALID",
        `A loop takes the records of ${this.#egress} already. End it first, or let one loop hand the records on.`,
      );
    }
    this.#isTaken = true;
    let taken: Held | undefined;
    const end = () => {
      this.#isTaken = false;
      this.#wake();
      return { done: true, value: undefined } as const;
    };
    return {
      next: async () => {
        if (taken !== undefined) {
          this.#held = undefined;
          taken.acknowledge();
          taken = undefined;
        }
        while (this.#held === undefined && !this.#closed) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        if (this.#held === undefined || this.#closed) return end();
        taken = this.#held;
        const { record } = taken;
        return { done: false, value: { value: decodedRecord(record.value, this.#find), record } };
      },
      return: async () => end(),
    };
  }

  /** Ends the loop. The record that it has not acknowledged stays in the outbox. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#held?.refuse(this.#closingError());
    this.#wake();
  }

  #closingError(): StatefunError {
    return new StatefunError(
      "SHUTTING_DOWN",
      `The loop over ${this.#egress} is closed; its records stay in the outbox.`,
    );
  }
}
