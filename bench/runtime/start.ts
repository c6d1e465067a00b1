// The start of this package and of Restate on an empty folder, and their memory when idle.

import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "../prepare.ts";
import { median, ratios, rotated, short, table } from "../statistics.ts";
import type { Restate } from "./prepare.ts";
import { residentMb } from "./processes.ts";
import { Ours, type Server, startRestate } from "./servers.ts";

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
      if (text.trimEnd() !== "1") throw new Error(`${row.name}: the first answer is ${answer.status} ${text}`);
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
