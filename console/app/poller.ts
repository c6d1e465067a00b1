// Reads a path of the admin API again and again while somebody looks at it.

import { batch, signal } from "@preact/signals";
import { ApiError, get } from "./api.js";

const longestPauseMs = 30_000;

/** What a poller has read. The parts are signals' values: a component that reads one is drawn again when it changes. */
export interface Polled<T> {
  /** The newest answer; undefined before the first. It stays while a later request fails. */
  readonly data: T | undefined;
  /** Why the newest request failed; undefined when it succeeded. */
  readonly error: ApiError | undefined;
  /** Whether the first answer to this URL has not come yet. */
  readonly loading: boolean;
  /** Asks now. */
  reload(): void;
}

/**
 * Asks a URL at a pace, one request at a time. Hidden pages ask nothing. After a failure the pause doubles, up to half a minute.
 */
export class Poller<T> implements Polled<T> {
  readonly #data = signal<T | undefined>(undefined);
  readonly #error = signal<ApiError | undefined>(undefined);
  readonly #loading = signal(true);
  #url: string | undefined;
  #everyMs = 0;
  #pauseMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #inFlight: AbortController | undefined;

  get data(): T | undefined {
    return this.#data.value;
  }

  get error(): ApiError | undefined {
    return this.#error.value;
  }

  get loading(): boolean {
    return this.#loading.value;
  }

  /**
   * Begins with a URL; `everyMs` of 0 asks once. What was read of another path is forgotten; what was read of the same path
   * with another query stays until the first answer.
   */
  start(url: string, everyMs: number): void {
    this.stop();
    const samePath = this.#url?.split("?", 1)[0] === url.split("?", 1)[0];
    batch(() => {
      if (!samePath) this.#data.value = undefined;
      this.#error.value = undefined;
      this.#loading.value = true;
    });
    this.#url = url;
    this.#everyMs = everyMs;
    this.#pauseMs = everyMs;
    document.addEventListener("visibilitychange", this.#seen);
    void this.#ask();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.#seen);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#inFlight?.abort();
    this.#inFlight = undefined;
  }

  reload(): void {
    if (this.#url === undefined) return;
    clearTimeout(this.#timer);
    this.#inFlight?.abort();
    void this.#ask();
  }

  readonly #seen = () => {
    if (!document.hidden && this.#inFlight === undefined && this.#everyMs > 0) this.reload();
  };

  async #ask(): Promise<void> {
    const asked = new AbortController();
    this.#inFlight = asked;
    try {
      const data = await get<T>(this.#url as string, undefined, asked.signal);
      if (this.#inFlight !== asked) return;
      this.#pauseMs = this.#everyMs;
      batch(() => {
        this.#data.value = data;
        this.#error.value = undefined;
        this.#loading.value = false;
      });
    } catch (error) {
      if (this.#inFlight !== asked) return;
      this.#pauseMs = Math.min(this.#pauseMs * 2, Math.max(longestPauseMs, this.#everyMs));
      batch(() => {
        this.#error.value = error instanceof ApiError ? error : new ApiError("PAGE_FAILED", 0, String(error));
        this.#loading.value = false;
      });
    }
    this.#inFlight = undefined;
    if (this.#everyMs > 0 && !document.hidden) this.#timer = setTimeout(() => void this.#ask(), this.#pauseMs);
  }
}
