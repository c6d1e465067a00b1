// Reads mailboxes back from the store when their turn is near and there is room for what they hold.

import type { Clock } from "./clock.js";
import { pageBytes } from "./durable-queue.js";
import { Fifo } from "./fifo.js";
import type { KnownFunction } from "./function-table.js";
import type { Instance } from "./instance.js";
import type { ParkedAddresses } from "./parked-addresses.js";

interface ReaderParts {
  readonly parked: ParkedAddresses;
  readonly clock: Clock;
  /** How long to wait before a store that failed is read again. */
  readonly retryMs: number;
  /** Called with each address whose mailbox has been read. */
  readonly ready: (instance: Instance) => void;
  /** Called when others may read. */
  readonly roomFreed: () => void;
}

export class MailboxReader {
  readonly #parts: ReaderParts;
  /** The addresses that wait for room, in the order in which they came. */
  readonly #waiting = new Map<KnownFunction, Fifo<Instance>>();
  #stopped = false;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Reads the next messages of an address of this function, sooner or later. */
  read(instance: Instance, known: KnownFunction): void {
    instance.loading = true;
    const waiting = this.#waiting.get(known);
    if (waiting !== undefined) waiting.push(instance);
    else if (known.backlog.hasRoom(pageBytes)) this.#load(instance, known);
    else {
      const line = new Fifo<Instance>();
      line.push(instance);
      this.#waiting.set(known, line);
    }
  }

  /** Reads what there is room for now. */
  pump(): void {
    if (this.#waiting.size === 0) return;
    for (const [known, line] of this.#waiting) {
      while (line.length > 0 && known.backlog.hasRoom(pageBytes)) this.#load(line.shift(), known);
      if (line.length === 0) this.#waiting.delete(known);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #load(instance: Instance, known: KnownFunction): void {
    // The room is taken while the store is read, so that many reads at once do not take it together.
    known.backlog.load(pageBytes);
    this.#loadNow(instance).then(
      () => {
        known.backlog.load(-pageBytes);
        instance.loading = false;
        this.#parts.ready(instance);
        this.#parts.roomFreed();
      },
      () => {
        // The store has logged the failed read.
        known.backlog.load(-pageBytes);
        this.#parts.roomFreed();
        if (!this.#stopped) this.#parts.clock.after(this.#parts.retryMs, () => this.#load(instance, known));
      },
    );
  }

  async #loadNow(instance: Instance): Promise<void> {
    this.#parts.parked.recall(instance);
    if (instance.parking === undefined) await instance.mailbox.load();
  }
}
