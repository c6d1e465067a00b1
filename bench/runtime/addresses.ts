// Far more addresses on disk than fit in memory: filling, opening, and calls of random addresses.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../prepare.ts";
import { short, table } from "../statistics.ts";
import { Connection } from "./connection.ts";
import { reopen } from "./delayed.ts";
import { allDurable, drive, expectCount } from "./messages.ts";
import { percentiles } from "./percentiles.ts";
import { residentMb } from "./processes.ts";
import { Ours } from "./servers.ts";

const calls = 2_000;

/** The bytes of all files in a folder and those below it. */
export function folderBytes(dir: string): number {
  let bytes = 0;
  for (const name of readdirSync(dir, { recursive: true }) as string[]) {
    // LevelDB may merge a file into another file, and remove it, at any time.
    const stats = statSync(join(dir, name), { throwIfNoEntry: false });
    if (stats?.isFile()) bytes += stats.size;
  }
  return bytes;
}

/** Returns a table, as Markdown. */
export async function measureAddresses(script: string, addresses: number): Promise<string> {
  const dir = temporaryFolder("addresses");
  const filling = await Ours.start(script, dir);
  const begun = performance.now();
  await drive(filling, addresses, 0);
  await allDurable(filling, addresses);
  const perSecond = (addresses * 1000) / (performance.now() - begun);
  const filled = residentMb(filling.pids);
  await filling.stop();

  const { ours, openMs, firstMs } = await reopen(script, dir, async ({ port }) => {
    const first = await Connection.open(port);
    await expectCount(first, addresses - 1, 1);
    first.close();
  });
  const idle = residentMb(ours.pids);
  const reading = await Connection.open(ours.port);
  const times: number[] = [];
  for (let call = 0; call < calls; call++) {
    const before = performance.now();
    await expectCount(reading, Math.floor(Math.random() * addresses), 1);
    times.push(performance.now() - before);
  }
  const after = residentMb(ours.pids);
  reading.close();
  await ours.stop();
  const { p50, p99 } = percentiles(times);
  return table(
    [`${addresses.toLocaleString("en-US")} addresses with a state`, ""],
    [
      ["filled by messages from functions", `${short(perSecond)}/s`],
      ["resident memory then", `${short(filled)} MB`],
      ["data folder", `${short(folderBytes(dir) / 1e6)} MB`],
      ["opening", `${short(openMs)} ms`],
      ["start of the process to first answer", `${short(firstMs)} ms`],
      ["resident memory then", `${short(idle)} MB`],
      [
        `${calls.toLocaleString("en-US")} calls of random ones, 1 client, p50 and p99`,
        `${short(p50)} ms, ${short(p99)} ms`,
      ],
      ["resident memory then", `${short(after)} MB`],
    ],
  );
}
