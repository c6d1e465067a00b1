// The backups that a runtime makes: closing the runtime cuts them off.

import { StatefunError } from "../errors.js";
import type { Backup } from "../store/backup.js";
import type { CopiedStore } from "../store/store.js";

export class Backups {
  readonly #store: CopiedStore;
  readonly #dir: string | undefined;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<Backup>>();

  /** `dir` is the folder of the store, if it has one. */
  constructor(store: CopiedStore, dir: string | undefined) {
    this.#store = store;
    this.#dir = dir;
  }

  /** Copies the store into a folder; see StatefunRuntime.backup. */
  async make(folder: string): Promise<Backup> {
    const { backUp } = await import("../store/backup.js");
    const running = backUp(this.#store, folder, { own: this.#dir, signal: this.#closing.signal });
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Ends every backup with SHUTTING_DOWN, and resolves when nothing is left of those that were not whole. */
  async close(): Promise<void> {
    const message =
      "The runtime has closed before the backup was whole. Make the backup again when the runtime is back.";
    this.#closing.abort(new StatefunError("SHUTTING_DOWN", message));
    await Promise.allSettled(this.#running);
  }
}
