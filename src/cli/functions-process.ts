// The process of the functions that `statefun dev` runs, from its start to its end.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Failed, Ready, ToDev, ToFunctions } from "./dev-messages.js";
import { functionsDown } from "./functions-down.js";
import type { KeptPorts } from "./kept-ports.js";
import { print } from "./print.js";

/** How long requests and calls in flight may take to end. A message whose call takes longer is delivered again. */
const graceMs = 1_000;

/** How long a process may take to end. A process that takes longer is killed, which needs no repair. */
const killMs = 3_000;

/** One run of the functions. */
export class FunctionsProcess {
  readonly #process: ChildProcess;
  readonly #ports: KeptPorts;
  readonly #onReady: (ready: Ready) => void;
  readonly #onLocked: (() => void) | undefined;
  readonly #exited: Promise<void>;
  /** What the process has said about why the functions can't run. */
  #failure: Failed | undefined;
  #stopping = false;

  /** `onLocked` is called when another process has the data folder. Without it, the functions wait for the next change. */
  constructor(ports: KeptPorts, onReady: (ready: Ready) => void, onLocked?: () => void) {
    this.#ports = ports;
    this.#onReady = onReady;
    this.#onLocked = onLocked;
    const main = realpathSync(process.argv[1] as string);
    const child = join(dirname(main), `dev-child${extname(main)}`);
    this.#process = fork(child, process.argv.slice(2), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#process.on("message", (message: ToDev) => this.#take(message));
    this.#exited = new Promise((resolve) => {
      this.#process.once("error", () => resolve());
      this.#process.once("exit", (code, signal) => {
        resolve();
        if (!this.#stopping) void this.#down(`The functions ended with ${signal ?? code}.`);
      });
    });
  }

  /**
   * Ends the process once its calls have ended. With `answering`, it first answers the requests that it has: its runtime would
   * refuse those that it has not read yet.
   */
  async stop(answering: boolean): Promise<void> {
    this.#stopping = true;
    const limit = setTimeout(() => this.#process.kill("SIGKILL"), killMs);
    const deadline = performance.now() + graceMs;
    if (answering)
      await Promise.race([this.#ports.answered(), delay(graceMs, undefined, { ref: false }), this.#exited]);
    this.#tell({ stopWithinMs: Math.max(0, deadline - performance.now()) });
    await this.#exited;
    clearTimeout(limit);
  }

  #take(message: ToDev): void {
    if ("failed" in message) this.#failure = message;
    else if (this.#stopping) return;
    else if ("keep" in message) {
      const { asked } = message;
      this.#ports.keep(message.keep, message.forwardTo).then(
        (kept) => this.#tell({ asked, kept }),
        ({ code, message }: NodeJS.ErrnoException) => this.#tell({ asked, kept: { code, message } }),
      );
    } else {
      this.#ports.forward();
      this.#onReady(message);
    }
  }

  async #down(ending: string): Promise<void> {
    // Messages may come after the end. The last one says why.
    if (this.#process.connected) await once(this.#process, "disconnect");
    if (this.#stopping) return;
    if (this.#failure?.locked && this.#onLocked !== undefined) return this.#onLocked();
    print(`${ending} They start again when a source changes.`);
    this.#ports.refuse(functionsDown(this.#failure?.failed ?? ending));
  }

  /** Sends a message to the process, which may have ended at this very moment. */
  #tell(message: ToFunctions): void {
    if (this.#process.connected) this.#process.send(message, () => {});
  }
}
