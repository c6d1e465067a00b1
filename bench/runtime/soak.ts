// `tsx bench/runtime/soak.ts --minutes 30`: mixed load on one runtime, for long. It fails when memory or the data
// folder grows although the live data does not: 1,000 counters, and the data of the last minutes, which expires, is
// withdrawn or is deleted.

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { temporaryFolder } from "../prepare.ts";
import { median, short } from "../statistics.ts";
import { folderBytes } from "./addresses.ts";
import { Connection } from "./connection.ts";
import { Ledger } from "./ledger.ts";
import { buildRuntime } from "./prepare.ts";
import { Ours } from "./servers.ts";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "30" }, rate: { type: "string", default: "1000" } },
});
const minutes = Number(values.minutes);
/** Operations for each second. The amount of live data depends on this rate, so it must stay the same. */
const rate = Number(values.rate);
const clientCount = 16;
const sampleMs = 10_000;
const keys = 1_000;
const note = "x".repeat(500);

const dir = temporaryFolder("soak");
const ours = await Ours.start(buildRuntime(), dir);
const ledger = new Ledger();
/** Ids, tokens and notes that were never used before. */
let fresh = 0;
let operations = 0;
let delayed = 0;
let withdrawn = 0;
let fired = 0;

async function exchange(call: Promise<{ status: number; body: string }>, expected: string) {
  const { status, body } = await call;
  if (`${status} ${body.trim()}` !== expected) throw new Error(`answered with ${status} ${body}, not ${expected}`);
}

const work: readonly ((connection: Connection) => Promise<void>)[] = [
  async function count(connection) {
    const key = Math.floor(Math.random() * keys);
    const { status, body } = await connection.post(`/call/example/counter/${key}`, "1");
    if (status !== 200) throw new Error(`a call was answered with ${status} ${body}`);
    ledger.note(key, Number(body));
  },
  async function keep(connection) {
    await exchange(connection.post(`/call/bench/session/${fresh++}`, JSON.stringify(note)), '200 "kept"');
  },
  async function putAndDelete(connection) {
    const path = `/call/bench/box/${fresh++}`;
    await exchange(connection.post(path, JSON.stringify(note)), '200 ""');
    await exchange(connection.post(path, '""'), `200 "${note}"`);
  },
  async function delay(connection) {
    const token = `token-${fresh++}`;
    const delayMs = 1_000 + Math.floor(Math.random() * 20_000);
    const path = `/send/bench/sleeper/${fresh % keys}?delay=${delayMs}&cancellationToken=${token}`;
    const body = JSON.stringify({ at: Date.now() + delayMs });
    await exchange(connection.post(path, body), '202 {"status":"accepted"}');
    delayed += 1;
    if (fresh % 2 === 0) return;
    const { status } = await connection.delete(`/delayed/${token}`);
    if (status !== 200) throw new Error(`a delayed message was not withdrawn: ${status}`);
    withdrawn += 1;
  },
];

interface Sample {
  readonly heapMb: number;
  readonly externalMb: number;
  readonly residentMb: number;
  readonly folderMb: number;
}

async function sample(): Promise<Sample> {
  fired += (await ours.ask<number[]>("late")).length;
  const { heapUsed, external, rss } = await ours.ask<Record<"heapUsed" | "external" | "rss", number>>("memory");
  return {
    heapMb: heapUsed / 1e6,
    externalMb: external / 1e6,
    residentMb: rss / 1e6,
    folderMb: folderBytes(dir) / 1e6,
  };
}

const end = Date.now() + minutes * 60_000;
const clients = Array.from({ length: clientCount }, async () => {
  const connection = await Connection.open(ours.port);
  const begun = Date.now();
  for (let own = 0; Date.now() < end; own++) {
    await sleep(Math.max(0, begun + (own * clientCount * 1000) / rate - Date.now()));
    await work[Math.floor(Math.random() * work.length)]!(connection);
    operations += 1;
  }
  connection.close();
});
const done = Promise.all(clients);
done.catch((error) => {
  console.error(error);
  process.exit(1);
});

const samples: Sample[] = [];
const line = (...cells: readonly (string | number)[]) =>
  console.log(cells.map((cell) => String(cell).padStart(12)).join(""));
line("minute", "operations", "heap MB", "external MB", "resident MB", "folder MB");
const tell = ({ heapMb, externalMb, residentMb, folderMb }: Sample) => {
  const minute = minutes - (end - Date.now()) / 60_000;
  line(minute.toFixed(1), operations, short(heapMb), short(externalMb), short(residentMb), short(folderMb));
};
while (Date.now() + sampleMs < end) {
  await sleep(sampleMs);
  const taken = await sample();
  samples.push(taken);
  tell(taken);
}
await done;
ledger.settle();

// The last delayed messages are due within 21 s. After that, only the counters and expiring states are left.
await sleep(25_000);
const last = await sample();
tell(last);
await ours.stop();

const failures: string[] = [];
if (fired !== delayed - withdrawn) failures.push(`${delayed} delayed, ${withdrawn} withdrawn, but ${fired} fired`);
/** The first quarter fills caches. After it, nothing may grow by more than a quarter and some room for chance. */
const quarter = (part: number) =>
  samples.slice(Math.floor((part * samples.length) / 4), Math.ceil(((part + 1) * samples.length) / 4));
for (const [name, room] of [
  ["heapMb", 8],
  ["externalMb", 8],
  ["residentMb", 24],
  ["folderMb", 24],
] as const) {
  const [second, fourth] = [1, 3].map((part) => median(quarter(part).map((taken) => taken[name]))) as [number, number];
  if (fourth > second * 1.25 + room) failures.push(`${name} grew from ${short(second)} to ${short(fourth)}`);
}
console.log(failures.length === 0 ? "flat" : failures.join("\n"));
process.exit(failures.length === 0 ? 0 : 1);
