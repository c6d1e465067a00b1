// What an engine has under way. Everything that an engine waits for, besides its clock, is counted here: reads and writes of
// the store, turns of the event loop, handlers and consumers. Between two of them there are only resolved promises, which
// never outlast a turn of the event loop. So an engine has nothing to do when nothing is counted after a turn.

import type { NextTurn } from "../engine/next-turn.js";
import { clearTimeout, setImmediate, setTimeout } from "./own-timers.js";

/** How quiet is waited for. */
interface Quiet {
  /** Whether code of the user may still wait for something. */
  readonly leaveRunning: boolean;
  /** How many milliseconds of the machine's time nothing may end before `onStuck` is asked for an error. */
  readonly patienceMs: number;
  readonly onStuck: () => Error;
  /** Looks after each piece of work whether there is reason to wait no more, and throws it. */
  readonly check: () => void;
}

export class Work {
  /** How much is under way inside the engine. */
  #inside = 0;
  /** How much code of the user is under way: handlers and consumers that have returned a promise. */
  #running = 0;
  /** Whether the process has ended. */
  ended = false;
  /** How often something has begun or ended. */
  progress = 0;
  #onQuiet: (() => void)[] = [];

  /** Carries out the turns of the event loop for an engine. */
  readonly nextTurn: NextTurn = (run) => {
    this.#inside += 1;
    setImmediate(() => {
      if (this.ended) return;
      try {
        run();
      } finally {
        this.#inside -= 1;
        this.#changed();
      }
    });
  };

  /** Counts work of the engine. After {@link end}, the promise never settles. */
  async inside<T>(work: () => Promise<T>): Promise<T> {
    if (this.ended) return new Promise(() => {});
    this.#inside += 1;
    try {
      return await work();
    } finally {
      if (this.ended) await new Promise(() => {});
      this.#inside -= 1;
      this.#changed();
    }
  }

  /** Counts code of the user; returns what ends it, which may be called twice. */
  running(): () => void {
    this.#running += 1;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#running -= 1;
      this.#changed();
    };
  }

  /** Lets nothing go on: the process has ended. */
  end(): void {
    this.ended = true;
    this.#inside = 0;
    this.#running = 0;
    this.#changed();
  }

  /** Resolves when nothing is under way and nothing begins by itself. Rejects with what `onStuck` returns. */
  async quiet(how: Quiet): Promise<void> {
    const isQuiet = () => this.ended || (this.#inside === 0 && (how.leaveRunning || this.#running === 0));
    await turn();
    while (!isQuiet()) {
      await this.#change(how);
      how.check();
      await turn();
    }
  }

  #changed(): void {
    this.progress += 1;
    for (const resolve of this.#onQuiet.splice(0)) resolve();
  }

  /** Resolves at the next change. */
  #change({ patienceMs, onStuck }: Quiet): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(onStuck()), patienceMs);
      this.#onQuiet.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));
