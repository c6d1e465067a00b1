// A store that logs its failed reads, because the errors that clients get only point to the log. Failed writes are logged
// by the engine, which tries them again.

import { errorOf, oneLine, StatefunError } from "../errors.js";
import type { Logger } from "../model/logger.js";
import type { Entry, Range, Store, Write } from "../store/store.js";
import type { Clock } from "./clock.js";

/** One failed read is logged in this time, however many fail. */
const quietMs = 60_000;

/** A read of the store that failed. Nothing else throws this type, so the engine knows its own failures by it. */
export class StoreFailure extends StatefunError {}

export class LoggingStore implements Store {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(store: Store, clock: Clock, logger: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
  }

  get(key: string): Uint8Array | undefined {
    try {
      return this.#store.get(key);
    } catch (thrown) {
      throw this.#logged(thrown);
    }
  }

  async entries(range: Range): Promise<Entry[]> {
    try {
      return await this.#store.entries(range);
    } catch (thrown) {
      throw this.#logged(thrown);
    }
  }

  async keys(range: Range): Promise<string[]> {
    try {
      return await this.#store.keys(range);
    } catch (thrown) {
      throw this.#logged(thrown);
    }
  }

  async count(range: Pick<Range, "from" | "to">): Promise<number> {
    try {
      return await this.#store.count(range);
    } catch (thrown) {
      throw this.#logged(thrown);
    }
  }

  write(writes: Iterable<Write>): Promise<void> {
    return this.#store.write(writes);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #logged(thrown: unknown): StoreFailure {
    const now = this.#clock.now();
    const error = errorOf(thrown);
    if (now - this.#loggedAt >= quietMs) {
      this.#loggedAt = now;
      this.#logger.error(oneLine(`The store can't be read: ${error.message}`), error);
    }
    const code = error instanceof StatefunError ? error.code : "STORE_FAILED";
    return new StoreFailure(code, error.message, { cause: error });
  }
}
