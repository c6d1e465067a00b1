// The mixed work of a run: several people and programs, each doing one thing after the other, all of them at once.

import assert from "node:assert/strict";
import { farMs, type Msg, type Op } from "../engine/app.js";
import { at, text } from "../engine/functions.js";
import type { Random } from "../support/random.js";
import { attempts } from "./life.js";
import type { World } from "./world.js";

/** More failures than any message survives. */
const always = 1000;

type Job = (world: World, pause: () => Promise<void>, random: Random) => Promise<void>;

const add = (by: number): Op => ({ op: "add", by });
const record = (name: string): Op => ({ op: "egress", egress: "out/all", text: name });
const some = (name: string): Op => ({ op: "egress", egress: "out/some", text: name });
const set = (state: string, to: string): Op => ({ op: "set", state, to });
const send = (to: string, msg: Msg): Op => ({ op: "send", to, msg });
const after = (ms: number, to: string, msg: Msg, token?: string): Op => ({ op: "after", ms, to, msg, token });
const reply = (id: string): Op => ({ op: "reply", msg: { id, ops: [] } });

/** Sends that write states, some expiring, and records; one of them fails at first, and one takes its time. */
const sends: Job = async (world, pause) => {
  const to = "young/a";
  const ids = ["s1", "s2", "s3", "s4"];
  world.ledger.inOrder.push(ids);
  for (const [index, id] of ids.entries()) {
    const ops = [add(index + 1), record(id), set("written", id), ...(index === 1 ? [set("called", id)] : [])];
    const more = index === 1 ? { fails: 1 } : index === 2 ? { slowMs: 40 } : {};
    await world.send(to, { id, ops, ...more });
    await pause();
  }
};

/** States that expire: written anew before their time and after it, called meanwhile, swept, and left to expire in the end. */
const expiring: Job = async (world, pause) => {
  const to = "other/a";
  await world.send(to, { id: "x1", ops: [set("written", "x1"), set("called", "x1")] });
  await pause();
  await world.send(to, { id: "x2", ops: [add(1), set("written", "x2")] });
  await world.sleep(900);
  await world.person("sweep", (engine) => engine.sweep());
  await world.send(to, { id: "x3", ops: [add(1)] });
  await world.sleep(300);
  await world.person("sweep", (engine) => engine.sweep());
  await world.send(to, { id: "x4", ops: [set("written", "x4"), set("called", "x4")] });
};

/** One message becomes many, and those become more. */
const fanOut: Job = async (world, pause) => {
  const ops = ["young/a", "old/a", "other/a", "old/b"].map((to, index) => {
    const id = `f${index}`;
    return send(to, { id, ops: [add(10), some(id), send("young/b", { id: `${id}-on`, ops: [add(1)] })] });
  });
  await world.send("young/b", { id: "f", ops: [...ops, record("f")] });
  await pause();
};

/** Sends and calls without a key, which nobody repeats. */
const unkeyed: Job = async (world, pause) => {
  await world.sendOnce("old/a", { id: "u1", ops: [add(1), record("u1")] });
  await pause();
  await world.callOnce("other/a", { id: "u2", slowMs: 10, ops: [add(1), reply("u2-answer")] });
};

/** Calls with a key, and the same call once more. */
const calls: Job = async (world, pause) => {
  const msg: Msg = { id: "c1", slowMs: 12, ops: [add(2), record("c1"), reply("c1-answer")] };
  await world.call("old/b", msg);
  await pause();
  await Promise.all([world.call("old/b", msg), world.call("young/a", { id: "c2", ops: [reply("c2-answer")] })]);
};

/** Delayed messages from outside: one that comes, one that is withdrawn or comes. */
const delayed: Job = async (world, pause) => {
  await world.send("young/b", { id: "d1", ops: [add(3)] }, { delayMs: 150 });
  await world.send("young/b", { id: "d2", ops: [add(5)] }, { delayMs: 400, cancellationToken: "outside" });
  await pause();
  const withdrawn = await world.cancelOnce("outside");
  world.ledger.expected.set("d2", withdrawn === undefined ? "at most once" : withdrawn ? "never" : "once");
};

/**
 * A cancellation with a key whose answer is lost. Somebody else uses the token anew before it is asked for again: that
 * message is not withdrawn.
 */
const cancelling: Job = async (world, pause) => {
  const to = "old/d";
  const token = "keyed";
  await world.send(to, { id: "k1", ops: [] }, { delayMs: farMs, cancellationToken: token });
  world.ledger.withdrawn.add("k1");
  await pause();
  const withdrawn = await world.cancel(token, async () => {
    const sent = world.send(to, { id: "k2", ops: [] }, { delayMs: farMs, cancellationToken: token });
    // While k1 still waits under the token, the engine refuses k2.
    await sent.catch((thrown) => assert.equal(thrown.code, "TOKEN_INVALID"));
  });
  if (!withdrawn) world.ledger.faults.push("the cancellation of k1 found nothing");
};

/** Delayed messages of a function: some come, one is withdrawn, and its token is used anew. */
const timers: Job = async (world, pause) => {
  const to = "other/b";
  const far = (id: string): Op => after(farMs, "old/a", { id, ops: [] }, "token");
  await world.send(to, { id: "t1", ops: [far("t1-far"), after(30, "old/b", { id: "t1-soon", ops: [add(7)] })] });
  await pause();
  // By then the token is on the disk, and must be read.
  await world.sleep(20);
  await world.send(to, { id: "t2", ops: [{ op: "cancel", token: "token" }, far("t2-far"), record("t2")] });
  world.ledger.withdrawn.add("t1-far");
};

