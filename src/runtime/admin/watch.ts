// What is watched of a runtime while its admin server is open.

import { BatchRecorder } from "../../engine/batch-recorder.js";
import { type Clock, systemClock } from "../../engine/clock.js";
import type { EngineApi } from "../../engine/engine-api.js";
import type { Recording } from "../../engine/recording.js";
import { Traffic } from "../../engine/traffic.js";
import { History, type LoopMeter } from "./history.js";

export interface WatchOptions {
  /** Tells the time. Defaults to the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Measures for how long the event loop was held. Defaults to Node's own measurement. */
  readonly loop?: LoopMeter;
}

export class Watch {
  readonly recorder: BatchRecorder;
  readonly traffic = new Traffic();
  /** The streams of batches that are open. */
  readonly streams = new Set<{ close(): void }>();
  readonly clock: Clock;
  /** Since when messages are counted, in milliseconds since 1970. */
  readonly since: number;
  readonly #loop: LoopMeter | undefined;
  #history: History | undefined;

  constructor({ clock = systemClock, loop }: WatchOptions = {}) {
    this.recorder = new BatchRecorder(clock);
    this.clock = clock;
    this.since = clock.now();
    this.#loop = loop;
  }

  /** Begins to take columns of the numbers of an engine, whose recorder and traffic are those of the watch. */
  follow(engine: Pick<EngineApi, "metrics">): void {
    const loop = this.#loop;
    this.#history = new History({ engine, clock: this.clock, ...(loop === undefined ? {} : { loop }) });
  }

  get history(): History {
    if (this.#history === undefined) throw new Error("The watch follows no engine.");
    return this.#history;
  }

  /** How people name a recording. After a restart, an old name finds nothing: numbers begin anew. */
  nameOf({ number }: Recording): string {
    return `${this.since.toString(36)}.${number}`;
  }

  /** The number in a name that {@link nameOf} made; undefined for any other text. */
  numberOf(name: string): number | undefined {
    const [since, number = ""] = name.split(".", 2);
    return since === this.since.toString(36) && /^\d{1,15}$/.test(number) ? Number(number) : undefined;
  }

  /** Takes no more columns, and ends the streams. */
  close(): void {
    this.#history?.close();
    for (const stream of this.streams) stream.close();
  }
}
