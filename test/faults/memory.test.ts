// Every read and every write of a store in memory fails once, in turn. STATEFUN_FAULTS=all lets all of the work meet
// every kind of fault; STATEFUN_SEED repeats the times of one run.

import { test } from "node:test";
import { memoryDisk } from "./disks.js";
import { type Kind, kinds } from "./fault-plan.js";
import { sweep } from "./sweep.js";
import { allJobs, fewJobs } from "./work.js";

const all = process.env.STATEFUN_FAULTS === "all";
const seeds = process.env.STATEFUN_SEED === undefined ? (all ? [1, 2] : [1]) : [Number(process.env.STATEFUN_SEED)];

for (const kind of Object.keys(kinds) as Kind[]) {
  if (kind === "full") continue; // memory has room
  test(`nothing is lost and nothing happens twice when the store fails: ${kind}`, async (t) => {
    const stride = all || kind === "once" || kind === "unacknowledged" ? 1 : 5;
    for (const seed of seeds) {
      await sweep(t, { seed, jobs: all ? allJobs : fewJobs, kinds: [kind], disk: memoryDisk, stride });
    }
  });
}
