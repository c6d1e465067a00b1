// A process that fills a folder, opens it or empties it, and reports how much memory and time it took.

import { Engine } from "../../src/engine/engine.js";
import { defaultLimits } from "../../src/engine/limits.js";
import { openLevelStore } from "../../src/store/level-store.js";
import { at, type Batch, endpointOf, spec, text } from "../engine/functions.js";

const [dir = "", name = "", count = "0"] = process.argv.slice(2);
const total = Number(count);
const mebibyte = 1024 * 1024;
const hour = 3_600_000;

/** One thing that the process does. */
interface Work {
  /** Called when the engine is open. */
  begin?(engine: Engine): Promise<unknown>;
  /** Whether all is done. */
  done(engine: Engine): boolean;
  /** How many milliseconds the clock is ahead. Defaults to 0. */
  readonly aheadMs?: number;
}

const go = (engine: Engine, to: string) => engine.send(at(to), text("go"));
const allDelayed = ({ metrics }: Engine) => metrics.delayedPending === total;
const allDelivered = ({ metrics }: Engine) => metrics.mailboxMessages === 0 && metrics.messagesDelivered >= total;
let swept = false;

const works: Readonly<Record<string, Work>> = {
  /** 1 → 1,000 → `total` messages, which nobody takes. */
  hang: { begin: (engine) => go(engine, "root/1"), done: ({ metrics }) => metrics.mailboxMessages === total },
  /** Delivers what waits. */
  drain: { done: allDelivered },
  /** As many delayed messages of 100 bytes. */
  delay: { begin: (engine) => go(engine, "root/1"), done: allDelayed },
  /** Opens a folder with them, and leaves them there. */
  open: { done: allDelayed },
  /** Delayed messages of 1 MiB. */
  "delay large": {
    async begin(engine) {
      for (let sent = 0; sent < total; sent += 10) await go(engine, `large/${sent}`);
    },
    done: allDelayed,
  },
  /** Delivers the delayed messages, which are all due. */
  due: {
    aheadMs: 3 * hour,
    done: ({ metrics }) => metrics.delayedPending === 0 && allDelivered({ metrics } as Engine),
  },
  /** States of 2 MB that expire. */
  states: {
    async begin(engine) {
      for (let id = 0; id < total; id += 1) await go(engine, `state/${id}`);
    },
    done: allDelivered,
  },
  /** Sweeps them. */
  sweep: {
    aheadMs: 3 * hour,
    async begin(engine) {
      await engine.sweep();
      swept = true;
    },
    done: () => swept,
  },
};

const functions = {
  root(batch: Batch) {
    for (let id = 0; id < 1_000; id += 1) batch.send(`branch/${id}`, "go");
  },
  branch(batch: Batch) {
    const body = "x".repeat(100);
    for (let id = 0; id < total / 1_000; id += 1) {
      if (name === "delay") batch.after(hour + id, `leaf/${batch.target.id}-${id}`, body);
      else batch.send(`leaf/${batch.target.id}-${id}`, body);
    }
  },
  large(batch: Batch) {
    for (let id = 0; id < 10; id += 1) batch.after(hour + id, `leaf/${batch.target.id}-${id}`, "x".repeat(mebibyte));
  },
  state: {
    states: [spec("large", "after-write", hour)],
    handle: (batch: Batch) => batch.set("large", "x".repeat(2_000_000)),
  },
  leaf: name === "hang" ? () => new Promise<void>(() => {}) : () => {},
};

const work = works[name];
if (work === undefined) throw new Error(`No work is called ${name}.`);
const { begin, done, aheadMs = 0 } = work;

/** The longest time for which the event loop stood still, and the largest heap. */
let longestMs = 0;
let heapBytes = 0;
let last = performance.now();
const watch = setInterval(() => {
  longestMs = Math.max(longestMs, performance.now() - last - 10);
  heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed);
  last = performance.now();
}, 10);

const clock = {
  now: () => Date.now() + aheadMs,
  after(ms: number, run: () => void) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
const store = await openLevelStore(dir);
const begun = performance.now();
const engine = await Engine.open({ store, findRoute: endpointOf(functions), clock, limits: defaultLimits });
const openMs = performance.now() - begun;
await begin?.(engine);
const deadline = performance.now() + 600_000;
while (!done(engine)) {
  if (performance.now() > deadline) throw new Error(`Not done in time: ${JSON.stringify(engine.metrics)}`);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
clearInterval(watch);
const left = (await store.keys({ from: "s", to: "t", limit: 10 })).length;
await engine.close(0);
await engine.settle();
await store.close();
console.log(
  JSON.stringify({
    openMs: Math.round(openMs),
    longestMs: Math.round(longestMs),
    heapMiB: Math.round(heapBytes / mebibyte),
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    seconds: Math.round((performance.now() - begun) / 1000),
    states: left,
  }),
);
process.exit(0);
