// Workflows of ten steps and five calls: this package and Restate, in interleaved rounds.

import { temporaryFolder } from "../prepare.ts";
import { median, rotated, short, table } from "../statistics.ts";
import { callTable, type Figures, Row, withCpu } from "./call-row.ts";
import type { CallShape } from "./call-shape.ts";
import type { LoadProcess } from "./load-process.ts";
import type { Restate } from "./prepare.ts";
import { Ours, type Server, startRestate } from "./servers.ts";
import type { Summary } from "./summary.ts";

const clientCounts = [1, 64] as const;
const body = '{"amount":2}';
/** What the steps and the calls of an order of 2 come to. */
const total = "70";

export interface WorkflowsOptions {
  readonly ours: string;
  readonly restate: Restate | undefined;
  readonly rounds: number;
  readonly seconds: number;
}

/** Returns the tables, as Markdown. */
export async function measureWorkflows(
  { ours, restate, rounds, seconds }: WorkflowsOptions,
  load: LoadProcess,
  summary: Summary,
): Promise<string> {
  // A run takes many times as long as a call, and its p99 needs many runs.
  const length = 2 * seconds;
  const servers: Server[] = [];
  const rows: Row[] = [];
  const add = (name: string, server: Server, call: CallShape): Row => {
    const run = (connections: number, duration: number) => {
      const answers = { fixed: total };
      const order = {
        port: server.port,
        call,
        connections,
        seconds: duration,
        keys: undefined,
        idempotent: true,
        answers,
      };
      return withCpu(server, () => load.load(order));
    };
    const row = new Row(name, run, clientCounts);
    rows.push(row);
    return row;
  };

  const own = await Ours.start(ours, temporaryFolder("workflows"));
  servers.push(own);
  const row = add("**statefun-ts**", own, { before: "/call/bench/orders/", after: "", body });
  add("**statefun-ts**, steps without await", own, { before: "/call/bench/quick-orders/", after: "", body });
  let peer: Row | undefined;
  if (restate !== undefined) {
    const server = await startRestate(restate, temporaryFolder("restate"));
    servers.push(server);
    peer = add("Restate 1.7.12", server, { before: "/orders/place", after: undefined, body });
  }

  for (const each of rows) for (const clients of clientCounts) await each.round(clients, length, false);
  for (let round = 0; round < rounds; round++) {
    for (const clients of clientCounts)
      for (const each of rotated(rows, round)) await each.round(clients, length, true);
    process.stderr.write(`workflows: round ${round + 1} of ${rounds}\n`);
  }
  const resumed = await measureResumed(own, 4 * rounds);
  for (const server of servers) await server.stop();
  if (peer !== undefined) {
    const [here, there] = [row, peer].map((each) => each.found(64) as Figures) as [Figures, Figures];
    summary.addRatio("workflows/s ÷ Restate, 64 clients", here.perSecond, there.perSecond);
    summary.addRatio("p99 of a workflow ÷ Restate, 64 clients", here.p99, there.p99);
  }
  return [...clientCounts.map((clients) => callTable(rows, clients, "workflows")), resumed].join("\n\n");
}

const resultCounts = [0, 10, 100, 900];

/** What a call of a workflow costs when the run has many results already: each answer resumes the run from the top. */
async function measureResumed(ours: Ours, rounds: number): Promise<string> {
  const found = resultCounts.map((): number[] => []);
  // In the first half, everything is compiled.
  for (let round = -rounds; round < rounds; round++) {
    for (const [index, results] of resultCounts.entries()) {
      const cpu = await ours.ask<number>("cpuOfCall", results);
      if (round >= 0) found[index]!.push(cpu);
    }
  }
  const medians = found.map(median);
  return table(
    ["results of the run before", "CPU of a call and of the resumed run, µs", "more than without results, µs"],
    resultCounts.map((results, index) => {
      const cpu = medians[index]!;
      return [String(results), short(cpu), results === 0 ? "" : short(cpu - medians[0]!)];
    }),
  );
}
