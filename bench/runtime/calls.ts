// Durable calls over HTTP: this package, Restate and the floors, in interleaved rounds.

import { dirname, join } from "node:path";
import { bench, temporaryFolder } from "../prepare.ts";
import { rotated, short, table } from "../statistics.ts";
import { callTable, clientCounts, type Figures, Row, withCpu } from "./call-row.ts";
import { FloorProcess } from "./floor-process.ts";
import type { LoadOrder } from "./load.ts";
import type { LoadProcess } from "./load-process.ts";
import type { Restate } from "./prepare.ts";
import { residentMb } from "./processes.ts";
import { Ours, type Server, startFloor, startRestate } from "./servers.ts";
import type { Summary } from "./summary.ts";

const keys = 1_000;
/** How many requests with many calls are in flight, and how many calls each has. */
const batches = { groups: 8, callsOfGroup: 128 } as const;

export interface CallsOptions {
  readonly ours: string;
  /** A changed copy of this package to compare with. */
  readonly changed: string | undefined;
  readonly restate: Restate | undefined;
  readonly rounds: number;
  readonly seconds: number;
}

/** Returns the tables, as Markdown. */
export async function measureCalls(options: CallsOptions, load: LoadProcess, summary: Summary): Promise<string> {
  const { ours, changed, restate, rounds, seconds } = options;
  const servers: { name: string; server: Server }[] = [];
  const rows: Row[] = [];
  const add = (...row: ConstructorParameters<typeof Row>) => {
    rows.push(new Row(...row));
    return rows.at(-1) as Row;
  };
  /** A row of single calls. Each server's counts go on from row to row, so they have one name. */
  const single = (name: string, server: Server, idempotent: boolean, answers: LoadOrder["answers"]) =>
    add(name, (connections, length) => {
      const order = {
        port: server.port,
        call: server.counter,
        connections,
        seconds: length,
        keys,
        idempotent,
        answers,
      };
      return withCpu(server, () => load.load(order));
    });
  const counters = async (name: string, starting: Promise<Server>) => {
    const server = await starting;
    servers.push({ name, server });
    const row = single(name, server, false, { counts: name });
    const withKeys = single(`${name}, Idempotency-Key`, server, true, { counts: name });
    return { server, row, withKeys };
  };
  /** Rows of many calls at once. A copy of before has none. */
  const batched = async (name: string, server: Server, script: string) => {
    if (!(await takesManyCalls(server))) return [];
    const client = join(dirname(script), "node_modules/statefun-ts/dist/esm/client/entry.js");
    return [
      ["`POST /calls` with 128 calls", undefined] as const,
      ["typed client, 128 calls in a tick", client] as const,
    ].map(([kind, entry]) => {
      const run = (_: number, length: number) => {
        const order = { port: server.port, client: entry, ...batches, seconds: length, keys, counts: name };
        return withCpu(server, () => load.batch(order));
      };
      return add(`${name}, ${batches.groups} × ${kind}`, run, [128]);
    });
  };

  const name = "**statefun-ts**";
  const { server, row, withKeys } = await counters(name, Ours.start(ours, temporaryFolder("ours")));
  const manyRows = await batched(name, server, ours);
  if (changed !== undefined) {
    const copy = await counters("changed copy", Ours.start(changed, temporaryFolder("changed")));
    await batched("changed copy", copy.server, changed);
  }
  const peer =
    restate === undefined
      ? undefined
      : await counters("Restate 1.7.12", startRestate(restate, temporaryFolder("restate")));
  const httpFloor = await startFloor(`${bench}subjects/floor.mjs`);
  const floorRow = single("floor: node:http, fixed answer, nothing kept", httpFloor, false, { fixed: "1" });
  const floor = new FloorProcess(temporaryFolder("floor"));
  for (const [what, kind] of [
    ["floor: classic-level put, group commit, no HTTP", "level"],
    ["floor: append and fdatasync, group commit, no HTTP", "append"],
  ] as const) {
    add(what, (callers, length) => floor.run({ kind, callers, seconds: length }));
  }

  // Before everything on the way is compiled, most of the CPU time goes into compiling.
  for (const each of rows) for (const clients of clientCounts) await each.round(clients, Math.max(2, seconds), false);
  for (let round = 0; round < rounds; round++) {
    for (const clients of clientCounts)
      for (const each of rotated(rows, round)) await each.round(clients, seconds, true);
    process.stderr.write(`calls: round ${round + 1} of ${rounds}\n`);
  }
  const loaded = servers.map(({ name, server }) => [name, short(residentMb(server.pids))]);
  for (const { server } of servers) await server.stop();
  await httpFloor.stop();
  floor.stop();
  summarize(summary, { row, withKeys, floor: floorRow, peer: peer?.row, many: manyRows });
  const tables = clientCounts.map((clients) => callTable(rows, clients));
  return [...tables, table(["after these calls", "resident MB"], loaded)].join("\n\n");
}

async function takesManyCalls({ port }: Server): Promise<boolean> {
  const { status } = await fetch(`http://127.0.0.1:${port}/calls`, { method: "POST" });
  return status !== 404;
}

interface Summarized {
  readonly row: Row;
  readonly withKeys: Row;
  readonly floor: Row;
  readonly peer: Row | undefined;
  /** Many calls at once: as lines, and by the typed client. */
  readonly many: readonly Row[];
}

function summarize(summary: Summary, { row, withKeys, floor, peer, many }: Summarized): void {
  const figures = (each: Row) => each.found(128) as Figures;
  const [ours, http] = [figures(row), figures(floor)];
  const [lines, client] = many.map((each) => figures(each).perSecond);
  summary.addRatio("CPU of a durable HTTP call ÷ node:http with a fixed answer, 128 clients", ours.cpu, http.cpu);
  summary.addRatio("durable calls/s ÷ node:http with a fixed answer, 128 clients", ours.perSecond, http.perSecond);
  if (lines !== undefined && client !== undefined) {
    summary.addRatio("durable calls/s, as lines of `POST /calls` ÷ single calls", lines, ours.perSecond);
    // The typed client gives each call a key.
    const keyed = figures(withKeys).perSecond;
    summary.addRatio("durable calls/s, together by the typed client ÷ single calls, all with keys", client, keyed);
  }
  if (peer === undefined) return;
  const restate = figures(peer).perSecond;
  summary.addRatio("durable calls/s ÷ Restate, 128 clients", ours.perSecond, restate);
  if (lines !== undefined) summary.addRatio("durable calls/s, as lines of `POST /calls` ÷ Restate", lines, restate);
}
