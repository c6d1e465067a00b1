// The other side of a crash test: clients that keep a worker under load, kill it, and ask its next life again for what
// was never acknowledged.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Step } from "../engine/app.js";
import type { Random } from "../support/random.js";
import type { Failing, Line, Looks, Order } from "./lines.js";

const worker = fileURLToPath(new URL("worker.ts", import.meta.url));

export type Request = Step & { step: "send" | "call" };
export const keyOf = ({ key, msg }: Request) => key ?? `key-of-${msg.id}`;

/** How many requests wait for their answer at once. */
const clients = 24;

/** What all clients know, over all lives of the worker. */
export class Clients {
  readonly #todo: Request[];
  readonly unanswered = new Map<string, Request>();
  readonly answers = new Map<string, string>();
  /** By egress and id: what came, and after which life it was last taken. */
  readonly records = new Map<string, { readonly from: string; readonly text: string; readonly egress: string }>();
  readonly faults: string[] = [];

  constructor(requests: readonly Request[]) {
    this.#todo = [...requests];
  }

  get done(): boolean {
    return this.#todo.length === 0 && this.unanswered.size === 0;
  }

  /** The next request, while there are fewer than so many under way. */
  next(): Request | undefined {
    if (this.unanswered.size >= clients) return undefined;
    const request = this.#todo.shift();
    if (request !== undefined) this.unanswered.set(keyOf(request), request);
    return request;
  }

  hears(line: Line): void {
    if ("key" in line) {
      const before = this.answers.get(line.key);
      if (before !== undefined && before !== line.answer) this.faults.push(`two answers to ${line.key}`);
      this.answers.set(line.key, line.answer);
      this.unanswered.delete(line.key);
    } else if ("egress" in line) {
      const key = `${line.egress} ${line.id}`;
      const before = this.records.get(key);
      if (before !== undefined && before.text !== line.text) this.faults.push(`two records have the id ${key}`);
      this.records.set(key, line);
    } else if ("failed" in line) this.faults.push(`${line.failed}: ${line.why}`);
  }
}

/** How a worker ends by itself. */
export interface Last {
  readonly write: number;
  readonly ms: number;
  readonly failing?: Failing;
}

/** One life of the worker. */
export class Life {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #clients: Clients;
  readonly #ended: Promise<unknown>;
  #answers = 0;
  #onLine: (line: Line) => void = () => {};
  /** The newest log, and how much of it was on disk before anything was acknowledged that is in it. */
  synced: { readonly log: string; readonly bytes: number } | undefined;

  /**
   * `last` says in the middle of which write it kills itself, if it lives that long, and how its store fails from then on
   * until it does.
   */
  constructor(dir: string, clients: Clients, last: Last | undefined) {
    this.#clients = clients;
    const argv =
      last === undefined
        ? []
        : [String(last.write), String(last.ms), ...(last.failing === undefined ? [] : [last.failing])];
    this.#child = spawn(process.execPath, ["--import", "tsx", worker, dir, ...argv], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    // It may die while it is written to.
    this.#child.stdin.on("error", () => {});
    this.#ended = Promise.all([once(this.#child, "exit"), this.#read()]);
  }

  /** Kills it after so many answers, or so many milliseconds after its start, whichever is said. */
  async killAfter(limit: { readonly answers: number } | { readonly ms: number }): Promise<void> {
    const timer = "ms" in limit ? setTimeout(() => this.#child.kill("SIGKILL"), limit.ms) : undefined;
    if ("answers" in limit && limit.answers === 0) this.#child.kill("SIGKILL");
    this.#onLine = () => {
      // On a fast machine the last answer may come before the moment does.
      const over = "answers" in limit && (this.#answers >= limit.answers || this.#clients.done);
      if (over) this.#child.kill("SIGKILL");
    };
    await this.#ended;
    clearTimeout(timer);
  }

  /** Resolves with the first line that it is looking for. */
  async ask<T extends Line>(order: Order | undefined, is: (line: Line) => line is T): Promise<T> {
    const found = new Promise<T>((resolve) => {
      this.#onLine = (line) => is(line) && resolve(line);
    });
    if (order !== undefined) this.#tell(order);
    return Promise.race([
      found,
      this.#ended.then(() => {
        throw new Error(`the worker ended by itself: ${this.#clients.faults.join("; ")}`);
      }),
    ]);
  }

  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  async #read(): Promise<void> {
    for await (const text of createInterface({ input: this.#child.stdout })) {
      let line: Line;
      try {
        line = JSON.parse(text);
      } catch {
        return; // half a line: it was killed over it
      }
      if ("log" in line) {
        if (line.synced >= 0) this.synced = { log: line.log, bytes: line.synced };
        else this.#clients.faults.push(line.log);
      }
      this.#clients.hears(line);
      if ("key" in line) this.#answers += 1;
      if ("ready" in line) for (const request of this.#clients.unanswered.values()) this.#request(request);
      if ("ready" in line || "key" in line) {
        for (let next = this.#clients.next(); next !== undefined; next = this.#clients.next()) this.#request(next);
      }
      this.#onLine(line);
    }
  }

  #request(request: Request): void {
    const { step: kind, to, msg } = request;
    this.#tell({ order: "request", kind, key: keyOf(request), to, msg });
  }

  #tell(order: Order): void {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
  }
}

export const isLooks = (line: Line): line is Looks => "busy" in line;

/**
 * Tears the end of the newest log as a power failure may: any of what was not on disk before something in it was
 * acknowledged can be missing or be anything. What was before that was synced, and stays. Returns how many bytes it tore.
 */
export function tearLog(dir: string, { synced }: Life, random: Random): number {
  const logs = readdirSync(join(dir, "db")).filter((name) => name.endsWith(".log"));
  const newest = logs.sort().at(-1);
  if (newest === undefined || synced === undefined) return 0;
  const path = join(dir, "db", newest);
  const size = statSync(path).size;
  // Nothing in a log that is newer than the last one told of was acknowledged.
  const kept = newest === synced.log ? synced.bytes : newest > synced.log ? 0 : size;
  if (kept >= size) return 0;
  const at = kept + random.below(size - kept);
  if (random.chance()) truncateSync(path, at);
  else {
    const log = readFileSync(path);
    for (let index = at; index < size; index += 1) log[index] = random.below(256);
    writeFileSync(path, log);
  }
  return size - at;
}