/** A message that fails until its address is parked; a person looks, and retries it. */
const parking: Job = async (world, pause) => {
  const to = "other/c";
  await world.send(to, { id: "p1", fails: attempts + 2, ops: [add(1), record("p1")] });
  await world.send(to, { id: "p2", ops: [add(1)] });
  await world.until(async () => (await world.isParked(to)) || world.wasHandled("p1"));
  await pause();
  await world.person("retry", (engine) => engine.retry(at(to)));
};

/** So many messages come to a parked address that a drop must read them from the store, in more than one read. */
async function crowd(world: World, to: string): Promise<void> {
  const ids = Array.from({ length: 120 }, (_, index) => `crowd-${index}`);
  world.ledger.together.push(ids);
  // When the engine is killed before it has kept them, they come again after the drop.
  for (const id of ids) world.ledger.expected.set(id, "at most once");
  await world.send("other/d", { id: "crowd", ops: ids.map((id) => send(to, { id, ops: [] })) });
  await world.until(() => world.wasHandled("crowd"));
  await world.restart(0);
}

/** Messages that always fail are dropped: one with what stands behind it kept, the others with all. */
const dropping: Job = async (world, pause) => {
  for (const which of ["first", "all"] as const) {
    const to = which === "first" ? "old/c" : "young/c";
    const [poison, behind] = [`${which}-poison`, `${which}-behind`];
    world.ledger.expected.set(poison, "never");
    world.ledger.expected.set(behind, which === "first" ? "once" : "never");
    await world.send(to, { id: poison, fails: always, ops: [add(100)] });
    await world.send(to, { id: behind, ops: [add(1), some(behind)] });
    await world.until(() => world.isParked(to));
    await pause();
    if (which === "all") await crowd(world, to);
    await world.person(`drop ${which}`, async (engine) => {
      // A person who was told of an error looks whether it was done nevertheless. An address that is not parked any more is
      // one whose drop has begun.
      if (which === "all") {
        const parked = await engine.parked({ limit: 10 });
        if (parked.some(({ address }) => address.equals(at(to)))) await engine.drop(at(to), which);
        return;
      }
      const { mailbox } = await engine.inspect(at(to));
      const [first] = mailbox.map(({ value }) => (JSON.parse(Buffer.from(value.value).toString()) as Msg).id);
      if (first === poison) await engine.drop(at(to), which);
    });
  }
};

/** Messages that fail become dead letters: a person sends one again, which then goes well, and drops another one. */
const letters: Job = async (world, pause) => {
  world.ledger.expected.set("l3", "never");
  await world.send("mailed/b", { id: "l3", fails: always, ops: [add(100)] });
  await world.send("mailed/a", { id: "l1", fails: attempts, ops: [add(1), record("l1")] });
  await world.send("mailed/a", { id: "l2", ops: [add(1), record("l2")] });
  await world.until(async () => world.wasHandled("l1") || (await world.hasLetter("mailed/a")));
  await pause();
  await world.person("resend", (engine) => engine.deadLetters.resendAll({ id: "a" }));
  await world.until(() => world.hasLetter("mailed/b"));
  await world.person("drop", (engine) => engine.deadLetters.dropAll({ id: "b" }));
};

/** A person parks an address, sets a state, sends, looks around, and lets it go on. */
const people: Job = async (world, pause) => {
  const to = "young/d";
  await world.person("park", (engine) => engine.park(at(to), "for a while"));
  await world.person("set", (engine) => engine.setState(at(to), "kept", text("1")));
  await world.send(to, { id: "h1", ops: [add(4), record("h1")] });
  await pause();
  await world.person("sweep", (engine) => engine.sweep());
  await world.person("look", async (engine) => {
    await engine.inspect(at(to));
    await engine.addresses("test/young", { limit: 10 });
    await engine.functions({ limit: 10 });
  });
  await world.person("set", (engine) => engine.setState(at(to), "kept", text("2")));
  await world.person("retry", (engine) => engine.retry(at(to)));
  world.ledger.kept.set(to, "2");
};

/** The runtime is closed and opened again in the middle of it all. By some seeds it must get well by itself before. */
const restarting: Job = async (world, pause, random) => {
  const whenWell = random.chance();
  await pause();
  await pause();
  if (whenWell) await world.until(() => world.isWell);
  await world.restart(30);
};

const jobs = {
  sends,
  expiring,
  fanOut,
  unkeyed,
  calls,
  delayed,
  cancelling,
  timers,
  parking,
  dropping,
  letters,
  people,
  restarting,
};

export type JobName = keyof typeof jobs;

export const allJobs = Object.keys(jobs) as JobName[];

/** Enough to read and write everything that the store holds, and not more. */
export const fewJobs: readonly JobName[] = [
  "unkeyed",
  "calls",
  "delayed",
  "cancelling",
  "timers",
  "dropping",
  "letters",
  "expiring",
];

/** Starts jobs, at times that the seed says; resolves when all have ended. */
export async function work(world: World, random: Random, names: readonly JobName[]): Promise<void> {
  const pauses = [0, 1, 4, 6, 20, 90, 200];
  await Promise.all(
    names.map(async (name) => {
      const pause = () => world.sleep(random.pick(pauses));
      world.begins(name);
      await pause();
      await jobs[name](world, pause, random);
      world.ends(name);
    }),
  );
}
