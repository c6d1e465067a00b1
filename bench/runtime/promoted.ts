// How many bytes of a call survive two collections of young objects: V8 moves them to the old generation, where collecting
// costs more.

import { bench, temporaryFolder } from "../prepare.ts";
import { median, short, table } from "../statistics.ts";
import type { LoadOrder } from "./load.ts";
import type { LoadProcess } from "./load-process.ts";
import { Ours, type Server, startFloor, Trace } from "./servers.ts";
import type { Summary } from "./summary.ts";

/**
 * How many calls come before those that count. An old object keeps young objects alive, and a server has few old objects at
 * first: a Set of open responses made a call promote 250 bytes at first, and 3,800 after 80,000 calls.
 */
const callsBefore = 150_000;

interface Row {
  readonly name: string;
  start(trace: Trace): Promise<Server>;
  answers(round: number): LoadOrder["answers"];
  readonly allocated: number[];
  readonly promoted: number[];
}

/** Returns a table, as Markdown. Each round starts processes of its own, because tracing takes time. */
export async function measurePromoted(
  scripts: readonly (readonly [name: string, script: string])[],
  rounds: number,
  seconds: number,
  load: LoadProcess,
  summary: Summary,
): Promise<string> {
  const rows: Row[] = scripts.map(([name, script]) => ({
    name,
    start: (trace) => Ours.start(script, temporaryFolder("promoted"), trace),
    answers: (round) => ({ counts: `${name}, promoted, ${round}` }),
    allocated: [],
    promoted: [],
  }));
  rows.push({
    name: "floor: node:http, fixed answer, nothing kept",
    start: (trace) => startFloor(`${bench}subjects/floor.mjs`, trace),
    answers: () => ({ fixed: "1" }),
    allocated: [],
    promoted: [],
  });
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) {
      const trace = new Trace();
      const server = await row.start(trace);
      const order = { port: server.port, call: server.counter, connections: 128, keys: 1_000, idempotent: false };
      const answers = row.answers(round);
      for (let warm = 0; warm < callsBefore; ) warm += (await load.load({ ...order, seconds, answers })).calls;
      const before = { ...trace };
      const { calls } = await load.load({ ...order, seconds, answers });
      row.allocated.push((trace.allocated - before.allocated) / calls);
      row.promoted.push((trace.promoted - before.promoted) / calls);
      await server.stop();
    }
    process.stderr.write(`promoted: round ${round + 1} of ${rounds}\n`);
  }
  summary.addFigure("bytes that a call leaves for the old generation of the heap, 128 clients", rows[0]!.promoted);
  return table(
    ["128 clients", "allocated bytes for each call", "of them promoted"],
    rows.map(({ name, allocated, promoted }) => [name, short(median(allocated)), short(median(promoted))]),
  );
}
