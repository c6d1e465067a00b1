// A long list of the admin API, read page by page as somebody scrolls.

import { batch, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { ApiError, get } from "./api.js";
import { formatQuery, type Query } from "./route.js";

/** A page of a list: its items, and the `after` of the next page. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** The pages of a list that were read so far. */
export interface Pages<T> {
  readonly items: readonly T[];
  readonly error: ApiError | undefined;
  readonly loading: boolean;
  /** Whether the list's end was read. */
  readonly complete: boolean;
  /** Reads the next page, unless one is being read or there is none. */
  more(): void;
  /** Reads the list anew, from its first page. */
  reload(): void;
}

class Reader<Answer, T> implements Pages<T> {
  readonly #items = signal<readonly T[]>([]);
  readonly #error = signal<ApiError | undefined>(undefined);
  readonly #loading = signal(true);
  readonly #next = signal<string | null>(null);
  #url = "";
  #pageOf: (answer: Answer) => ListPage<T> = () => ({ items: [], next: null });
  #inFlight: AbortController | undefined;

  get items() {
    return this.#items.value;
  }

  get error() {
    return this.#error.value;
  }

  get loading() {
    return this.#loading.value;
  }

  get complete() {
    return this.#next.value === null && !this.#loading.value && this.#error.value === undefined;
  }

  start(url: string, pageOf: (answer: Answer) => ListPage<T>): void {
    this.#url = url;
    this.#pageOf = pageOf;
    this.reload();
  }

  stop(): void {
    this.#inFlight?.abort();
    this.#inFlight = undefined;
  }

  reload(): void {
    this.stop();
    void this.#read(undefined);
  }

  more(): void {
    if (this.#inFlight === undefined && this.#next.peek() !== null) void this.#read(this.#next.peek() as string);
  }

  async #read(after: string | undefined): Promise<void> {
    const asked = new AbortController();
    this.#inFlight = asked;
    this.#loading.value = true;
    try {
      const [path, query] = this.#url.split("?") as [string, string?];
      const all = {
        ...Object.fromEntries(new URLSearchParams(query ?? "")),
        ...(after === undefined ? {} : { after }),
      };
      const { items, next } = this.#pageOf(await get<Answer>(path, all, asked.signal));
      if (this.#inFlight !== asked) return;
      batch(() => {
        this.#items.value = after === undefined ? items : [...this.#items.peek(), ...items];
        this.#next.value = next;
        this.#error.value = undefined;
        this.#loading.value = false;
      });
    } catch (error) {
      if (this.#inFlight !== asked) return;
      batch(() => {
        this.#error.value = error instanceof ApiError ? error : new ApiError("PAGE_FAILED", 0, String(error));
        this.#loading.value = false;
      });
    }
    this.#inFlight = undefined;
  }
}

/** Reads the pages of a list; `pageOf` finds the items in an answer. Another path or query begins anew. */
export function usePages<Answer, T>(path: string, query: Query, pageOf: (answer: Answer) => ListPage<T>): Pages<T> {
  const reader = useMemo(() => new Reader<Answer, T>(), []);
  const url = `${path}${formatQuery(query)}`;
  useEffect(() => {
    reader.start(url, pageOf);
    return () => reader.stop();
  }, [reader, url]);
  return reader;
}
