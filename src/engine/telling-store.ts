// A store whose failed reads are told: clients hear no more of one than that the log says why. A write that fails is
// trouble, which is told by the engine.

import { errorOf, oneLine } from "../errors.js";
import type { Logger } from "../model/logger.js";
import type { Entry, Range, Store, Write } from "../store/store.js";
import type { Clock } from "./clock.js";

/** Of many reads that fail one is told in this time. */
const quietMs = 60_000;

export class TellingStore implements Store {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(store: Store, clock: Clock, logger: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
  }

  get(key: string): Uint8Array | undefined {
    try {
      return this.#store.get(key);
    } catch (thrown) {
      throw this.#told(thrown);
    }
  }

  async entries(range: Range): Promise<Entry[]> {
    try {
      return await this.#store.entries(range);
    } catch (thrown) {
      throw this.#told(thrown);
    }
  }

  async keys(range: Range): Promise<string[]> {
    try {
      return await this.#store.keys(range);
    } catch (thrown) {
      throw this.#told(thrown);
    }
  }

  write(writes: Iterable<Write>): Promise<void> {
    return this.#store.write(writes);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #told(thrown: unknown): unknown {
    const now = this.#clock.now();
    if (now - this.#toldAt >= quietMs) {
      this.#toldAt = now;
      const error = errorOf(thrown);
      this.#logger.error(oneLine(`The store can't be read: ${error.message}`), error);
    }
    return thrown;
  }
}
