// The reference workload: every SDK and floor, in interleaved rounds, in the handler and over HTTP.

import type { LoadOrder } from "./load.ts";
import type { LoadProcess } from "./load-process.ts";
import { bench, buildGo, buildJava, buildJs, type Command } from "./prepare.ts";
import { median, ratios, short, table } from "./statistics.ts";
import { Subject } from "./subject.ts";
import { counterWorks, type Work } from "./workload.ts";

const batchSizes = [1, 100] as const;
type BatchSize = (typeof batchSizes)[number];

const works: Record<BatchSize, readonly Work[]> = { 1: counterWorks(1), 100: counterWorks(100, 4) };
const requestsOf = (batchSize: BatchSize) => works[batchSize].map(({ request }) => request);

/** The result of one round, for each batch size: µs for each invocation, or requests/s. */
type Cell = Record<BatchSize, number[]>;
const cell = (): Cell => ({ 1: [], 100: [] });

class HandlerRow {
  readonly name: string;
  readonly cpu = cell();
  readonly wall = cell();
  readonly allocated = cell();
  readonly subject: Subject;
  #counts: Record<BatchSize, number> = { 1: 1, 100: 1 };

  constructor(name: string, subject: Subject) {
    this.name = name;
    this.subject = subject;
  }

  /** Warms the subject up, checks its answers by their meaning, and finds how many calls fill the time. */
  async prepare(seconds: number, warmUpSeconds: number): Promise<void> {
    for (const batchSize of batchSizes) {
      const { answers } = await this.subject.calls(50, requestsOf(batchSize));
      for (const [index, answer] of answers.entries()) works[batchSize][index]!.check(answer);
      let perCall = 1000;
      for (const until = Date.now() + warmUpSeconds * 1000; Date.now() < until; ) {
        perCall = (await this.subject.calls(Math.ceil(200_000 / perCall), requestsOf(batchSize))).wall;
      }
      this.#counts[batchSize] = Math.max(20, Math.ceil((seconds * 1e6) / perCall));
    }
  }

  async round(): Promise<void> {
    for (const batchSize of batchSizes) {
      const { cpu, wall, allocated } = await this.subject.calls(this.#counts[batchSize], requestsOf(batchSize));
      this.cpu[batchSize].push(cpu / batchSize);
      this.wall[batchSize].push(wall / batchSize);
      this.allocated[batchSize].push(allocated / batchSize);
    }
  }
}

/** The sum over a row's slices of a round. CPU time is in µs. */
interface Sum {
  requests: number;
  seconds: number;
  cpu: number;
}

/** A multiple of the number of processes of a row. */
const slicesInRound = 12;

class HttpRow {
  readonly name: string;
  readonly perSecond = cell();
  readonly cpu = cell();
  readonly #subjects: Subjects;
  readonly #load: LoadProcess;
  readonly #exchanges: Record<BatchSize, LoadOrder["exchanges"]>;

  constructor(name: string, subjects: Subjects, load: LoadProcess, answers: Answers) {
    this.name = name;
    this.#subjects = subjects;
    this.#load = load;
    const exchangesOf = (batchSize: BatchSize) =>
      requestsOf(batchSize).map((request, index) => {
        const expected = answers[batchSize][index % answers[batchSize].length] as Buffer;
        return [base64(request), base64(expected)] as const;
      });
    this.#exchanges = { 1: exchangesOf(1), 100: exchangesOf(100) };
  }

