// What processes use, as Linux counts it.

import { readFileSync } from "node:fs";

const microsPerTick = 10_000;

/** The CPU time of the processes until now, in microseconds, with the threads of their garbage collectors. */
export function cpuMicros(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 2 is the program's name, in parentheses, and may contain spaces. User and system time are 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * microsPerTick;
}

/** Resident memory of the processes, in megabytes. */
export function residentMb(pids: readonly number[]): number {
  let kilobytes = 0;
  for (const pid of pids) {
    kilobytes += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  }
  return kilobytes / 1000;
}
