// One function server, and what it has told of its functions.

import { describe, StatefunError } from "../../errors.js";
import type { OnGivenUp } from "./described-types.js";
import { type RemoteFunctions, readDescription } from "./read-description.js";

/** How long what a server has told is used before the server is asked again. */
const freshMs = 1_000;
/** How long a server that tells nothing is left alone, at most. */
const longestRestMs = 60_000;
/** How long a request waits for the server when the server was asked before. */
const patienceMs = 500;

/** What a {@link FunctionServer} works with. */
export interface FunctionServerParts {
  /** Asks the server, and resolves to the text of its answer. Rejects with ENDPOINT_UNREACHABLE and ENDPOINT_FAILED. */
  ask(): Promise<string>;
  now(): number;
  /** Takes what the server has told, each time that it differs. */
  onTold(told: RemoteFunctions): void;
  /** Takes why the server has told nothing: once, until it tells something or fails in another way. */
  onFailure(failure: StatefunError): void;
  readonly onGivenUp: OnGivenUp;
}

/** Asks one server again and again, but never twice at once. */
export class FunctionServer {
  readonly #parts: FunctionServerParts;
  #told: RemoteFunctions | undefined;
  #text: string | undefined;
  #failure: StatefunError | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #restMs = 0;
  #asking: Promise<void> | undefined;
  /** Whether the server let the last question wait for nothing. A request does not wait for such a server. */
  #isSlow = false;

  constructor(parts: FunctionServerParts) {
    this.#parts = parts;
  }

  /** What the server told last; undefined when it has told nothing. */
  get told(): RemoteFunctions | undefined {
    return this.#told;
  }

  /** Why the server has told nothing; undefined when it has, or was not asked. */
  get failure(): string | undefined {
    return this.#failure?.message;
  }

  /** Resolves when what the server has told may be used; returns undefined when it may be used already. */
  ready(): Promise<void> | undefined {
    const asking = this.#isDue() ? this.ask() : this.#told === undefined ? this.#asking : undefined;
    if (asking === undefined || this.#isSlow) return undefined;
    const isFirst = this.#told === undefined && this.#failure === undefined;
    return isFirst ? asking : within(patienceMs, asking);
  }

  /** Asks in the background, unless the server was asked a moment ago. */
  askSoon(): void {
    if (this.#isDue()) void this.ask();
  }

  /** Asks the server now, and waits for a while. Never rejects. */
  askNow(): Promise<void> {
    return within(this.#isSlow ? 0 : patienceMs, this.ask());
  }

  /** Asks the server. Never rejects. */
  ask(): Promise<void> {
    this.#asking ??= this.#take().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  #isDue(): boolean {
    return this.#asking === undefined && this.#parts.now() - this.#askedAt >= this.#restMs;
  }

  async #take(): Promise<void> {
    const { ask, now, onTold, onGivenUp } = this.#parts;
    this.#askedAt = now();
    try {
      const text = await ask();
      if (text !== this.#text) {
        this.#told = await readDescription(text, onGivenUp);
        onTold(this.#told);
      }
      this.#text = text;
      this.#failure = undefined;
      this.#restMs = freshMs;
      this.#isSlow = false;
    } catch (thrown) {
      this.#fail(
        thrown instanceof StatefunError
          ? thrown
          : new StatefunError("ENDPOINT_FAILED", describe(thrown), { cause: thrown }),
      );
    }
  }

  #fail(failure: StatefunError): void {
    const isAway = failure.code === "ENDPOINT_UNREACHABLE";
    // A server that is away may start at any time. A question to it costs little when it fails at once.
    this.#isSlow = this.#parts.now() - this.#askedAt > patienceMs;
    this.#restMs = isAway && !this.#isSlow ? freshMs : Math.min(longestRestMs, Math.max(freshMs, 2 * this.#restMs));
    const isNew = this.#failure?.code !== failure.code;
    this.#failure = failure;
    // A server that can't be reached comes back. One that answers anything else serves other functions now.
    if (!isAway) {
      this.#told = undefined;
      this.#text = undefined;
    }
    if (isNew && this.#told === undefined) this.#parts.onFailure(failure);
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
