// Functions in a process of their own, which can be killed and started again on the same port.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("function-server-main.ts", import.meta.url));

export class FunctionServer {
  /** How many messages were handled, with those that came again. */
  handled = 0;
  /** The failures, and the lines on stderr. */
  readonly complaints: string[] = [];
  readonly #functions: string;
  #port = 0;
  #child: ChildProcess | undefined;
  readonly #waiting = new Set<() => void>();

  /** `functions` is the file, seen from this folder, that exports the functions. */
  constructor(functions = "../../samples/kafka/functions.ts") {
    this.#functions = functions;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}/statefun`;
  }

  /** Starts the process. The second start uses the same port. */
  async start(): Promise<void> {
    const child = fork(main, [String(this.#port), this.#functions], {
      stdio: ["ignore", "inherit", "pipe", "ipc"],
      execArgv: ["--import", "tsx"],
    });
    this.#child = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.complaints.push(text));
    this.#port = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`the function server ended with ${code}: ${this.complaints}`)));
      child.on("message", (message: { port?: number; handled?: number }) => {
        if (message.port !== undefined) resolve(message.port);
        this.handled += message.handled ?? 0;
        for (const check of [...this.#waiting]) check();
      });
    });
  }

  /** Waits until this many messages were handled. */
  async untilHandled(count: number, timeoutMs = 60_000): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`${this.handled} of ${count} messages in ${timeoutMs} ms: ${this.complaints}`));
      }, timeoutMs);
      const check = () => {
        if (this.handled < count) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** Kills the process at once (SIGKILL). */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await exited;
  }
}
