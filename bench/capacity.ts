// `npm run bench:capacity`: measures what the embedded runtime needs: disk and memory for each address, each waiting and each
// delayed message, and how many messages share one fsync. It prints the tables of docs/capacity.md.

import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { StatefulFunctions, Types } from "../src/index.js";
import { StatefunRuntime } from "../src/runtime/entry.js";

const { values } = parseArgs({
  options: {
    /** How many addresses and messages there are. */
    count: { type: "string", default: "200000" },
    /** The part that a child process measures. */
    part: { type: "string" },
    dir: { type: "string" },
  },
});
const count = Number(values.count);
/** 100 characters that the disk can't compress much. */
const randomText = () => randomBytes(75).toString("base64");
const never = new Promise<void>(() => {});

const functions = new StatefulFunctions()
  .register(
    "bench/keeps",
    (_input: string, _context, state) => {
      state.text = randomText();
    },
    { handles: [Types.string], state: { text: Types.string } },
  )
  .register("bench/stuck", () => never, { handles: [Types.string], concurrency: 1 });

/** More may wait than the ingress takes by default, so that a large `count` fits. What is kept in memory stays as it is. */
const limits = { functionBytes: 2 ** 30, totalBytes: 2 ** 30 };
const open = (dir: string) => StatefunRuntime.open({ functions, dir, limits, ingress: false, admin: { port: 0 } });
const message = () => Types.string.pack(randomText());

/** Sends to `count` addresses, with up to `together` sends waiting for the disk at a time. */
async function sendAll(
  runtime: StatefunRuntime,
  name: string,
  together: number,
  delay?: { days: number },
): Promise<void> {
  let next = 0;
  const sendOn = async () => {
    while (next < count) await runtime.send(name, `address-${next++}`, message(), delay === undefined ? {} : { delay });
  };
  await Promise.all(Array.from({ length: together }, sendOn));
}

async function metricsOf(runtime: StatefunRuntime): Promise<(name: string) => number> {
  const answer = await fetch(`${runtime.admin?.url}/metrics?format=json`);
  const { metrics } = (await answer.json()) as { metrics: { name: string; samples: { value: number }[] }[] };
  return (name) => metrics.find((metric) => metric.name === name)?.samples[0]?.value ?? Number.NaN;
}

/** Waits until no message waits for bench/keeps. */
async function drained(runtime: StatefunRuntime): Promise<void> {
  while ((await metricsOf(runtime))("statefun_mailbox_messages") > 0)
    await new Promise((done) => setTimeout(done, 100));
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath !== join(folder, "db/unchecked"))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

const parts: Record<string, (dir: string) => Promise<unknown>> = {
  async addresses(dir) {
    const runtime = await open(dir);
    await sendAll(runtime, "bench/keeps", 1000);
    await drained(runtime);
    await runtime.close();
  },
  async waiting(dir) {
    const runtime = await open(dir);
    await sendAll(runtime, "bench/stuck", 1000);
    await runtime.close({ grace: { seconds: 0 } });
  },
  async delayed(dir) {
    const runtime = await open(dir);
    await sendAll(runtime, "bench/keeps", 1000, { days: 30 });
    await runtime.close();
  },
  async empty(dir) {
    await (await open(dir)).close();
  },
  /** Opens what another part has filled, and says what it takes. */
  async opened(dir) {
    const bytes = bytesOf(dir);
    const started = performance.now();
    const runtime = await open(dir);
    const openSeconds = (performance.now() - started) / 1000;
    await new Promise((done) => setTimeout(done, 2000));
    const { rss, heapUsed } = process.memoryUsage();
    await runtime.close({ grace: { seconds: 0 } });
    return { bytes, openSeconds, rss, heapUsed };
  },
  async commits(dir) {
    const rows = [];
    for (const together of [1, 16, 256, 1000]) {
      const runtime = await open(join(dir, `${together}`));
      const total = Math.min(count, together * 300);
      const started = performance.now();
      let next = 0;
      const sendOn = async () => {
        while (next < total) await runtime.send("bench/keeps", `address-${next++}`, message());
      };
      await Promise.all(Array.from({ length: together }, sendOn));
      await drained(runtime);
      const seconds = (performance.now() - started) / 1000;
      const metric = await metricsOf(runtime);
      rows.push({
        together,
        perSecond: total / seconds,
        perCommit: total / metric("statefun_commits_total"),
        bytes: metric("statefun_commit_bytes_total") / total,
      });
      await runtime.close();
    }
    return rows;
  },
};

/** Milliseconds that one write of 4 KiB with fdatasync takes, the median of 200. */
function syncMilliseconds(dir: string): number {
  const file = openSync(join(dir, "sync"), "w");
  const times = Array.from({ length: 200 }, () => {
    const started = performance.now();
    writeSync(file, Buffer.alloc(4096));
    fdatasyncSync(file);
    return performance.now() - started;
  }).sort((a, b) => a - b);
  closeSync(file);
  return times[100] as number;
}

/** Runs one part in a process of its own, so that nothing of the part before is in its memory. */
function run<T>(part: string, dir: string): T {
  const args = ["--import", "tsx", fileURLToPath(import.meta.url), "--part", part, "--dir", dir, "--count", `${count}`];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`${part} ended with ${status}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) as string);
}

interface Opened {
  readonly bytes: number;
  readonly openSeconds: number;
  readonly rss: number;
}

function measureAll(): void {
  const folder = mkdtempSync(join(values.dir ?? tmpdir(), "statefun-capacity-"));
  try {
    const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
    console.log(
      `${cpus()[0]?.model}, ${availableParallelism()} cores, ${mib(totalmem())} of memory, Node ${process.version}; ` +
        `a write of 4 KiB with fdatasync takes ${syncMilliseconds(folder).toFixed(2)} ms (median)\n`,
    );
    console.log(
      "| what the folder holds | on disk | for each | opens in | memory of the process, idle |\n|---|---|---|---|---|",
    );
    for (const part of ["empty", "addresses", "waiting", "delayed"]) {
      const dir = join(folder, part);
      run(part, dir);
      const { bytes, openSeconds, rss } = run<Opened>("opened", dir);
      const what = part === "empty" ? "nothing" : `${count.toLocaleString("en")} ${part}`;
      const each = part === "empty" ? "" : `${Math.round(bytes / count)} bytes`;
      console.log(`| ${what} | ${mib(bytes)} | ${each} | ${openSeconds.toFixed(2)} s | ${mib(rss)} |`);
    }
    console.log(
      "\n| sends that wait at a time | messages in a second | messages for each commit | bytes written for each |\n|---|---|---|---|",
    );
    for (const row of run<{ together: number; perSecond: number; perCommit: number; bytes: number }[]>(
      "commits",
      join(folder, "commits"),
    )) {
      console.log(
        `| ${row.together} | ${Math.round(row.perSecond)} | ${row.perCommit.toFixed(1)} | ${Math.round(row.bytes)} |`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (values.part === undefined) measureAll();
else {
  const result = await parts[values.part]?.(values.dir as string);
  console.log(JSON.stringify(result ?? null));
  process.exit(0); // bench/stuck never ends
}
