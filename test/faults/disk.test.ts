// The same on disk, where a store that has failed opens its files again. It takes minutes: STATEFUN_FAULTS=all runs it.

import { test } from "node:test";
import { limitedDisk } from "../store/small-disk.js";
import { folderDisk } from "./disks.js";
import { type Kind, kinds } from "./fault-plan.js";
import { sweep } from "./sweep.js";
import { allJobs } from "./work.js";

const swept = process.env.STATEFUN_FAULTS === "all" ? (Object.keys(kinds) as Kind[]) : [];

for (const kind of swept) {
  test(`on disk nothing is lost and nothing happens twice when the store fails: ${kind}`, async (t) => {
    const { fill, free } = limitedDisk(t);
    const disk = () => ({ ...folderDisk(t), setFull: (full: boolean) => (full ? fill() : free()) });
    await sweep(t, { seed: 3, jobs: allJobs, kinds: [kind], disk, stride: kind === "full" ? 6 : 12 });
  });
}
