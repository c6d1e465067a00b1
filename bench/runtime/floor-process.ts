// The floors for durability, in a process of their own: see floor.ts.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FloorOrder, FloorResult, WalkOrder, WalkResult } from "./floor.ts";

export class FloorProcess {
  readonly #child: ChildProcess;

  constructor(dir: string) {
    this.#child = fork(fileURLToPath(new URL("floor.ts", import.meta.url)), [dir], { execArgv: ["--import", "tsx"] });
  }

  run(order: FloorOrder): Promise<FloorResult> {
    return this.#order(order);
  }

  walk(order: Omit<WalkOrder, "kind">): Promise<WalkResult> {
    return this.#order({ kind: "walk", ...order });
  }

  stop(): void {
    this.#child.kill();
  }

  #order<T>(order: FloorOrder | WalkOrder): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`the floor's process ended with ${code}`));
      this.#child.once("exit", ended);
      this.#child.once("message", (result: T) => {
        this.#child.off("exit", ended);
        resolve(result);
      });
      this.#child.send(order);
    });
  }
}
