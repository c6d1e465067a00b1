// The server of the accounts as a child process.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export class BankProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  port = 0;
  /** The number of calls that the server has answered. */
  answered = 0;

  private constructor(port: number) {
    const script = fileURLToPath(new URL("./bank-server.ts", import.meta.url));
    this.#child = fork(script, [String(port)], { execArgv: ["--import", "tsx"] });
    this.#exited = once(this.#child, "exit");
    this.#child.on("message", (message: { port?: number; answered?: number }) => {
      this.port = message.port ?? this.port;
      this.answered = message.answered ?? this.answered;
    });
  }

  /** Resolves when the server listens. */
  static async start(port = 0): Promise<BankProcess> {
    const bank = new BankProcess(port);
    await bank.until(() => bank.port !== 0);
    return bank;
  }

  /** Waits until a condition holds. It is checked whenever the child reports something. */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) {
      const [what] = await Promise.race([once(this.#child, "message"), this.#exited.then(() => ["exit"])]);
      if (what === "exit") throw new Error(`the function server ended: ${this.#child.exitCode}`);
    }
  }

  async answers(count: number): Promise<void> {
    const enough = this.answered + count;
    await this.until(() => this.answered >= enough);
  }

  /** Kills the server, as a crash does. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** Ends the server in order. Resolves to its exit code. */
  async terminate(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    await this.#exited;
    return this.#child.exitCode;
  }
}
