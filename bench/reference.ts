// The reference workload: every SDK and floor, in interleaved rounds, in the handler and over HTTP.

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

class HttpRow {
  readonly name: string;
  readonly perSecond = cell();
  readonly cpu = cell();
  readonly subjects: Record<BatchSize, Subject>;
  readonly #load: LoadProcess;
  readonly #answers: Record<BatchSize, readonly Buffer[]>;

  constructor(name: string, subjects: Record<BatchSize, Subject>, load: LoadProcess, answers: HttpRow["answersType"]) {
    this.name = name;
    this.subjects = subjects;
    this.#load = load;
    this.#answers = answers;
  }
  declare readonly answersType: Record<BatchSize, readonly Buffer[]>;

  async round(seconds: number, keep = true): Promise<void> {
    for (const batchSize of batchSizes) {
      const subject = this.subjects[batchSize];
      const answers = this.#answers[batchSize];
      const exchanges = requestsOf(batchSize).map(
        (request, index) => [base64(request), base64(answers[index % answers.length] as Buffer)] as const,
      );
      const { port } = subject;
      // Next to a batch of 100, waking the load costs nothing that could be seen.
      const order = { port, connections: 16, seconds, awake: batchSize === 1, exchanges };
      // While the others had their turn, V8 has given memory back and put code aside: that is not what is measured.
      if (batchSize === 1) await this.#load.run({ ...order, seconds: seconds * 0.6 });
      const before = await subject.cpu();
      const { requests, perSecond } = await this.#load.run(order);
      const cpu = (await subject.cpu()) - before;
      if (!keep) continue;
      this.perSecond[batchSize].push(perSecond);
      this.cpu[batchSize].push(cpu / requests);
    }
  }
}

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
    const addHttp = async (name: string, command: Command, answers: HttpRow["answersType"]) => {
      const subject = await start(name, command);
      rows.push(new HttpRow(name, { 1: subject, 100: subject }, load, answers));
    };
    const addFloor = async (name: string, host: string) => {
      const command = (batchSize: BatchSize) => node(`${bench}subjects/floor.mjs`, host, base64(ours[batchSize][0]!));
      const subjects = { 1: await start(name, command(1)), 100: await start(name, command(100)) };
      rows.push(new HttpRow(name, subjects, load, { 1: [ours[1][0]!], 100: [ours[100][0]!] }));
    };
    await addHttp("**statefun-ts, node:http**", node(options.ours, "node"), ours);
    await addHttp("**statefun-ts, Koa**", node(options.ours, "koa"), ours);
    if (options.changed !== undefined) {
      await addHttp("changed copy, node:http", node(options.changed, "node"), ours);
      await addHttp("changed copy, Koa", node(options.changed, "koa"), ours);
    }
    await addFloor("floor: node:http, fixed answer", "node");
    await addFloor("floor: Koa + koa-router, fixed answer", "koa");
    for (const { name, subject } of handlers) {
      if (name.startsWith("JS") && js !== undefined) {
        const answers = await answersOf(handlers.find((row) => row.name === name) as HandlerRow);
        await addHttp(`${name}, node:http`, node(js, "node"), answers);
        await addHttp(`${name}, Koa`, node(js, "koa"), answers);
      } else if (subject.port !== 0) {
        const answers = await answersOf(handlers.find((row) => row.name === name) as HandlerRow);
        const server = name.startsWith("Java") ? "Undertow" : "net/http";
        rows.push(new HttpRow(`${name}, ${server}`, { 1: subject, 100: subject }, load, answers));
      }
    }
    // Until everything on the way is compiled, compiling is most of what the processor does.
    for (let run = 0; run < 4; run++) for (const row of rows) await row.round(seconds, false);
  }

  for (let round = 0; round < rounds; round++) {
    // Each round begins with another row, so that none always follows the same one.
    for (const row of rotated(handlers, round)) await row.round();
    for (const row of rotated(rows, round)) await row.round(seconds);
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
