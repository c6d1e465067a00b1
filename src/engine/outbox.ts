// The records of one egress, from the transaction that wrote them until whoever takes them has acknowledged them.

import { errorOf } from "../errors.js";
import { type Backoff, backoffMs } from "../model/backoff.js";
import type { Generation } from "../model/invocation.js";
import type { Logger } from "../model/logger.js";
import { decodePacked } from "../wire/packed.js";
import type { Clock } from "./clock.js";
import { DurableQueue, type QueueStore } from "./durable-queue.js";
import type { EgressConsumer, EgressRecord, EngineMetrics } from "./engine-api.js";
import { kinds } from "./keys.js";
import { decodeMessage, Message } from "./message.js";

const backoff: Backoff = { firstMs: 100, longestMs: 60_000 };

export class Outbox {
  readonly egress: string;
  /** Whether functions may send to it; one that only has records from before the start is no longer there. */
  declared = false;
  readonly #prefix: string;
  readonly #shared: QueueStore;
  readonly #clock: Clock;
  readonly #metrics: EngineMetrics;
  readonly #logger: Logger;
  readonly #queue: DurableQueue<Message>;
  #consumer: EgressConsumer | undefined;
  /** The last group of which the end is waited for. */
  #awaited = 0;
  #unacknowledged = 0;
  #loading = false;
  #closed = false;

  constructor(egress: string, shared: QueueStore, clock: Clock, metrics: EngineMetrics, logger: Logger) {
    this.egress = egress;
    this.#prefix = `${kinds.outbox}${egress}\0`;
    this.#shared = shared;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#logger = logger;
    this.#queue = new DurableQueue(this.#prefix, shared, decodeMessage);
  }

  /** How many records wait to be handed out. */
  get length(): number {
    return this.#queue.length;
  }

  /** Says that there is a record in the store from before the start; they are told in order. */
  found(key: string): void {
    this.#queue.found(key);
    this.#metrics.outboxRecords += 1;
  }

  /** Adds a record, as part of the open transaction. */
  push(packed: Uint8Array, generation: Generation): void {
    this.#queue.push(new Message(undefined, packed, generation));
    this.#metrics.egressRecords += 1;
    this.#metrics.outboxRecords += 1;
    const { commit } = this.#shared;
    if (this.#awaited === commit.openGroup) return;
    this.#awaited = commit.openGroup;
    commit.afterDurable(() => this.#pump());
  }

  attach(consumer: EgressConsumer): void {
    this.#consumer = consumer;
    this.#pump();
  }

  /** Hands out no more records. */
  close(): void {
    this.#closed = true;
  }

  /** Hands out what is on disk, as far as the consumer's window goes. */
  #pump(): void {
    const consumer = this.#consumer;
    if (consumer === undefined) return;
    const queue = this.#queue;
    while (!this.#closed && this.#unacknowledged < consumer.window && queue.loaded > 0) {
      if (queue.at(0).group > this.#shared.commit.durableGroup) return;
      this.#unacknowledged += 1;
      this.#hand(consumer, queue.take(), 1);
    }
    if (queue.loaded === 0 && queue.length > 0 && !this.#loading) this.#load();
  }

  #hand(consumer: EgressConsumer, message: Message, attempt: number): void {
    const record: EgressRecord = {
      id: this.#shared.sequence.epoch + message.key.slice(this.#prefix.length),
      egress: this.egress,
      value: decodePacked(message.argument, message.generation),
    };
    let received: Promise<void>;
    try {
      received = consumer.receive(record);
    } catch (thrown) {
      received = Promise.reject(thrown);
    }
    received.then(
      () => {
        this.#shared.commit.consume(message.key);
        this.#metrics.egressAcknowledged += 1;
        this.#metrics.outboxRecords -= 1;
        this.#unacknowledged -= 1;
        this.#pump();
      },
      (thrown) => {
        if (this.#closed) return;
        const error = errorOf(thrown);
        this.#logger.warn(
          `The egress ${this.egress} did not take the record ${record.id}; it is tried again: ${error.message}`,
          error,
        );
        this.#clock.after(backoffMs(backoff, attempt), () => {
          if (!this.#closed) this.#hand(consumer, message, attempt + 1);
        });
      },
    );
  }

  #load(): void {
    this.#loading = true;
    this.#queue.load().then(
      () => {
        this.#loading = false;
        this.#pump();
      },
      () => {
        this.#clock.after(backoff.firstMs, () => this.#load());
      },
    );
  }
}
