// The accounts of counters: of each key, which count was answered last, and which were since then.

export class Ledger {
  readonly #last = new Map<number, number>();
  readonly #since = new Map<number, number[]>();

  note(key: number, count: number): void {
    const counts = this.#since.get(key);
    if (counts === undefined) this.#since.set(key, [count]);
    else counts.push(count);
  }

  /** When nothing is on its way: throws unless each key's answers are the next counts, each of them once. */
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
