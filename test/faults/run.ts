// A whole run: the work with its fault, the time after it in which everything must come to its end, and the looks at
// what there is then.

import assert from "node:assert/strict";
import type { Engine } from "../../src/engine/engine.js";
import type { Msg } from "../engine/app.js";
import { at, textOf } from "../engine/functions.js";
import { listedKeys } from "../support/listed-keys.js";
import { Random } from "../support/random.js";
import { type Disk, everything } from "./disks.js";
import { type FaultPlan, lastsMs } from "./fault-plan.js";
import type { Held } from "./ledger.js";
import { logOf } from "./logged-function.js";
import { type JobName, work } from "./work.js";
import { World } from "./world.js";

const sliceMs = 50;
/** When the work has not ended by then, it never will. */
const longestMs = 60_000;
/** Longer than any wait for another try. */
const restMs = 15_000;

const addresses = ["young", "old", "other", "mailed"].flatMap((name) =>
  ["a", "b", "c", "d"].map((id) => `${name}/${id}`),
);

/** Runs the work of a seed with a planned fault. Throws with the history when anything is not as it must be. */
export async function run(plan: FaultPlan, seed: number, disk: Disk, jobs: readonly JobName[]): Promise<void> {
  const world = new World(plan, disk);
  try {
    await whole(world, plan, seed, jobs);
  } catch (thrown) {
    const { message, stack } = thrown as Error;
    throw new Error(`STATEFUN_SEED=${seed}, ${plan}: ${message}\n${world.history}`, { cause: stack });
  }
}

async function whole(world: World, plan: FaultPlan, seed: number, jobs: readonly JobName[]): Promise<void> {
  const begun = world.clock.now();
  let failure: unknown;
  const failed = (thrown: unknown) => {
    failure ??= thrown;
  };
  let done = false;
  void world.live().catch(failed);
  void work(world, new Random(seed), jobs).then(() => {
    done = true;
  }, failed);
  while (!done) {
    await world.clock.advance(sliceMs);
    if (failure !== undefined) throw failure;
    plan.tick(world.clock.now());
    const { since, kind } = plan;
    if (kind === "killed" && since !== undefined && world.clock.now() >= since + (lastsMs.killed ?? 0)) {
      if (!plan.over) world.kill();
    }
    const unfinished = world.unfinished.join(", ");
    assert.ok(world.clock.now() < begun + longestMs, `${unfinished} never ended; trouble: ${world.trouble}`);
  }
  plan.end();
  await world.clock.advance(restMs);
  if (failure !== undefined) throw failure;
  world.note("looks");
  await newWork(world);
  await look(world);
  world.note("killed, and opened again");
  world.kill();
  await world.clock.advance(sliceMs);
  await look(world);
  await forget(world);
  if (failure !== undefined) throw failure;
  const ended = world.end();
  await world.clock.advance(sliceMs);
  await ended;
}

/** The engine works again: it takes work of all kinds at once, and does it. */
async function newWork(world: World): Promise<void> {
  const engine = world.life.engine;
  assert.equal(engine?.trouble, undefined);
  for (const to of ["young/a", "old/b", "other/c"]) {
    const msg: Msg = {
      id: `new-${to}`,
      ops: [
        { op: "add", by: 1 },
        { op: "egress", egress: "out/all", text: to },
      ],
    };
    let done = false;
    void world.send(to, msg, { delayMs: 10 }).then(() => {
      done = true;
    });
    await world.clock.advance(sliceMs);
    assert.ok(done, `${to} takes no new work`);
  }
  // A consumer may refuse a record at first, which then comes again after 100 ms.
  await world.clock.advance(3 * sliceMs);
}

/** A day later the engine has swept away everything that it remembers of requests, and every state that expires. */
async function forget({ clock, life }: World): Promise<void> {
  clock.jump(25 * 60 * 60 * 1000);
  await clock.advance(70_000);
  for (const kind of ["e", "i", "x"]) {
    assert.deepEqual(await life.disk.keys({ from: kind, to: `${kind}\u{10ffff}`, limit: 9 }), [], "what is remembered");
  }
  const stored = await life.disk.keys(everything);
  assert.deepEqual(
    stored.filter((key) => /^s.*\0(written|called)$/s.test(key)),
    [],
    "states that have expired",
  );
}

async function look(world: World): Promise<void> {
  const { life, ledger } = world;
  const engine = life.engine as Engine;
  const held = new Map<string, Held>();
  const pending: string[] = [];
  for (const address of addresses) {
    const { states, mailbox, depth, inFlight, delayed } = await engine.inspect(at(address));
    assert.deepEqual({ mailbox, depth, inFlight }, { mailbox: [], depth: 0, inFlight: undefined }, address);
    const found = new Map(states.map(({ name, value }) => [name, textOf(value)]));
    held.set(address, { log: logOf(found.get("log")), sum: Number(found.get("sum") ?? 0), kept: found.get("kept") });
    for (const { value } of delayed) pending.push((JSON.parse(textOf(value) as string) as Msg).id);
    // Everything that expires has had the time to.
    assert.equal(found.get("written"), undefined);
    assert.equal(found.get("called"), undefined);
  }
  ledger.check(held, pending);
  const { mailboxMessages, mailboxBytes, outboxBytes, inFlight, parked, delayedPending, outboxRecords, callsWaiting } =
    engine.metrics;
  assert.equal(engine.metrics.deadLettersKept, 0);
  assert.deepEqual(
    { mailboxMessages, mailboxBytes, outboxBytes, inFlight, parked, delayedPending, outboxRecords, callsWaiting },
    {
      mailboxMessages: 0,
      mailboxBytes: 0,
      outboxBytes: 0,
      inFlight: 0,
      parked: 0,
      delayedPending: pending.length,
      outboxRecords: 0,
      callsWaiting: 0,
    },
    "the gauges",
  );
  assert.equal(engine.trouble, undefined);
  const stored = await life.disk.keys(everything);
  const listed = new Set((await listedKeys(life.disk)).map(({ key }) => key));
  const count = (kind: string) => stored.filter((key) => key.startsWith(kind)).length;
  const counts = {
    m: count("m"),
    o: count("o"),
    p: count("p"),
    r: count("r"),
    l: count("l"),
    d: count("d"),
    t: count("t"),
    keys: stored.filter((key) => key.startsWith("i") && !listed.has(key.slice(1))).length,
  };
  assert.deepEqual(
    counts,
    { m: 0, o: 0, p: 0, r: 0, l: 0, d: pending.length, t: pending.length, keys: 0 },
    "entries by their kinds",
  );
}
