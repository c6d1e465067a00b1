// Checks the answers of counters: for each key, the last count that was answered, and the counts since then.

export class Ledger {
  static readonly #all = new Map<string, Ledger>();
  readonly #last = new Map<number, number>();
  readonly #since = new Map<number, number[]>();

  /** Returns the ledger of this name, which lives as long as the process. */
  static of(name: string): Ledger {
    const ledger = Ledger.#all.get(name) ?? new Ledger();
    Ledger.#all.set(name, ledger);
    return ledger;
  }

  note(key: number, count: number): void {
    const counts = this.#since.get(key);
    if (counts === undefined) this.#since.set(key, [count]);
    else counts.push(count);
  }

  /** Call this when nothing is in flight. Throws unless the answers of each key are its next counts, each once. */
  settle(): void {
    for (const [key, counts] of this.#since) {
      counts.sort((a, b) => a - b);
      const last = this.#last.get(key) ?? 0;
      for (const [index, count] of counts.entries()) {
        if (count !== last + index + 1) throw new Error(`key ${key} answered ${count} after ${last + index}`);
      }
      this.#last.set(key, last + counts.length);
    }
    this.#since.clear();
  }
}
