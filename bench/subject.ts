// A subject: a process with one SDK or floor in it. Each line of stdin is a command, and each answer is a line:
//
//   at its start          → PORT <port>
//   calls <count> <requests, base64, with commas between> → <CPU µs> <wall µs> <bytes allocated> <the answers>
//   cpu                   → <CPU µs of the process since its start>
// and, on Node only:
//   memory                → <heap> <external> <resident>, in bytes after a collection
//   soak <count> <request> → calls with a new id each
//   garbage               → <collections> <longest ms> <all ms> since the last question

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Command } from "./prepare.ts";

/** The cost of a run of calls, in microseconds and bytes for each call, and the answers to check. */
export interface Calls {
  readonly cpu: number;
  readonly wall: number;
  readonly allocated: number;
  readonly answers: readonly Buffer[];
}

export class Subject {
  readonly name: string;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(name: string, port: number, child: ChildProcess, lines: AsyncIterator<string>) {
    this.name = name;
    this.port = port;
    this.#child = child;
    this.#lines = lines;
  }

  /** Starts a subject. It ends with this process. */
  static async start(name: string, [program, ...args]: Command, env: NodeJS.ProcessEnv = {}): Promise<Subject> {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
    const input: Interface = createInterface({ input: child.stdout });
    const lines = input[Symbol.asyncIterator]();
    const [, port] = (await nextLine(name, lines)).split(" ");
    return new Subject(name, Number(port), child, lines);
  }

  async ask(...command: readonly (string | number)[]): Promise<string[]> {
    this.#child.stdin?.write(`${command.join(" ")}\n`);
    return (await nextLine(this.name, this.#lines)).split(" ");
  }

  async calls(count: number, requests: readonly Uint8Array[]): Promise<Calls> {
    const encoded = requests.map((request) => Buffer.from(request).toString("base64")).join(",");
    const [cpu, wall, allocated, answers] = await this.ask("calls", count, encoded);
    return {
      cpu: Number(cpu) / count,
      wall: Number(wall) / count,
      allocated: Number(allocated) / count,
      answers: (answers ?? "").split(",").map((answer) => Buffer.from(answer, "base64")),
    };
  }

  /** CPU time of the whole process until now, in microseconds. */
  async cpu(): Promise<number> {
    return Number((await this.ask("cpu"))[0]);
  }

  stop(): void {
    this.#child.stdin?.end();
  }
}

async function nextLine(name: string, lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next();
  if (done) throw new Error(`the subject ${name} has ended`);
  return value;
}
