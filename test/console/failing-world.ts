// A runtime in which something of everything has gone wrong: failing and parked addresses, dead letters, delayed messages,
// egresses that fail or stand still, a run of a workflow in each status, and schedules that are paused or fail.

import assert from "node:assert/strict";
import { Types } from "../../src/index.js";
import type { StatefunRuntime } from "../../src/runtime/entry.js";
import { Gate } from "../support/gate.js";
import { Approval, functions, Order, Pay, Report, shop } from "./failing-shop.js";
import { World, type WorldOptions } from "./world.js";

/** The world, while a test looks at it. */
export interface FailingWorld extends Asking {
  readonly world: World;
  /** What the egress shop/mails has taken. */
  readonly mails: readonly string[];
  /** Lets everything that has failed succeed from now on. */
  mend(): void;
  close(): Promise<void>;
}

/** Asks an admin server. */
interface Asking {
  /** Asks once: "GET /parked". */
  ask(line: string): Promise<any>;
  /** Asks until the answer is as wanted. What a test waits for is under way by itself. */
  until(line: string, wanted: (answer: any) => boolean): Promise<any>;
}

const cities = ["Berlin", "Leeds", "Porto", "Turku"] as const;

/** How many devices the fleet has. */
export const devices = 120;

/** Opens the world, in memory, and waits until everything in it has gone wrong. */
export async function failingWorld(options: WorldOptions = {}): Promise<FailingWorld> {
  shop.mended = false;
  shop.done.length = 0;
  shop.packing = new Gate();
  const mails: string[] = [];
  const world = await World.open({
    functions,
    types: [Order, Pay, Report, Approval],
    ingress: { port: 0 },
    egresses: {
      "shop/mails": (value: unknown) => {
        if (!shop.mended) throw new Error("The mail server refuses: 421 too many connections.");
        mails.push(String(value));
      },
      "shop/printer": () => new Promise(() => {}), // never takes its record
      "shop/audit": () => {},
    },
    schedules: [
      {
        name: "nightly-report",
        cron: "0 3 1 1 *",
        timezone: "Europe/Berlin",
        target: "shop/report",
        id: "all",
        message: "nightly",
      },
      {
        name: "spring-cleaning",
        cron: "@yearly",
        target: "shop/report",
        id: "all",
        message: "clean",
        ifMissed: "skip",
      },
      {
        name: "digest",
        cron: "* * * * * *",
        target: "shop/report",
        id: "all",
        message: () => {
          if (!shop.mended) throw new Error("The digest has no template.");
          return "digest";
        },
      },
    ],
    ...options,
  });
  const close = () => {
    shop.packing.open();
    return world.close();
  };
  const asking = askingOf(`${world.runtime.admin?.url}`);
  try {
    await fill(world.runtime, asking);
  } catch (error) {
    await close();
    throw error;
  }
  const mend = () => {
    shop.mended = true;
  };
  return { world, mails, mend, close, ...asking };
}

function askingOf(url: string): Asking {
  const ask = async (line: string) => {
    const [method = "", path = ""] = line.split(" ");
    return (await fetch(`${url}${path}`, { method })).json();
  };
  return {
    ask,
    until: async (line, wanted) => {
      const endsAt = Date.now() + 20_000;
      for (;;) {
        const answer = await ask(line);
        if (wanted(answer)) return answer;
        if (Date.now() > endsAt) assert.fail(`${line} is still ${JSON.stringify(answer)}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

async function fill(runtime: StatefunRuntime, { ask, until }: Asking): Promise<void> {
  for (let at = 0; at < devices; at++) {
    const report: Report = {
      battery: (at * 37) % 101,
      status: at % 5 === 0 ? "offline" : "online",
      place: { city: cities[at % 4] as string, floor: at % 3 },
    };
    await runtime.send("fleet/device", `device-${String(at).padStart(3, "0")}`, Report.pack(report));
  }
  for (const id of ["ann", "bob", "cleo"]) await runtime.send("shop/receipts", id, `${id} at example.com`);
  for (const [at, id] of ["dave", "eve", "fay", "gus"].entries()) {
    await runtime.send("shop/payments", id, Pay.pack({ payment: 4711 + at }));
    await runtime.send("shop/payments", id, Pay.pack({ payment: 4811 + at }));
  }
  for (const [at, pieces] of [20, 30, 40, 50, 60, 200].entries()) {
    await runtime.send("shop/orders", `customer-${at + 1}`, Order.pack({ order: 8000 + at, pieces }));
  }
  for (const [id, minutes] of [
    ["hal", 5],
    ["hal", 600],
    ["ida", 90],
    ["joe", 2880],
  ] as const) {
    await runtime.send("shop/reminders", id, Types.int.pack(minutes));
  }
  for (const egress of ["shop/mails", "shop/printer", "shop/audit", "shop/mails"]) {
    await runtime.send("shop/news", "kim", egress);
  }
  await fillRuns(runtime, until);
  await runtime.schedules.pause("spring-cleaning");
  await until("GET /failing", ({ total }) => total >= 3);
  await until("GET /parked", ({ total }) => total === 4);
  await until("GET /dead-letters", ({ total }) => total === 6);
  await until("GET /addresses/shop/reminders/joe", ({ delayed }) => delayed.length === 1);
  await until("GET /addresses/shop/reminders/hal", ({ delayed }) => delayed.length === 2);
  await until("GET /addresses/shop/reminders/ida", ({ delayed }) => delayed.length === 1);
  await until("GET /schedules", ({ schedules }) => schedules.some((each: any) => each.failure !== null));
  const last = `device-${String(devices - 1).padStart(3, "0")}`;
  await until(`GET /addresses/fleet/device/${last}`, ({ states }) => states.length > 0);
  await ask("GET /functions");
}

/** Begins a run for each status. The ids name the status. */
async function fillRuns(runtime: StatefunRuntime, until: Asking["until"]): Promise<void> {
  const place = (id: string, order: number, pieces: number) =>
    runtime.send("shop/checkout", id, Order.pack({ order, pieces }));
  const reached = (id: string, status: string) =>
    until(`GET /addresses/shop/checkout/${id}/runs`, ({ runs }) => runs.some((run: any) => run.status === status));
  await place("completed", 1, 2);
  await place("failed", 2, 200);
  await place("waiting", 3, 1);
  await place("queued", 4, 1);
  await place("cancelled", 5, 1);
  await place("restarted", 6, 7);
  await place("retrying", 7, 8);
  await place("packing", 8, 9);
  await reached("queued", "waiting");
  await place("queued", 9, 1);
  await reached("cancelled", "waiting");
  await runtime.cancelRuns("shop/checkout", "cancelled", { reason: "The customer has changed their mind." });
  for (const id of ["completed", "failed", "waiting", "queued", "cancelled", "restarted"]) await reached(id, id);
  for (const id of ["retrying", "packing"]) await reached(id, "waiting");
}
