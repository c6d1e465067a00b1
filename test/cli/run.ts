// Runs `statefun` as a user does: a child process, its output, its exit code.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import type { TestContext } from "node:test";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The text that it reads from stdin. Defaults to nothing. */
  readonly stdin?: string | Uint8Array;
}

/** A command that runs. */
export class Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = "";
  #stderr = "";
  /** The position in the output up to which a test has read. */
  #read = 0;

  constructor(main: string, args: readonly string[], { cwd, env, stdin }: RunOptions = {}) {
    this.process = spawn(process.execPath, [main, ...args], {
      cwd,
      env: { ...process.env, NODE_OPTIONS: "", ...env },
      stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    this.process.stdin?.end(stdin);
    this.process.stdout?.on("data", (chunk) => {
      this.#stdout += chunk;
    });
    this.process.stderr?.on("data", (chunk) => {
      this.#stderr += chunk;
    });
    this.ended = once(this.process, "close").then(([code]) => ({ code, stdout: this.#stdout, stderr: this.#stderr }));
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /**
   * Resolves when the output, behind what was seen before, matches. Rejects when the command ends without, or says
   * nothing like it for 30 seconds.
   */
  async saw(pattern: RegExp): Promise<RegExpExecArray> {
    const gone = this.ended.then(({ stdout, stderr }) => {
      throw new Error(`It ended without ${pattern}:\n${stdout}\n${stderr}`);
    });
    gone.catch(() => {});
    const signal = AbortSignal.timeout(30_000);
    for (;;) {
      const match = pattern.exec(this.#stdout.slice(this.#read));
      if (match !== null) {
        this.#read += match.index + match[0].length;
        return match;
      }
      const more = once(this.process.stdout as Readable, "data", { signal }).catch(() => {
        throw new Error(`It did not say ${pattern}:\n${this.#stdout}\n${this.#stderr}`);
      });
      await Promise.race([more, gone]);
    }
  }

  /** Stops it as Ctrl-C does. */
  async stop(): Promise<Ended> {
    this.process.kill("SIGINT");
    return this.ended;
  }
}

/** Starts a command that runs on; it ends with its test. */
export function running(test: TestContext, main: string, args: readonly string[], options?: RunOptions): Running {
  const command = new Running(main, args, options);
  test.after(async () => {
    if (command.process.exitCode === null && command.process.signalCode === null) command.process.kill("SIGTERM");
    await command.ended;
  });
  return command;
}

/** Runs a command to its end. */
export function run(main: string, args: readonly string[], options?: RunOptions): Promise<Ended> {
  return new Running(main, args, options).ended;
}
