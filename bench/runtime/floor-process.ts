// The floors for durability, in a process of their own: see floor.ts.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FloorOrder, FloorResult } from "./floor.ts";

export class FloorProcess {
  readonly #child: ChildProcess;

  constructor(dir: string) {
    this.#child = fork(fileURLToPath(new URL("floor.ts", import.meta.url)), [dir], { execArgv: ["--import", "tsx"] });
  }

  run(order: FloorOrder): Promise<FloorResult> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`the floor's process ended with ${code}`));
      this.#child.once("exit", ended);
      this.#child.once("message", (result: FloorResult) => {
        this.#child.off("exit", ended);
        resolve(result);
      });
      this.#child.send(order);
    });
  }

  stop(): void {
    this.#child.kill();
  }
}
