// Ten times the load that can be served: what is refused, how long accepted messages take, and memory.

import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "../prepare.ts";
import { short, table } from "../statistics.ts";
import type { LoadProcess } from "./load-process.ts";
import { residentMb } from "./processes.ts";
import { Ours } from "./servers.ts";

const keys = 1_000;
/** 10 kB of text. A function takes a millisecond of the processor for it. */
const body = JSON.stringify("x".repeat(10_000));

/** Undefined when nothing was accepted or answered within the time. */
const times = ({ p50, p99 }: { p50: number | null; p99: number | null }) =>
  p50 === null || p99 === null ? "none" : `${short(p50)} ms, ${short(p99)} ms`;

/** Returns a table, as Markdown. */
export async function measureOverload(script: string, seconds: number, load: LoadProcess): Promise<string> {
  const ours = await Ours.start(script, temporaryFolder("overload"));
  const call = { before: "/call/bench/burner/", after: "", body };
  const send = { ...call, before: "/send/bench/burner/" };
  const flood = { port: ours.port, call, send, keys };
  // Messages at the rate that callers alone reach, which is the most that the function can serve.
  const before = await load.flood({ ...flood, perSecond: 0, seconds: 3, connections: 0, callers: 16 });
  const served = before.callsAnswered / 3;

  const resident: number[] = [];
  let running = true;
  const sampling = (async () => {
    while (running) {
      resident.push(residentMb(ours.pids));
      await sleep(500);
    }
  })();
  const perSecond = Math.round(served * 10);
  const result = await load.flood({ ...flood, perSecond, seconds, connections: 2_000, callers: 8 });
  running = false;
  await sampling;
  const after = await load.flood({ ...flood, perSecond: 0, seconds: 2, connections: 0, callers: 1 });
  await ours.stop();

  const { offered, waited, accepted, refused, calls, callsAnswered, accept, answer } = result;
  const at = (share: number) => `${short(resident[Math.floor(share * (resident.length - 1))] as number)} MB`;
  const refusals = Object.entries(refused).map(([status, count]) => `${count.toLocaleString("en-US")} × ${status}`);
  return table(
    [`${seconds} s of ten times the load`, ""],
    [
      ["calls/s that are served, 16 clients", short(served)],
      ["messages/s offered", short(offered / seconds)],
      ["of them found all 2,000 connections busy", waited.toLocaleString("en-US")],
      ["messages accepted", accepted.toLocaleString("en-US")],
      ["refused", refusals.join(", ") || "none"],
      ["accepted after, p50, p99", times(accept)],
      ["calls answered of those tried, 8 clients", `${callsAnswered} of ${calls}`],
      ["answered after, p50, p99", times(answer)],
      ["resident memory at the start, half-way, at the end", [at(0), at(0.5), at(1)].join(", ")],
      ["most resident memory", `${short(Math.max(...resident))} MB`],
      ["calls answered in the 2 s after it, 1 client", `${after.callsAnswered} of ${after.calls}`],
    ],
  );
}
