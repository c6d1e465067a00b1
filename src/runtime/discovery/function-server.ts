// One function server, and what it has told of its functions.

import { describe, StatefunError } from "../../errors.js";
import { type RemoteFunctions, readDescription } from "./read-description.js";

/** How long what a server has told is used before the server is asked again. */
const freshMs = 1_000;
/** How long a server that tells nothing is left alone, at most. */
const longestRestMs = 60_000;
/** How long a request waits for the server when it told its functions before. */
const patienceMs = 500;

/** Asks a server, and resolves to the text of its answer. Rejects with ENDPOINT_UNREACHABLE and ENDPOINT_FAILED. */
export type AskServer = () => Promise<string>;

/** Asks one server again and again, but never twice at once. */
export class FunctionServer {
  readonly #ask: AskServer;
  readonly #now: () => number;
  #told: RemoteFunctions | undefined;
  #text: string | undefined;
  #failure: string | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #restMs = 0;
  #asking: Promise<void> | undefined;

  constructor(ask: AskServer, now: () => number) {
    this.#ask = ask;
    this.#now = now;
  }

  /** What the server told last; undefined when it has told nothing. */
  get told(): RemoteFunctions | undefined {
    return this.#told;
  }

  /** Why the server has told nothing; undefined when it has, or was not asked. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Resolves when what the server has told may be used; returns undefined when it may be used already. */
  ready(): Promise<void> | undefined {
    if (this.#told === undefined) return this.#isDue() ? this.ask() : this.#asking;
    return this.#isDue() ? within(patienceMs, this.ask()) : undefined;
  }

  /** Asks in the background, unless the server was asked a moment ago. */
  askSoon(): void {
    if (this.#isDue()) void this.ask();
  }

  /** Asks the server now. Never rejects. */
  ask(): Promise<void> {
    this.#asking ??= this.#take().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  #isDue(): boolean {
    return this.#now() - this.#askedAt >= this.#restMs;
  }

  async #take(): Promise<void> {
    this.#askedAt = this.#now();
    try {
      const text = await this.#ask();
      if (text !== this.#text) this.#told = await readDescription(text);
      this.#text = text;
      this.#failure = undefined;
      this.#restMs = freshMs;
    } catch (error) {
      this.#failure = describe(error);
      this.#restMs = Math.min(longestRestMs, Math.max(freshMs, 2 * this.#restMs));
      // A server that can't be reached comes back. One that answers anything else serves other functions now.
      if (error instanceof StatefunError && error.code === "ENDPOINT_UNREACHABLE") return;
      this.#told = undefined;
      this.#text = undefined;
    }
  }
}

/** Resolves with the promise, or after so many milliseconds. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
