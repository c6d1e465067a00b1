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

/** What one round found, for each batch size: µs for each invocation, or requests/s. */
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

  /** Warms it up, checks its answers by meaning, and finds how many calls fill the time. */
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

/** What was found in a part of a round: CPU time in µs. */
interface Slice {
  readonly requests: number;
  readonly seconds: number;
  readonly cpu: number;
}

const slicesInRound = 6;

class HttpRow {
  readonly name: string;
  readonly perSecond = cell();
  readonly cpu = cell();
  readonly subjects: Subjects;
  readonly #load: LoadProcess;
  readonly #answers: Answers;

  constructor(name: string, subjects: Subjects, load: LoadProcess, answers: Answers) {
    this.name = name;
    this.subjects = subjects;
    this.#load = load;
    this.#answers = answers;
  }

  /** Until everything on the way is compiled, compiling is most of what the processor does. */
  async warmUp(seconds: number): Promise<void> {
    for (const batchSize of batchSizes) {
      for (const { port } of this.subjects[batchSize]) await this.#load.run(this.#order(batchSize, port, seconds));
    }
  }

  /** One round of all rows. What else the machine does in a second or two would meet one of them: they share it in slices. */
  static async round(rows: readonly HttpRow[], index: number, seconds: number): Promise<void> {
    for (const batchSize of batchSizes) {
      // While the others had their turn, V8 has given memory back and put code aside: that is not what is measured.
      for (const row of rows) await row.#slice(batchSize, index, seconds * 0.4);
      const slices = rows.map(() => [] as Slice[]);
      for (let slice = 0; slice < slicesInRound; slice++) {
        for (const [at, row] of rows.entries()) {
          slices[at]?.push(await row.#slice(batchSize, index, seconds / slicesInRound));
        }
      }
      for (const [at, row] of rows.entries()) row.#record(batchSize, slices[at] as Slice[]);
    }
  }

  async #slice(batchSize: BatchSize, index: number, seconds: number): Promise<Slice> {
    const subjects = this.subjects[batchSize];
    const subject = subjects[index % subjects.length] as Subject;
    const before = await subject.cpu();
    const { requests, perSecond } = await this.#load.run(this.#order(batchSize, subject.port, seconds));
    return { requests, seconds: requests / perSecond, cpu: (await subject.cpu()) - before };
  }

  #record(batchSize: BatchSize, slices: readonly Slice[]): void {
    const sum = (key: keyof Slice) => slices.reduce((total, slice) => total + slice[key], 0);
    this.perSecond[batchSize].push(sum("requests") / sum("seconds"));
    this.cpu[batchSize].push(sum("cpu") / sum("requests"));
  }

  #order(batchSize: BatchSize, port: number, seconds: number): LoadOrder {
    const answers = this.#answers[batchSize];
    const exchanges = requestsOf(batchSize).map(
      (request, index) => [base64(request), base64(answers[index % answers.length] as Buffer)] as const,
    );
    // Next to a batch of 100, waking the load costs nothing that could be seen.
    return { port, connections: 16, seconds, awake: batchSize === 1, exchanges };
  }
}

/**
 * The processes that take turns in a row's rounds. Where a process happens to lie in memory makes it up to a tenth faster
 * or slower for as long as it lives, so a small call is measured in several.
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
    for (const row of rows) await row.warmUp(2 * seconds);
  }

  for (let round = 0; round < rounds; round++) {
    // Each round begins with another row, so that none always follows the same one.
    for (const row of rotated(handlers, round)) await row.round();
    await HttpRow.round(rotated(rows, round), round, seconds);
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  for (const subject of started) subject.stop();
  return [handlerTable(handlers), ...(options.http ? [httpTable(rows)] : [])].join("\n\n");
}

function rotated<T>(values: readonly T[], by: number): T[] {
  const start = by % Math.max(1, values.length);
  return [...values.slice(start), ...values.slice(0, start)];
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
