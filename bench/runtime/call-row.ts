// A row of durable calls: its results in all rounds, and the table of several rows.

import { median, ratios, short, table } from "../statistics.ts";
import type { LoadResult } from "./percentiles.ts";
import { cpuMicros } from "./processes.ts";
import type { Server } from "./servers.ts";

export const clientCounts = [1, 128] as const;

/** A result of a round. Times are milliseconds, CPU is microseconds for each call. */
export interface Result {
  readonly perSecond: number;
  readonly cpu: number;
  readonly p50: number;
  readonly p99: number;
}

/** The results of all rounds. */
export type Figures = { readonly [name in keyof Result]: number[] };

export type Run = (clients: number, seconds: number) => Promise<Result>;

export class Row {
  readonly name: string;
  readonly #run: Run;
  readonly #found = new Map<number, Figures>();

  constructor(name: string, run: Run, clients: readonly number[] = clientCounts) {
    this.name = name;
    this.#run = run;
    for (const count of clients) this.#found.set(count, { perSecond: [], cpu: [], p50: [], p99: [] });
  }

  /** The results with so many clients. Undefined when the row has none with so many. */
  found(clients: number): Figures | undefined {
    return this.#found.get(clients);
  }

  async round(clients: number, seconds: number, keep: boolean): Promise<void> {
    const found = this.#found.get(clients);
    if (found === undefined) return;
    const { perSecond, cpu, p50, p99 } = await this.#run(clients, seconds);
    if (!keep) return;
    found.perSecond.push(perSecond);
    found.cpu.push(cpu);
    found.p50.push(p50);
    found.p99.push(p99);
  }
}

/** Runs a load, and adds the CPU time that each call has cost the server. */
export async function withCpu(server: Server, run: () => Promise<LoadResult>): Promise<Result> {
  const before = cpuMicros(server.pids);
  const result = await run();
  return { ...result, cpu: (cpuMicros(server.pids) - before) / result.calls };
}

/** Compares the first row with the others, as Markdown. `what` is the plural of what the clients wait for. */
export function callTable(rows: readonly Row[], clients: number, what = "calls"): string {
  const ours = rows[0]?.found(clients) as Figures;
  return table(
    [
      clients === 1 ? "1 client" : `${clients} clients`,
      `${what}/s`,
      "ours ÷ this",
      "p50 ms",
      "p99 ms",
      "ours ÷ this, p99",
      "CPU µs for each",
      "ours ÷ this, CPU",
    ],
    rows.flatMap((row) => {
      const found = row.found(clients);
      if (found === undefined) return [];
      const { perSecond, cpu, p50, p99 } = found;
      return [
        [
          row.name,
          short(median(perSecond)),
          ratios(ours.perSecond, perSecond),
          short(median(p50)),
          short(median(p99)),
          ratios(ours.p99, p99),
          short(median(cpu)),
          ratios(ours.cpu, cpu),
        ],
      ];
    }),
  );
}