  /** Before everything on the way is compiled, most of the CPU time goes into compiling. */
  async warmUp(batchSize: BatchSize, seconds: number): Promise<void> {
    for (const { port } of this.#subjects[batchSize]) await this.#load.run(this.#order(batchSize, port, seconds));
  }

  /**
   * One round of all rows. The rows take turns in slices, and each slice takes another process of its row: a bad
   * second of the machine, or one slow process, then meets no row alone. Threads of a row may still be busy when the
   * next row begins, so no row always follows the same row.
   */
  static async round(rows: readonly HttpRow[], batchSize: BatchSize, seconds: number): Promise<void> {
    const sums = rows.map((row) => ({ row, sum: { requests: 0, seconds: 0, cpu: 0 } }));
    for (let slice = 0; slice < slicesInRound; slice++) {
      for (const { row, sum } of shuffled(sums)) await row.#slice(batchSize, slice, seconds / slicesInRound, sum);
    }
    for (const { row, sum } of sums) {
      row.perSecond[batchSize].push(sum.requests / sum.seconds);
      row.cpu[batchSize].push(sum.cpu / sum.requests);
    }
  }

  async #slice(batchSize: BatchSize, slice: number, seconds: number, sum: Sum): Promise<void> {
    const subjects = this.#subjects[batchSize];
    const subject = subjects[slice % subjects.length] as Subject;
    const before = await subject.cpu();
    const { requests, perSecond } = await this.#load.run(this.#order(batchSize, subject.port, seconds));
    sum.cpu += (await subject.cpu()) - before;
    sum.requests += requests;
    sum.seconds += requests / perSecond;
  }

