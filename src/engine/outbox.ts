// The records of one egress, from the transaction that wrote them until the egress's consumer has acknowledged them.

import { errorOf } from "../errors.js";
import { type Backoff, backoffMs } from "../model/backoff.js";
import { runtimeChannel } from "../model/diagnostics.js";
import type { Logger } from "../model/logger.js";
import { Backlog, type Memory } from "./backlog.js";
import type { Clock } from "./clock.js";
import { DurableQueue, pageBytes, type QueueStore } from "./durable-queue.js";
import type { EgressFailure } from "./egresses-api.js";
import type { EgressConsumer, EgressRecord } from "./engine-api.js";
import { egressKey, rangeEnd } from "./keys.js";
import type { EngineLimits } from "./limits.js";
import { decodeRecord, OutboxRecord } from "./message.js";
import type { Counters } from "./metrics.js";
import { isolated } from "./own-context.js";
import type { Packed } from "./packed.js";

const backoff: Backoff = { firstMs: 100, longestMs: 60_000 };

/** Each try to hand a record to its egress, when it has ended. */
const deliveries = runtimeChannel("statefun:egress");

function publish({ egress, id, value }: EgressRecord, begun: number, attempt: number, error: Error | undefined): void {
  if (!deliveries.hasSubscribers) return;
  deliveries.publish({ egress, id, value, attempt, duration: performance.now() - begun, error });
}

export interface OutboxParts {
  readonly shared: QueueStore;
  readonly memory: Memory;
  /** What waits for all egresses. */
  readonly records: Backlog;
  readonly limits: EngineLimits;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly logger: Logger;
}

export class Outbox {
  readonly egress: string;
  /** Whether functions may send to the egress. An outbox that only holds records from before the start is not declared. */
  declared = false;
  readonly #prefix: string;
  readonly #parts: OutboxParts;
  readonly #backlog: Backlog;
  readonly #queue: DurableQueue<OutboxRecord>;
  #consumer: EgressConsumer | undefined;
  /** The number of the last group after which records are handed out. */
  #awaitedGroup = 0;
  /** The records that the consumer has and has not acknowledged, the oldest first. */
  readonly #handed = new Set<OutboxRecord>();
  #failures = 0;
  #lastFailure: Omit<EgressFailure, "isOver"> | undefined;
  /** Whether a try has succeeded since the last failure. */
  #isOver = true;
  #loading = false;
  #closed = false;

  constructor(egress: string, parts: OutboxParts) {
    this.egress = egress;
    this.#prefix = egressKey(egress);
    this.#parts = parts;
    this.#backlog = new Backlog(parts.memory, parts.records);
    this.#queue = new DurableQueue(this.#prefix, parts.shared, this.#backlog, decodeRecord);
  }

  /** How many records are not acknowledged, whether they were handed out or not. */
  get length(): number {
    return this.#backlog.entries;
  }

  /** The key of the oldest record that is not acknowledged; undefined when there is none in memory. */
  get firstKey(): string | undefined {
    for (const { key } of this.#handed) return key;
    return this.#queue.loaded > 0 ? this.#queue.at(0).key : undefined;
  }

  /** What takes the records; undefined when nothing does. */
  get consumer(): EgressConsumer | undefined {
    return this.#consumer;
  }

  /** How many records the consumer has and has not acknowledged. */
  get handedOut(): number {
    return this.#handed.size;
  }

  /** About how many bytes wait. Records from before the start do not count. */
  get bytes(): number {
    return this.#backlog.bytes;
  }

  /** The last try that failed, without those that the consumer has repeated by itself. */
  get lastFailure(): EgressFailure | undefined {
    return this.#lastFailure && { ...this.#lastFailure, isOver: this.#isOver };
  }

  /** How many tries to hand a record out have failed, with those that the consumer has repeated by itself. */
  get failures(): number {
    return this.#failures + (this.#consumer?.failures ?? 0);
  }

  /** Whether more bytes of records wait than may. Then whoever sends records here takes nothing from outside. */
  get full(): boolean {
    return this.#backlog.bytes >= this.#parts.limits.egressBytes;
  }

  /** Finds the records that were in the store before the start. Resolves when they are counted. */
  async restore(): Promise<void> {
    this.#queue.findRest();
    this.#backlog.found(await this.#parts.shared.store.count({ from: this.#prefix, to: rangeEnd(this.#prefix) }));
  }

  /** Adds a record, as part of the open transaction. */
  push(value: Packed): void {
    const { shared, counters } = this.#parts;
    this.#queue.push(new OutboxRecord(value, shared.sequence.useLife()));
    counters.egressRecords += 1;
    const { commit } = shared;
    if (this.#awaitedGroup === commit.openGroup) return;
    this.#awaitedGroup = commit.openGroup;
    commit.onDurable((error) => error === undefined && this.#pump());
  }

  /** The id of a record: it names the record for its consumer. */
  idOf({ life, key }: OutboxRecord): string {
    return (life ?? this.#parts.shared.sequence.firstLife) + key.slice(this.#prefix.length);
  }

  attach(consumer: EgressConsumer): void {
    this.#consumer = consumer;
    this.#pump();
  }

  /** Hands out no more records. */
  close(): void {
    this.#closed = true;
  }

  /** Hands out durable records, as far as the consumer's window goes. */
  #pump(): void {
    const consumer = this.#consumer;
    if (consumer === undefined) return;
    const queue = this.#queue;
    while (!this.#closed && this.#handed.size < consumer.window && queue.loaded > 0) {
      if (queue.at(0).group > this.#parts.shared.commit.durableGroup) return;
      const record = queue.take();
      this.#handed.add(record);
      this.#hand(consumer, record, 1);
    }
    if (this.#closed || this.#loading || queue.loaded > 0 || queue.isEmpty) return;
    // Without room, the next acknowledgement comes back here: something of this egress is in memory.
    if (this.#backlog.hasRoom(pageBytes)) this.#load();
  }

  #hand(consumer: EgressConsumer, message: OutboxRecord, attempt: number): void {
    const { clock, counters, logger } = this.#parts;
    const record: EgressRecord = {
      id: this.idOf(message),
      egress: this.egress,
      value: message.value.unpack(),
    };
    const begun = performance.now();
    let received: Promise<void>;
    try {
      received = isolated(() => consumer.receive(record));
    } catch (thrown) {
      received = Promise.reject(thrown);
    }
    received.then(
      () => {
        publish(record, begun, attempt, undefined);
        this.#queue.done(message);
        counters.egressAcknowledged += 1;
        this.#isOver = true;
        this.#handed.delete(message);
        this.#pump();
      },
      (thrown) => {
        if (this.#closed) return;
        const error = errorOf(thrown);
        publish(record, begun, attempt, error);
        this.#failures += 1;
        this.#lastFailure = { at: clock.now(), message: error.message };
        this.#isOver = false;
        const waitMs = backoffMs(backoff, attempt);
        logger.warn(
          `The egress ${this.egress} did not take the record ${record.id}. It is handed out again in ${waitMs} ms. The cause: ${error.message}`,
          error,
          { egress: this.egress, attempt },
        );
        clock.after(waitMs, () => {
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
        // The store has logged the failed read.
        if (!this.#closed) this.#parts.clock.after(backoff.firstMs, () => this.#load());
      },
    );
  }
}
