// The floors for durability: callers that each write a small value and wait until it is on disk, group by group, and reads
// and writes of random keys.

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

/** Reads and writes of random keys in a new database, in groups of this many that are on disk before the next group. */
export interface WalkOrder {
  readonly kind: "walk";
  readonly operations: number;
  readonly keys: number;
  readonly group: number;
}

/** CPU in microseconds for each read and write. */
export interface WalkResult {
  readonly cpu: number;
}

interface Put {
  readonly key: string;
  readonly value: Buffer;
  readonly done: () => void;
}

const dir = process.argv[2] as string;
const mebibyte = 1024 * 1024;
/** As large as the runtime's entry of an int state. */
const stateBytes = 41;

/** Opens a database with the same sizes as the runtime's. */
async function openLevel(name: string): Promise<ClassicLevel<string, Buffer>> {
  const database = new ClassicLevel<string, Buffer>(join(dir, name), {
    valueEncoding: "buffer",
    cacheSize: 16 * mebibyte,
    writeBufferSize: 8 * mebibyte,
    maxFileSize: 8 * mebibyte,
  });
  await database.open();
  return database;
}

const level = await openLevel("level");
const log = await open(join(dir, "log"), "a");

const write = {
  async level(puts: readonly Put[]) {
    // An array of operations would cost more than twice as much as a chained batch.
    const batch = level.batch();
    for (const { key, value } of puts) batch.put(key, value);
    await batch.write({ sync: true });
  },
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

let walks = 0;

async function walk({ operations, keys, group }: WalkOrder): Promise<WalkResult> {
  const database = await openLevel(`walk ${walks++}`);
  const cpuBefore = process.cpuUsage();
  for (let done = 0; done < operations; ) {
    const batch = database.batch();
    for (const end = Math.min(operations, done + group); done < end; done++) {
      const key = `sbench\0sink\0${Math.floor(Math.random() * keys)}\0count`;
      const found = database.getSync(key);
      const value = Buffer.alloc(stateBytes);
      value.writeUInt32LE((found?.readUInt32LE() ?? 0) + 1);
      batch.put(key, value);
    }
    await batch.write({ sync: true });
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  await database.close();
  return { cpu: (user + system) / operations };
}

process.on("message", async (order: FloorOrder | WalkOrder) =>
  process.send?.(order.kind === "walk" ? await walk(order) : await run(order)),
);
