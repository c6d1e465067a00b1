// Delayed messages: how late they come while a million wait, and how long opening takes with a million.

import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "../prepare.ts";
import { short, table } from "../statistics.ts";
import { Connection } from "./connection.ts";
import { expectCall } from "./messages.ts";
import { percentiles } from "./percentiles.ts";
import { residentMb } from "./processes.ts";
import { Ours } from "./servers.ts";

const day = 24 * 60 * 60 * 1000;

interface Plan {
  readonly messages: number;
  readonly delayMs: number;
  readonly spreadMs: number;
  /** How many messages one call delays. The delay begins when the whole call is applied, so fewer are more exact. */
  readonly perPlan: number;
}

/** Makes planners delay messages. */
async function plan(ours: Ours, purpose: string, { messages, delayMs, spreadMs, perPlan }: Plan): Promise<void> {
  const connection = await Connection.open(ours.port);
  const at = Date.now() + delayMs;
  for (let planned = 0; planned < messages; planned += perPlan) {
    const size = Math.min(perPlan, messages - planned);
    const path = `/call/bench/planner/${purpose}-${planned}`;
    await expectCall(connection, path, { messages: size, at, spreadMs }, String(size));
  }
  connection.close();
}

/** Plans messages and waits for all of them. Returns how late they came. */
async function fire(ours: Ours, purpose: string, order: Plan): Promise<number[]> {
  await plan(ours, purpose, order);
  await sleep(order.delayMs + order.spreadMs);
  const late: number[] = [];
  while (late.length < order.messages) {
    late.push(...(await ours.ask<number[]>("late")));
    await sleep(50);
  }
  if (late.length > order.messages) throw new Error("a delayed message came twice");
  return late;
}

/** Opens a data folder in a new process. Returns the milliseconds of opening, and of start to first answer. */
export async function reopen(script: string, dir: string, first: (ours: Ours) => Promise<void>) {
  const begun = performance.now();
  const ours = await Ours.start(script, dir);
  await first(ours);
  const firstMs = performance.now() - begun;
  return { ours, openMs: await ours.ask<number>("openMs"), firstMs };
}

/** Returns a table, as Markdown. */
export async function measureDelayed(script: string, pending: number): Promise<string> {
  const dir = temporaryFolder("delayed");
  const filling = await Ours.start(script, dir);
  const begun = performance.now();
  await plan(filling, "pending", { messages: pending, delayMs: day, spreadMs: day, perPlan: 1_000 });
  const perSecond = (pending * 1000) / (performance.now() - begun);
  await filling.stop();
  const { ours, openMs, firstMs } = await reopen(script, dir, async ({ port }) => {
    const connection = await Connection.open(port);
    await expectCall(connection, "/call/example/counter/first", 1, "1");
    connection.close();
  });
  const idle = residentMb(ours.pids);
  const spread = percentiles(
    await fire(ours, "spread", { messages: 20_000, delayMs: 2_000, spreadMs: 10_000, perPlan: 100 }),
  );
  const together = percentiles(
    await fire(ours, "together", { messages: 1_000, delayMs: 2_000, spreadMs: 0, perPlan: 100 }),
  );
  await ours.stop();
  const count = pending.toLocaleString("en-US");
  const times = ({ p50, p99, max }: typeof spread) => [p50, p99, max].map((ms) => `${ms} ms`);
  return [
    table(
      [`${count} delayed messages pending`, ""],
      [
        ["delayed durably, a thousand from each call", `${short(perSecond)}/s`],
        ["opening", `${short(openMs)} ms`],
        ["start of the process to first answer", `${short(firstMs)} ms`],
        ["resident memory then", `${short(idle)} MB`],
      ],
    ),
    table(
      ["how late, with those pending", "p50", "p99", "latest"],
      [
        ["20,000 messages, due within 10 s", ...times(spread)],
        ["1,000 messages, due at the same millisecond", ...times(together)],
      ],
    ),
  ].join("\n\n");
}
