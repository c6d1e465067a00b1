// The process of the load, which lives for the whole run.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LoadOrder, LoadResult } from "./load.ts";

export class LoadProcess {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL("load.ts", import.meta.url)), {
    execArgv: ["--import", "tsx"],
  });

  run(order: LoadOrder): Promise<LoadResult> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`the load process ended with ${code}`));
      this.#child.once("exit", ended);
      this.#child.once("message", ({ result, error }: { result?: LoadResult; error?: string }) => {
        this.#child.off("exit", ended);
        if (result === undefined) reject(new Error(error));
        else resolve(result);
      });
      this.#child.send(order);
    });
  }

  stop(): void {
    this.#child.kill();
  }
}
