// What is watched of a runtime while its admin server is open.

import { type Clock, systemClock } from "../../engine/clock.js";
import type { EngineApi } from "../../engine/engine-api.js";
import { History, type LoopMeter } from "./history.js";

export interface WatchOptions {
  /** Tells the time. Defaults to the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Measures for how long the event loop was held. Defaults to Node's own measurement. */
  readonly loop?: LoopMeter;
}

export class Watch {
  readonly history: History;

  constructor(engine: EngineApi, { clock = systemClock, loop }: WatchOptions = {}) {
    this.history = new History({ engine, clock, ...(loop === undefined ? {} : { loop }) });
  }

  close(): void {
    this.history.close();
  }
}
