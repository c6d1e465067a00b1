// The floors for durability: callers that each write a small value and wait until it is on disk, group by group.

import { open } from "node:fs/promises";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import { type Percentiles, percentiles } from "./percentiles.ts";

export interface FloorOrder {
  readonly kind: "level" | "append";
  readonly callers: number;
  readonly seconds: number;
}

/** Times in milliseconds, CPU in microseconds for each put. */
export interface FloorResult extends Percentiles {
  readonly perSecond: number;
  readonly cpu: number;
}

interface Put {
  readonly key: string;
  readonly value: Buffer;
  readonly done: () => void;
}

const dir = process.argv[2] as string;
const level = new ClassicLevel<string, Buffer>(join(dir, "level"), { valueEncoding: "buffer" });
await level.open();
const log = await open(join(dir, "log"), "a");

const write = {
  level: (puts: readonly Put[]) =>
    level.batch(
      puts.map(({ key, value }) => ({ type: "put", key, value })),
      { sync: true },
    ),
  async append(puts: readonly Put[]) {
    await log.appendFile(Buffer.concat(puts.map(({ value }) => value)));
    await log.datasync();
  },
};

async function run({ kind, callers, seconds }: FloorOrder): Promise<FloorResult> {
  let waiting: Put[] = [];
  let writing = false;
  const flush = async () => {
    writing = true;
    while (waiting.length > 0) {
      const puts = waiting;
      waiting = [];
      await write[kind](puts);
      for (const { done } of puts) done();
      // Lets all answered callers put again, so that they share the next group.
      await new Promise((resolve) => setImmediate(resolve));
    }
    writing = false;
  };
  const put = (key: string, value: Buffer) =>
    new Promise<void>((done) => {
      waiting.push({ key, value, done });
      if (!writing) setImmediate(() => writing || flush());
    });

  const times: number[] = [];
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const until = start + seconds * 1000;
  const caller = async () => {
    while (performance.now() < until) {
      const value = Buffer.allocUnsafe(64).fill(times.length);
      const begun = performance.now();
      await put(`key ${Math.floor(Math.random() * 1_000)}`, value);
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const perSecond = (times.length * 1000) / (performance.now() - start);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond, cpu: (user + system) / times.length, ...percentiles(times) };
}

process.on("message", async (order: FloorOrder) => process.send?.(await run(order)));
