// The process of the load, which lives for the whole run.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { BatchOrder } from "./batch-load.ts";
import type { FloodOrder, FloodResult } from "./flood.ts";
import type { LoadOrder, Order } from "./load.ts";
import type { LoadResult } from "./percentiles.ts";

export class LoadProcess {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL("load.ts", import.meta.url)), {
    execArgv: ["--import", "tsx"],
  });

  load(order: LoadOrder): Promise<LoadResult> {
    return this.#run({ load: order });
  }

  batch(order: BatchOrder): Promise<LoadResult> {
    return this.#run({ batch: order });
  }

  flood(order: FloodOrder): Promise<FloodResult> {
    return this.#run({ flood: order });
  }

  stop(): void {
    this.#child.kill();
  }

  #run<T>(order: Order): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`the load process ended with ${code}`));
      this.#child.once("exit", ended);
      this.#child.once("message", ({ result, error }: { result?: T; error?: string }) => {
        this.#child.off("exit", ended);
        if (result === undefined) reject(new Error(error));
        else resolve(result);
      });
      this.#child.send(order);
    });
  }
}
