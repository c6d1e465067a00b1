// Streams the batches of a runtime while they happen, as server-sent events. A reader that is too slow misses some of them: nothing is
// queued for it beyond one event and what its connection holds.

import type { ServerResponse } from "node:http";
import type { BatchWatcher } from "../../engine/batch-recorder.js";
import type { Timer } from "../../engine/clock.js";
import type { Recording } from "../../engine/recording.js";
import type { Address } from "../../model/address.js";
import type { LiveBatches } from "./api/batches.js";
import type { BatchFilter } from "./batch-filter.js";
import { summaryOf } from "./batch-summary.js";
import type { Watch } from "./watch.js";

/** For how long batches are collected for one event. */
const eventMs = 100;
/** How many batches one event has. */
const mostBatches = 200;
/** How often a quiet stream says that it is there: proxies close connections that are quiet for a minute or less. */
const heartbeatMs = 15_000;

export class LiveStream implements BatchWatcher {
  readonly #watch: Watch;
  readonly #filter: BatchFilter;
  readonly #response: ServerResponse;
  #batches: Recording[] = [];
  #skipped = 0;
  /** Whether the connection is full: the reader is slower than the batches come. */
  #isFull = false;
  #event: Timer | undefined;
  #heartbeat: Timer | undefined;

  /** Begins the answer. It ends when the reader leaves, or with {@link close}. */
  constructor(watch: Watch, filter: BatchFilter, response: ServerResponse) {
    this.#watch = watch;
    this.#filter = filter;
    this.#response = response;
    const unwatch = watch.recorder.watch(this);
    watch.streams.add(this);
    response.on("close", () => {
      unwatch();
      watch.streams.delete(this);
      this.#event?.cancel();
      this.#heartbeat?.cancel();
    });
    response.writeHead(200, {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store",
      "X-Accel-Buffering": "no", // nginx would collect the events
    });
    this.#beat();
  }

  wants(address: Address): boolean {
    if (!this.#filter.ofAddress(address)) return false;
    if (this.#batches.length < mostBatches) return true;
    this.missed();
    return false;
  }

  missed(): void {
    this.#skipped += 1;
    this.#sendLater();
  }

  take(recording: Recording): void {
    if (!this.#filter.chooses(recording)) return;
    if (this.#batches.length < mostBatches) this.#batches.push(recording);
    else this.#skipped += 1;
    this.#sendLater();
  }

  close(): void {
    this.#response.end();
  }

  #sendLater(): void {
    this.#event ??= this.#watch.clock.after(eventMs, () => {
      this.#event = undefined;
      this.#send();
    });
  }

  #send(): void {
    const response = this.#response;
    if (response.writableEnded) return;
    const batches = this.#batches;
    this.#batches = [];
    if (response.writableNeedDrain) {
      this.#skipped += batches.length;
      if (this.#isFull) return;
      this.#isFull = true;
      response.once("drain", () => {
        this.#isFull = false;
        this.#sendLater();
      });
      return;
    }
    const data: LiveBatches = {
      batches: batches.map((recording) => summaryOf(this.#watch, recording)),
      skipped: this.#skipped,
    };
    this.#skipped = 0;
    response.write(`event: batches\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Writes a comment, which readers of events pass over. */
  #beat(): void {
    this.#heartbeat = this.#watch.clock.after(heartbeatMs, () => this.#beat());
    if (!this.#response.writableNeedDrain && !this.#response.writableEnded) this.#response.write(": here\n\n");
  }
}
