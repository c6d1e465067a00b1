// Durable calls over HTTP: this package, Restate and the floors, in interleaved rounds, and the start of each.

import { setTimeout as sleep } from "node:timers/promises";
import { bench, temporaryFolder } from "../prepare.ts";
import { median, ratios, short, table } from "../statistics.ts";
import { FloorProcess } from "./floor-process.ts";
import type { LoadProcess } from "./load-process.ts";
import { type Restate } from "./prepare.ts";
import { cpuMicros, residentMb } from "./processes.ts";
import { Ours, type Server, startFloor, startRestate } from "./servers.ts";

const clientCounts = [1, 128] as const;
type ClientCount = (typeof clientCounts)[number];
const keys = 1_000;

/** The results of the rounds. Times are milliseconds, CPU is microseconds for each call. */
interface Figures {
  readonly perSecond: number[];
  readonly cpu: number[];
  readonly p50: number[];
  readonly p99: number[];
}
const figures = (): Figures => ({ perSecond: [], cpu: [], p50: [], p99: [] });

interface Row {
  readonly name: string;
  readonly found: Record<ClientCount, Figures>;
  round(clients: ClientCount, seconds: number, keep: boolean): Promise<void>;
}

export interface CallsOptions {
  readonly ours: string;
  /** A changed copy of this package to compare with. */
  readonly changed: string | undefined;
  readonly restate: Restate | undefined;
  readonly rounds: number;
  readonly seconds: number;
}

/** Returns the tables, as Markdown. */
export async function measureCalls(options: CallsOptions, load: LoadProcess): Promise<string> {
  const { ours, changed, restate, rounds, seconds } = options;
  const servers: Server[] = [];
  const rows: Row[] = [];
  const add = (name: string, server: Server, idempotent: boolean, fixed?: string) => {
    const found = { 1: figures(), 128: figures() };
    rows.push({
      name,
      found,
      round: (...run) => callRound(load, server, name.split(",")[0]!, idempotent, fixed, found, ...run),
    });
  };
  const start = async (name: string, starting: Promise<Server>, hasKeys = true) => {
    const server = await starting;
    servers.push(server);
    add(name, server, false, hasKeys ? undefined : "1");
    if (hasKeys) add(`${name}, Idempotency-Key`, server, true);
    return server;
  };
  const measured = [
    { name: "**statefun-ts**", server: await start("**statefun-ts**", Ours.start(ours, temporaryFolder("ours"))) },
  ];
  if (changed !== undefined) {
    const server = await start("changed copy", Ours.start(changed, temporaryFolder("changed")));
    measured.push({ name: "changed copy", server });
  }
  if (restate !== undefined) {
    const server = await start("Restate 1.7.12", startRestate(restate, temporaryFolder("restate")));
    measured.push({ name: "Restate 1.7.12", server });
  }
  await start("floor: node:http, fixed answer, nothing kept", startFloor(`${bench}subjects/floor.mjs`), false);
  const floor = new FloorProcess(temporaryFolder("floor"));
  for (const [name, kind] of [
    ["floor: classic-level put, group commit, no HTTP", "level"],
    ["floor: append and fdatasync, group commit, no HTTP", "append"],
  ] as const) {
    const found = { 1: figures(), 128: figures() };
    rows.push({
      name,
      found,
      async round(callers, length, keep) {
        const result = await floor.run({ kind, callers, seconds: length });
        if (keep) note(found[callers], result.cpu, result);
      },
    });
  }

  // Before everything on the way is compiled, most of the CPU time goes into compiling.
  for (const row of rows) for (const clients of clientCounts) await row.round(clients, Math.max(2, seconds), false);
  for (let round = 0; round < rounds; round++) {
    for (const clients of clientCounts) for (const row of rotated(rows, round)) await row.round(clients, seconds, true);
    process.stderr.write(`calls: round ${round + 1} of ${rounds}\n`);
  }
  const loaded = measured.map(({ name, server }) => [name, short(residentMb(server.pids))]);
  for (const server of servers) await server.stop();
  floor.stop();
  const tables = clientCounts.map((clients) => callTable(rows, clients));
  return [...tables, table(["after these calls", "resident MB"], loaded)].join("\n\n");
}

async function callRound(
  load: LoadProcess,
  server: Server,
  account: string,
  idempotent: boolean,
  fixed: string | undefined,
  found: Record<ClientCount, Figures>,
  clients: ClientCount,
  seconds: number,
  keep: boolean,
): Promise<void> {
  const before = cpuMicros(server.pids);
  const answers = fixed === undefined ? { counts: account } : { fixed };
  const order = { port: server.port, call: server.counter, connections: clients, seconds, keys, idempotent, answers };
  const result = await load.load(order);
  const cpu = (cpuMicros(server.pids) - before) / result.calls;
  if (keep) note(found[clients], cpu, result);
}

function note(found: Figures, cpu: number, { perSecond, p50, p99 }: { perSecond: number; p50: number; p99: number }) {
  found.perSecond.push(perSecond);
  found.cpu.push(cpu);
  found.p50.push(p50);
  found.p99.push(p99);
}

function rotated<T>(values: readonly T[], by: number): T[] {
  const start = by % values.length;
  return [...values.slice(start), ...values.slice(0, start)];
}

function callTable(rows: readonly Row[], clients: ClientCount): string {
  const ours = rows[0]!.found[clients];
  return table(
    [
      clients === 1 ? "1 client" : `${clients} clients`,
      "calls/s",
      "ours ÷ this",
      "p50 ms",
      "p99 ms",
      "ours ÷ this, p99",
      "CPU µs for each",
      "ours ÷ this, CPU",
    ],
    rows.map(({ name, found }) => {
      const { perSecond, cpu, p50, p99 } = found[clients];
      return [
        name,
        short(median(perSecond)),
        ratios(ours.perSecond, perSecond),
        short(median(p50)),
        short(median(p99)),
        ratios(ours.p99, p99),
        short(median(cpu)),
        ratios(ours.cpu, cpu),
      ];
    }),
  );
}

/** From starting the processes on an empty folder to the first answer, and the memory when idle. */
export async function measureStart(ours: string, restate: Restate | undefined, rounds: number): Promise<string> {
  const rows: { name: string; start(): Promise<Server>; firstMs: number[]; idleMb: number[] }[] = [
    { name: "**statefun-ts**", start: () => Ours.start(ours, temporaryFolder("start")), firstMs: [], idleMb: [] },
  ];
  if (restate !== undefined) {
    const start = () => startRestate(restate, temporaryFolder("start"));
    rows.push({ name: "Restate 1.7.12", start, firstMs: [], idleMb: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const row of rotated(rows, round)) {
      const begun = performance.now();
      const server = await row.start();
      const { before, after, body } = server.counter;
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`http://127.0.0.1:${server.port}${before}first${after}`, {
        method: "POST",
        headers,
        body,
      });
      const text = await answer.text();
      row.firstMs.push(performance.now() - begun);
      if (text !== "1") throw new Error(`${row.name}: the first answer is ${answer.status} ${text}`);
      await sleep(2_000);
      row.idleMb.push(residentMb(server.pids));
      await server.stop();
    }
  }
  const [{ firstMs, idleMb }] = rows as [(typeof rows)[number]];
  return table(
    ["on an empty folder", "start to first answer, ms", "ours ÷ this", "idle, resident MB", "ours ÷ this"],
    rows.map((row) => [
      row.name,
      short(median(row.firstMs)),
      ratios(firstMs, row.firstMs),
      short(median(row.idleMb)),
      ratios(idleMb, row.idleMb),
    ]),
  );
}
