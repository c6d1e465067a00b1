// Memory over many invocations, and latency while the garbage collector works.

import type { LoadProcess } from "./load-process.ts";
import { bench, type Command } from "./prepare.ts";
import { short, table } from "./statistics.ts";
import { Subject } from "./subject.ts";
import { basketWork, counterWork, counterWorks, type Work } from "./workload.ts";

/** Calls for new ids only, half of the invocations alone and half in batches of 100. Returns a table, as Markdown. */
export async function measureGrowth(ours: string, invocations: number): Promise<string> {
  const subject = await Subject.start("memory", [process.execPath, "--expose-gc", ours, "handler"]);
  const single = Buffer.from(counterWork(1, 0).request).toString("base64");
  const batch = Buffer.from(counterWork(100, 0).request).toString("base64");
  const rows: string[][] = [];
  const steps = 5;
  const run = async (total: number) => {
    await subject.ask("soak", total / 2, single);
    await subject.ask("soak", total / 200, batch);
  };
  const note = async (done: number) => {
    const megabytes = (await subject.ask("memory")).map((bytes) => (Number(bytes) / 1e6).toFixed(2));
    rows.push([short(done), ...megabytes]);
  };
  const first = invocations / 50;
  await run(first);
  await note(first);
  for (let step = 1; step <= steps; step++) {
    await run(invocations / steps);
    await note(first + (invocations / steps) * step);
  }
  subject.stop();
  return table(["invocations", "heap MB", "external MB", "resident MB"], rows);
}

/** Returns a table, as Markdown. */
export async function measureLatency(ours: string, seconds: number, load: LoadProcess): Promise<string> {
  const answering = await Subject.start("answers", [process.execPath, ours, "handler"]);
  const cases: readonly (readonly [string, readonly Work[]])[] = [
    ["reference, B=1", counterWorks(1)],
    ["reference, B=100", counterWorks(100, 4)],
    ["10 kB JSON state, changed", [basketWork("json", 10_000, true)]],
  ];
  const rows: string[][] = [];
  for (const [name, works] of cases) {
    const requests = works.map(({ request }) => request);
    const { answers } = await answering.calls(1, requests);
    const servers: readonly (readonly [string, Command])[] = [
      ["node:http", [process.execPath, ours, "node"]],
      ["Koa", [process.execPath, ours, "koa"]],
      ["floor: node:http", [process.execPath, `${bench}subjects/floor.mjs`, "node", base64(answers[0]!)]],
    ];
    for (const [server, command] of servers) {
      const subject = await Subject.start(server, command, { BENCH_GARBAGE: "1" });
      const isFloor = server.startsWith("floor");
      const exchanges = requests.map(
        (request, index) => [base64(request), base64(answers[isFloor ? 0 : index]!)] as const,
      );
      const order = { port: subject.port, connections: 64, awake: true, seconds, exchanges };
      await load.run({ ...order, seconds: 1 });
      await subject.ask("garbage");
      const { perSecond, p50, p99, max } = await load.run(order);
      const [collections, longest, total] = (await subject.ask("garbage")).map(Number) as [number, number, number];
      subject.stop();
      rows.push([
        `${name}, ${server}`,
        ...[perSecond, p50, p99, max, collections / seconds, longest, total / seconds / 10].map(short),
      ]);
    }
  }
  answering.stop();
  return table(
    [
      "64 connections",
      "requests/s",
      "p50 ms",
      "p99 ms",
      "longest ms",
      "collections/s",
      "longest, ms",
      "in collections, %",
    ],
    rows,
  );
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