  #order(batchSize: BatchSize, port: number, seconds: number): LoadOrder {
    // With a batch of 100, the cost of waking the load is too small to show.
    return { port, connections: 16, seconds, awake: batchSize === 1, exchanges: this.#exchanges[batchSize] };
  }
}

/**
 * The processes that take turns in a row's slices. The place of a process in memory makes it up to a tenth faster or
 * slower for its whole life, so a small call is measured in several processes.
 */
type Subjects = Record<BatchSize, readonly Subject[]>;
type Answers = Record<BatchSize, readonly Buffer[]>;
const processes: Record<BatchSize, number> = { 1: 4, 100: 1 };

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

export interface ReferenceOptions {
  /** The compiled class of this package, and of a changed copy to compare with. */
  readonly ours: string;
  readonly changed: string | undefined;
  readonly rounds: number;
  readonly seconds: number;
  readonly peers: boolean;
  readonly http: boolean;
}

/** Returns the tables, as Markdown. */
export async function measureReference(options: ReferenceOptions, load: LoadProcess): Promise<string> {
  const { rounds, seconds } = options;
  const node = (script: string, ...args: string[]): Command => [process.execPath, script, ...args];
  const js = options.peers ? buildJs() : undefined;
  const go = options.peers ? buildGo() : undefined;
  const java = options.peers ? await buildJava() : undefined;
  const started: Subject[] = [];
  const start = async (name: string, command: Command) => {
    const subject = await Subject.start(name, command);
    started.push(subject);
    return subject;
  };

  const handlers = [new HandlerRow("**statefun-ts**", await start("ours", node(options.ours, "handler")))];
  const addHandler = async (name: string, command: Command | undefined) => {
    if (command !== undefined) handlers.push(new HandlerRow(name, await start(name, command)));
  };
  if (options.changed !== undefined) await addHandler("changed copy", node(options.changed, "handler"));
  if (js !== undefined) await addHandler("JS SDK 3.3.0", node(js, "handler"));
  await addHandler("Go SDK 3.3.0", go);
  await addHandler("Java SDK 3.3.0", java);
  for (const row of handlers) await row.prepare(seconds * 0.3, row.name.startsWith("Java") ? 3 * seconds : seconds);
  const answersOf = async (row: HandlerRow) => ({
    1: (await row.subject.calls(1, requestsOf(1))).answers,
    100: (await row.subject.calls(1, requestsOf(100))).answers,
  });

  const rows: HttpRow[] = [];
  if (options.http) {
    const ours = await answersOf(handlers[0] as HandlerRow);
    const addHttp = async (name: string, command: (batchSize: BatchSize) => Command, answers: Answers) => {
      const startAll = async (batchSize: BatchSize) => {
        const subjects: Subject[] = [];
        for (let index = 0; index < processes[batchSize]; index++) subjects.push(await start(name, command(batchSize)));
        return subjects;
      };
      rows.push(new HttpRow(name, { 1: await startAll(1), 100: await startAll(100) }, load, answers));
    };
    const addFloor = (name: string, host: string) =>
      addHttp(name, (batchSize) => node(`${bench}subjects/floor.mjs`, host, base64(ours[batchSize][0]!)), {
        1: [ours[1][0]!],
        100: [ours[100][0]!],
      });
    await addHttp("**statefun-ts, node:http**", () => node(options.ours, "node"), ours);
    await addHttp("**statefun-ts, Koa**", () => node(options.ours, "koa"), ours);
    const { changed } = options;
    if (changed !== undefined) {
      await addHttp("changed copy, node:http", () => node(changed, "node"), ours);
      await addHttp("changed copy, Koa", () => node(changed, "koa"), ours);
    }
    await addFloor("floor: node:http, fixed answer", "node");
    await addFloor("floor: Koa + koa-router, fixed answer", "koa");
    for (const { name, subject } of handlers) {
      if (name.startsWith("JS") && js !== undefined) {
        const answers = await answersOf(handlers.find((row) => row.name === name) as HandlerRow);
        await addHttp(`${name}, node:http`, () => node(js, "node"), answers);
        await addHttp(`${name}, Koa`, () => node(js, "koa"), answers);
      } else if (subject.port !== 0) {
        const answers = await answersOf(handlers.find((row) => row.name === name) as HandlerRow);
        const server = name.startsWith("Java") ? "Undertow" : "net/http";
        rows.push(new HttpRow(`${name}, ${server}`, { 1: [subject], 100: [subject] }, load, answers));
      }
    }
  }

  for (let round = 0; round < rounds; round++) {
    for (const row of shuffled(handlers)) await row.round();
    told("handler", round, rounds);
  }
  // A server on Node that is idle for ten seconds gives back most of its memory for new objects, and then collects four
  // times as often for a while. So nothing else runs between the measurements of one batch size.
  for (const batchSize of options.http ? batchSizes : []) {
    for (const row of rows) await row.warmUp(batchSize, 2 * seconds);
    for (let round = 0; round < rounds; round++) {
      await HttpRow.round(rows, batchSize, seconds);
      told(`HTTP, B=${batchSize}`, round, rounds);
    }
  }
  for (const subject of started) subject.stop();
  return [handlerTable(handlers), ...(options.http ? [httpTable(rows)] : [])].join("\n\n");
}

const told = (what: string, round: number, rounds: number) =>
  process.stderr.write(`${what}: round ${round + 1} of ${rounds}\n`);

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

function handlerTable(rows: readonly HandlerRow[]): string {
  const [ours] = rows as [HandlerRow];
  return table(
    [
      "handler, bytes to bytes; for each invocation",
      "B=1 CPU µs",
      "wall µs",
      "ours ÷ this, CPU",
      "B=100 CPU µs",
      "wall µs",
      "ours ÷ this, CPU",
    ],
    rows.map(({ name, cpu, wall }) => [
      name,
      ...batchSizes.flatMap((size) => [
        short(median(cpu[size])),
        short(median(wall[size])),
        ratios(ours.cpu[size], cpu[size]),
      ]),
    ]),
  );
}

function httpTable(rows: readonly HttpRow[]): string {
  const node = rows[0] as HttpRow;
  const koa = rows[1] as HttpRow;
  return table(
    [
      "HTTP, 16 connections",
      "B=1 requests/s",
      "server CPU µs",
      "our node ÷ this, requests/s",
      "our Koa ÷ this, requests/s",
      "this ÷ our node, CPU",
      "this ÷ our Koa, CPU",
      "B=100 requests/s",
      "server CPU µs",
      "our Koa ÷ this, requests/s",
    ],
    rows.map(({ name, perSecond, cpu }) => [
      name,
      short(median(perSecond[1])),
      short(median(cpu[1])),
      ratios(node.perSecond[1], perSecond[1]),
      ratios(koa.perSecond[1], perSecond[1]),
      ratios(cpu[1], node.cpu[1]),
      ratios(cpu[1], koa.cpu[1]),
      short(median(perSecond[100])),
      short(median(cpu[100])),
      ratios(koa.perSecond[100], perSecond[100]),
    ]),
  );
}
