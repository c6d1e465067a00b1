// The batches that a page shows while they happen. The newest stand first; somebody who reads holds them still.

import { batch, computed, signal } from "@preact/signals";
import type { BatchList, BatchSummary, LiveBatches } from "../../../src/runtime/admin/api/batches.js";
import { ApiError, get } from "../../app/api.js";
import { readEvents } from "../../app/read-events.js";
import type { Query } from "../../app/route.js";

const mostRows = 2000;
const firstRows = 200;
const againMs = 2000;
/** The rate is that of the last seconds. */
const rateSeconds = 3;

export class Feed {
  /** The batches, the newest first. */
  readonly rows = signal<readonly BatchSummary[]>([]);
  /** How many batches have come while the rows were held. */
  readonly held = signal(0);
  /** Whether the rows stay as they are. */
  readonly holding = signal(false);
  readonly connected = signal(false);
  readonly error = signal<ApiError | undefined>(undefined);
  /** Batches per second, those that were skipped too. */
  readonly rate = computed(() => this.#ticks.value.reduce((sum, each) => sum + each, 0) / rateSeconds);
  readonly #ticks = signal<readonly number[]>([]);
  #waiting: BatchSummary[] = [];
  #counted = 0;
  #query: Query = {};
  #open: AbortController | undefined;
  #timers: ReturnType<typeof setInterval>[] = [];

  start(query: Query): void {
    this.stop();
    this.#query = query;
    batch(() => {
      this.rows.value = [];
      this.error.value = undefined;
      this.#forgetHeld();
    });
    this.#timers = [setInterval(() => this.#tick(), 1000)];
    document.addEventListener("visibilitychange", this.#seen);
    void this.#follow();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.#seen);
    for (const timer of this.#timers) clearInterval(timer);
    this.#open?.abort();
    this.#open = undefined;
    this.connected.value = false;
  }

  /** Holds the rows still, or lets them go on, with those that have come meanwhile. */
  hold(holding: boolean): void {
    if (holding === this.holding.peek()) return;
    batch(() => {
      this.holding.value = holding;
      if (!holding) {
        const came = this.#waiting;
        this.#forgetHeld();
        this.#add(came);
      }
    });
  }

  readonly #seen = () => {
    if (document.hidden) {
      this.#open?.abort();
      this.#open = undefined;
      this.connected.value = false;
    } else if (this.#open === undefined) void this.#follow();
  };

  async #follow(): Promise<void> {
    const open = new AbortController();
    this.#open = open;
    try {
      const { batches } = await get<BatchList>("batches", { ...this.#query, limit: firstRows }, open.signal);
      this.#take(batches.toReversed());
      const events = readEvents("live", this.#query, open.signal);
      batch(() => {
        this.connected.value = true;
        this.error.value = undefined;
      });
      for await (const { name, data } of events) {
        if (open.signal.aborted) return;
        if (name !== "batches") continue;
        const { batches, skipped } = JSON.parse(data) as LiveBatches;
        this.#counted += batches.length + skipped;
        this.#take(batches);
      }
    } catch (thrown) {
      if (open.signal.aborted) return;
      this.error.value = thrown instanceof ApiError ? thrown : new ApiError("PAGE_FAILED", 0, String(thrown));
    }
    if (open.signal.aborted) return;
    this.connected.value = false;
    const timer = setTimeout(() => {
      if (this.#open === open) void this.#follow();
    }, againMs);
    open.signal.addEventListener("abort", () => clearTimeout(timer));
  }

  /** Takes batches in their order, the oldest first. One that is there already comes twice after a new connection. */
  #take(batches: readonly BatchSummary[]): void {
    if (this.holding.peek()) {
      this.#waiting = [...this.#waiting, ...batches].slice(-mostRows);
      this.held.value += batches.length;
    } else this.#add(batches);
  }

  #add(batches: readonly BatchSummary[]): void {
    const known = new Set(this.rows.peek().map((each) => each.batch));
    const added = batches.filter((each) => !known.has(each.batch)).toReversed();
    if (added.length > 0) this.rows.value = [...added, ...this.rows.peek()].slice(0, mostRows);
  }

  #forgetHeld(): void {
    this.#waiting = [];
    this.held.value = 0;
  }

  #tick(): void {
    const counted = this.#counted;
    this.#counted = 0;
    if (counted > 0 || this.rate.peek() > 0) this.#ticks.value = [...this.#ticks.peek(), counted].slice(-rateSeconds);
  }
}
