// A process that fills or empties a folder with very many messages, and reports how much memory and time it took.

import { Engine } from "../../src/engine/engine.js";
import { defaultLimits } from "../../src/engine/limits.js";
import { openLevelStore } from "../../src/store/level-store.js";
import { at, type Batch, endpointOf, text } from "../engine/functions.js";

const [dir = "", what = "", count = "0"] = process.argv.slice(2);
const total = Number(count);
const body = "x".repeat(100);

const functions = {
  /** 1 → 1,000 → `total`. */
  root(batch: Batch) {
    for (let id = 0; id < 1_000; id += 1) batch.send(`branch/${id}`, "go");
  },
  branch(batch: Batch) {
    for (let id = 0; id < total / 1_000; id += 1) {
      if (what === "delayed") batch.after(3_600_000 + id, `leaf/${batch.target.id}-${id}`, body);
      else batch.send(`leaf/${batch.target.id}-${id}`, body);
    }
  },
  leaf: what === "hang" ? () => new Promise<void>(() => {}) : () => {},
};

/** The longest time for which the event loop stood still. */
let longestMs = 0;
let last = performance.now();
const watch = setInterval(() => {
  longestMs = Math.max(longestMs, performance.now() - last - 10);
  last = performance.now();
}, 10);

const store = await openLevelStore(dir);
const begun = performance.now();
const engine = await Engine.open({ store, findRoute: endpointOf(functions), limits: defaultLimits });
const openMs = performance.now() - begun;
if (what !== "drain") await engine.send(at("root/1"), text("go"));
const { metrics } = engine;
const done = () => {
  if (what === "delayed") return metrics.delayedPending === total;
  if (what === "hang") return metrics.mailboxMessages === total;
  return metrics.mailboxMessages === 0 && metrics.messagesDelivered >= total;
};
const deadline = performance.now() + 600_000;
while (!done()) {
  if (performance.now() > deadline) throw new Error(`Not done in time: ${JSON.stringify(metrics)}`);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
clearInterval(watch);
await engine.close(0);
await engine.settle();
await store.close();
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
const seconds = Math.round((performance.now() - begun) / 1000);
console.log(JSON.stringify({ openMs: Math.round(openMs), longestMs: Math.round(longestMs), peakMiB, seconds }));
process.exit(0);
