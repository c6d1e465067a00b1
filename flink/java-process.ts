// A Java program as a child process, whose printed lines can be waited for.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { javaCommand, missingTool } from "./build.ts";

const LOG_LINES = 2000;

/** A running Java program. It ends with this process, provided that the program ends when its stdin closes. */
export class JavaProcess {
  /** Settles when the process has ended, killed or not. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #log: string[] = [];
  readonly #waiting = new Set<() => void>();
  #ended: string | undefined;

  /** Starts the program. `name` is for error messages, `log` is called with every line that the program prints. */
  constructor(name: string, args: readonly string[], log?: (line: string) => void) {
    this.#name = name;
    const child = spawn(javaCommand(), args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    child.stdin.on("error", () => {});
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
        if (this.#log.push(line) > LOG_LINES) this.#log.shift();
        log?.(line);
        this.#notify();
      });
    }
    this.exited = new Promise((resolve) => {
      const end = (how: string, code: number | null, signal: NodeJS.Signals | null) => {
        this.#ended = how;
        process.off("exit", kill);
        this.#notify();
        resolve({ code, signal });
      };
      child.on("error", (error) => end(String(missingTool(javaCommand(), error)), null, null));
      child.on("close", (code, signal) => end(`ended (${signal ?? code})`, code, signal));
    });
  }

  /** Waits until the condition holds. It is checked whenever a line comes and when the process ends. */
  async until(what: string, isTrue: (lines: readonly string[]) => boolean, timeoutMs = 60_000): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: string) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        if (error === undefined) resolve();
        else reject(new Error(`${this.#name} ${error} before ${what}.\n${this.tail}`));
      };
      const check = () => {
        if (isTrue(this.#log)) settle();
        else if (this.#ended !== undefined) settle(this.#ended);
      };
      const timer = setTimeout(() => settle(`took more than ${timeoutMs} ms`), timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }

  /** Writes to the program's stdin, and closes stdin afterwards on request. */
  async write(text: string, { close = false } = {}): Promise<void> {
    const { stdin } = this.#child;
    if (stdin === null) return;
    if (!stdin.write(text)) await once(stdin, "drain");
    if (close) stdin.end();
  }

  /** The last lines that the program printed, without stack frames. */
  get tail(): string {
    const lines = this.#log.filter((line) => !/^\s+(at |\.\.\. \d+ more)/.test(line));
    return lines.slice(-30).join("\n");
  }

  /** Kills the program at once (SIGKILL), as a crash does. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited;
  }

  #notify(): void {
    for (const check of [...this.#waiting]) check();
  }
}

/** Finds TCP ports on which nobody listens at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
