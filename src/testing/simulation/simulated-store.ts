// The disk of a run. It holds each commit until the run lets it through, refuses it, or crashes over it.

import { StatefunError } from "../../errors.js";
import { MemoryStore } from "../../store/memory-store.js";
import type { Entry, Range, Store, Write } from "../../store/store.js";

/** A commit on its way to the disk. */
interface HeldCommit {
  readonly writes: readonly Write[];
  resolve(): void;
  reject(error: StatefunError): void;
}

const never = () => new Promise<never>(() => {});

/** What is on the disk, over all lives of the engine. */
export class SimulatedDisk {
  readonly #memory = new MemoryStore();
  readonly #onCommit: (writes: readonly Write[]) => void;
  #held: HeldCommit[] = [];
  #store: LifeStore | undefined;
  /** Whether commits go through as they come: while an engine opens, nobody works yet. */
  open = false;

  /** `onCommit` is called with every commit that is on the disk. */
  constructor(onCommit: (writes: readonly Write[]) => void) {
    this.#onCommit = onCommit;
  }

  /** The commit that waits. */
  get held(): boolean {
    return this.#held.length > 0;
  }

  /** The store of a new engine. What earlier engines still want to write is lost. */
  begin(): Store {
    this.#store?.end();
    this.#held = [];
    this.#store = new LifeStore(this.#memory, (commit) => {
      this.#held.push(commit);
      if (this.open) this.commit();
    });
    return this.#store;
  }

  /** Puts the oldest waiting commit on the disk, and tells the engine unless it dies before it is told. */
  commit({ told = true } = {}): void {
    const held = this.#held.shift() as HeldCommit;
    void this.#memory.write(held.writes); // shows at once
    this.#onCommit(held.writes);
    if (told) held.resolve();
  }

  /** Refuses the oldest waiting commit. */
  refuse(): void {
    const held = this.#held.shift() as HeldCommit;
    held.reject(new StatefunError("STORE_FULL", "The disk is full, as the simulation wants it."));
  }
}

/** The disk as one engine sees it. */
class LifeStore implements Store {
  readonly #memory: MemoryStore;
  readonly #hold: (commit: HeldCommit) => void;
  #ended = false;

  constructor(memory: MemoryStore, hold: (commit: HeldCommit) => void) {
    this.#memory = memory;
    this.#hold = hold;
  }

  /** Lets the engine see nothing that happens after its death. */
  end(): void {
    this.#ended = true;
  }

  get(key: string): Uint8Array | undefined {
    return this.#memory.get(key);
  }

  write(writes: Iterable<Write>): Promise<void> {
    if (this.#ended) return never();
    return new Promise((resolve, reject) => this.#hold({ writes: [...writes], resolve, reject }));
  }

  entries(range: Range): Promise<Entry[]> {
    return this.#ended ? never() : this.#memory.entries(range);
  }

  keys(range: Range): Promise<string[]> {
    return this.#ended ? never() : this.#memory.keys(range);
  }

  count(range: Pick<Range, "from" | "to">): Promise<number> {
    return this.#ended ? never() : this.#memory.count(range);
  }

  async close(): Promise<void> {
    this.#ended = true;
  }
}
