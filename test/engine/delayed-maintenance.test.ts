// What people do with delayed messages, against a clock that may deliver them at the same moment.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DelayedMessage } from "../../src/engine/message.js";
import { wakeTypename } from "../../src/workflows/journal/names.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { at, type Batch, text, textOf } from "./functions.js";
import { Parts, packed } from "./parts.js";
import { open, type Running, type Setup, stores } from "./support.js";

interface World {
  readonly running: Running;
  /** What was delivered, with the milliseconds since the start. */
  readonly seen: [message: string, at: number][];
}

async function world(t: Parameters<typeof open>[0], setup: Omit<Setup, "functions"> = {}): Promise<World> {
  const seen: [string, number][] = [];
  const running = await open(t, {
    ...setup,
    functions: {
      f({ messages }) {
        for (const message of messages) seen.push([message, running.clock.now()]);
      },
      g(batch: Batch) {
        for (const message of batch.messages) batch.after(1000, "f/a", message, "token");
      },
    },
  });
  return { running, seen };
}

const keysOf = async ({ engine }: Running) => (await engine.delayed.list()).messages.map(({ key }) => key);

/** The key of the message at this place. */
async function lastOf({ engine }: Running, place: number): Promise<string> {
  let after: string | undefined;
  for (let left = place; left > 0; left -= 500) {
    const page = await engine.delayed.list(
      {},
      { limit: Math.min(left, 500), ...(after === undefined ? {} : { after }) },
    );
    after = page.messages.at(-1)?.key;
  }
  return after as string;
}

for (const store of stores) {
  test(`a message is delivered, postponed and cancelled, also after a restart, ${store.name}`, async (t) => {
    const { running, seen } = await world(t, { store: await store.open(t) });
    for (const name of ["deliver", "later", "sooner", "cancel", "stays"])
      await running.send("f/a", name, { delayMs: 1000, cancellationToken: name });
    await running.reopen();
    const [deliver = "", later = "", sooner = "", cancel = ""] = await keysOf(running);
    const { delayed } = running.engine;
    const start = running.clock.now();
    await delayed.deliver(deliver);
    const postponed = await delayed.postpone(later, start + 5000);
    assert.equal(postponed.dueAt, start + 5000);
    await delayed.postpone(sooner, start + 10);
    await delayed.cancel(cancel);
    await running.settle();
    assert.deepEqual(seen, [["deliver", start]]);
    const left = (await delayed.list()).messages;
    assert.deepEqual(
      left.map(({ value, cancellationToken }) => [textOf(value), cancellationToken]),
      [
        ["sooner", "sooner"],
        ["stays", "stays"],
        ["later", "later"],
      ],
    );
    assert.equal(running.engine.metrics.delayedPending, 3);
    for (const gone of [deliver, later, sooner, cancel]) {
      await rejectsCode(delayed.deliver(gone), "NOT_FOUND");
      await rejectsCode(delayed.get(gone), "NOT_FOUND");
    }
    await running.reopen();
    await running.clock.advance(10_000);
    assert.deepEqual(seen, [
      ["deliver", start],
      ["sooner", start + 10],
      ["stays", start + 1000],
      ["later", start + 5000],
    ]);
    assert.equal(running.engine.metrics.delayedPending, 0);
    await running.reopen();
    await running.clock.advance(10_000);
    assert.equal(seen.length, 4);
  });
}

test("a token withdraws a message that was postponed, and is free when its message was delivered or cancelled by hand", async (t) => {
  const { running, seen } = await world(t);
  const send = (name: string) => running.send("f/a", name, { delayMs: 1000, cancellationToken: "token" });
  await send("postponed");
  const [key = ""] = await keysOf(running);
  await running.engine.delayed.postpone(key, running.clock.now() + 9000);
  await rejectsCode(send("too early"), "TOKEN_INVALID");
  assert.equal(await running.engine.cancel("token"), true);
  await send("delivered");
  await running.engine.delayed.deliver((await keysOf(running))[0] as string);
  assert.equal(await running.engine.cancel("token"), false);
  await send("cancelled");
  await running.engine.delayed.cancel((await keysOf(running))[0] as string);
  await send("last");
  await running.clock.advance(20_000);
  assert.deepEqual(
    seen.map(([message]) => message),
    ["delivered", "last"],
  );
});

test("a change and the clock never both take a message, whichever comes first and whatever the disk does", async (t) => {
  for (const clockFirst of [true, false]) {
    for (const change of ["deliver", "postpone", "cancel"] as const) {
      const { running, seen } = await world(t);
      await running.send("f/a", "x", { delayMs: 1000 });
      const [key = ""] = await keysOf(running);
      const { delayed } = running.engine;
      const make = () =>
        change === "postpone" ? delayed.postpone(key, running.clock.now() + 5000) : delayed[change](key);
      running.store.hold(); // nothing is durable while both are under way
      const changed = clockFirst ? undefined : make();
      const moved = running.clock.advance(1000);
      await running.settle();
      const late = clockFirst ? rejectsCode(make(), "NOT_FOUND") : undefined;
      running.store.release();
      await Promise.all([changed, moved, late]);
      const expected = clockFirst || change === "deliver" ? 1 : 0;
      assert.equal(seen.length, expected, `${change}, ${clockFirst}`);
      await running.clock.advance(60_000);
      assert.equal(seen.length, change === "cancel" && !clockFirst ? 0 : 1, `${change}, ${clockFirst}`);
    }
  }
});

test("a message of which nothing is durable yet can be changed, and leaves nothing in the store", async () => {
  const parts = new Parts();
  const { delayed, commit } = parts;
  const add = () =>
    commit.transact(() => {
      const message = new DelayedMessage(at("f/a"), undefined, packed("x"), parts.clock.now() + 1000, "token");
      delayed.add(message);
      return message.key;
    });
  await delayed.open();
  const key = commit.transact(() => delayed.postpone(delayed.find(add()) as DelayedMessage, parts.clock.now() + 2000));
  delayed.deliver(delayed.find(key) as DelayedMessage);
  assert.equal(delayed.find(key), undefined);
  const second = add();
  commit.transact(() => delayed.withdraw(delayed.find(second) as DelayedMessage));
  assert.equal(delayed.find(second), undefined);
  await commit.durable();
  assert.deepEqual([...(await parts.stored("d")), ...(await parts.stored("t"))], []);
  await parts.clock.advance(10_000);
  assert.deepEqual([parts.due.length, delayed.pending], [1, 0]);
});

test("messages far behind those in memory are changed, also while they are read", async (t) => {
  const { running, seen } = await world(t);
  const sent = Array.from({ length: 5000 }, (_, id) => running.send("f/a", String(id), { delayMs: 10_000 + id }));
  await Promise.all(sent);
  await running.reopen(); // 2,000 are loaded
  const all: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await running.engine.delayed.list({}, { limit: 1000, ...(after === undefined ? {} : { after }) });
    all.push(...page.messages.map(({ key }) => key));
    if (page.next === undefined) break;
    after = page.next;
  }
  assert.equal(all.length, 5000);
  const changes = [all[4999], all[2500], all[100]].map((key) => running.engine.delayed.cancel(key as string));
  const moved = running.clock.advance(12_100); // reads the next ones
  await Promise.all([...changes, moved, running.engine.delayed.cancel(all[3000] as string)]);
  await running.clock.advance(60_000);
  assert.equal(seen.length, 4996);
  assert.deepEqual([running.engine.metrics.delayedPending, running.engine.metrics.delayedCancelled], [0, 4]);
});

test("a message that is withdrawn while it is on its way from the store does not come", async (t) => {
  const { running, seen } = await world(t);
  const sent = Array.from({ length: 3000 }, (_, id) => running.send("f/a", String(id), { delayMs: 10_000 + id }));
  await Promise.all(sent);
  await running.reopen(); // 2,000 are loaded
  const [far] = (await running.engine.delayed.list({}, { limit: 1000, after: await lastOf(running, 2500) })).messages;
  const [read, changed] = [new Gate(), new Gate()];
  const entries = running.store.entries.bind(running.store);
  running.store.entries = async (range) => {
    const found = await entries(range);
    read.open();
    await changed.promise;
    return found;
  };
  const moved = running.clock.advance(11_500); // so many come that the others are read
  await read.promise;
  const cancelled = running.engine.delayed.cancel(far?.key as string);
  changed.open();
  await Promise.all([moved, cancelled]);
  await running.clock.advance(60_000);
  assert.equal(seen.length, 2999);
});

test("many messages are taken in the order in which they are due, and those that come later stay", async (t) => {
  const { running, seen } = await world(t);
  for (let id = 0; id < 450; id += 1) await running.send(`f/${id % 2}`, String(id), { delayMs: 10_000 + id });
  const { delayed } = running.engine;
  const progress: number[] = [];
  const first = await delayed.deliverAll({ id: "0" }, { limit: 100, onProgress: (done) => progress.push(done) });
  await running.settle();
  assert.deepEqual([first.done, seen.length, progress], [100, 100, [100]]);
  assert.deepEqual(
    new Set(seen.map(([message]) => Number(message))),
    new Set(Array.from({ length: 100 }, (_, i) => 2 * i)),
  );
  await running.send("f/0", "came later", { delayMs: 10_000 + 449 });
  const rest = await delayed.cancelAll({ id: "0" }, { after: first.next as string, through: first.through });
  assert.deepEqual([rest.done, rest.next, rest.through], [125, undefined, first.through]);
  assert.equal((await delayed.deliverAll({ typeName: "test/f" })).done, 226);
  await running.settle();
  assert.ok(seen.some(([message]) => message === "came later"));
  assert.equal(running.engine.metrics.delayedPending, 0);
});

test("the messages of schedules and of workflows can't be changed by hand", async (t) => {
  const { running } = await world(t);
  await running.engine.send(at("f/a"), text("x", wakeTypename), { delayMs: 1000 });
  await running.send("f/a", "x", { delayMs: 2000 });
  const { delayed } = running.engine;
  const [own] = (await delayed.list()).messages;
  assert.equal(own?.own, true);
  const key = own?.key as string;
  await rejectsCode(delayed.deliver(key), "OPTION_INVALID");
  await rejectsCode(delayed.postpone(key, 0), "OPTION_INVALID");
  await rejectsCode(delayed.cancel(key), "OPTION_INVALID");
  assert.equal((await delayed.cancelAll()).done, 1);
  assert.deepEqual(await keysOf(running), [key]);
});

test("nothing is changed while the store can't be written, and after the engine has closed", async (t) => {
  const { running } = await world(t);
  await running.send("f/a", "x", { delayMs: 100_000 });
  const [key = ""] = await keysOf(running);
  running.store.failWrites = "STORE_FULL";
  await rejectsCode(running.send("f/a", "y", { delayMs: 1 }), "STORE_FULL");
  await rejectsCode(running.engine.delayed.cancel(key), "STORE_FULL");
  await rejectsCode(running.engine.delayed.cancelAll(), "STORE_FULL");
  running.store.failWrites = undefined;
  await running.clock.advance(60_000);
  assert.deepEqual(await keysOf(running), [key]);
  await running.engine.close(0);
  await rejectsCode(running.engine.delayed.cancel(key), "SHUTTING_DOWN");
});

test("a crash leaves each change done or not begun, and the message comes once or, cancelled, never", async (t) => {
  for (const change of ["deliver", "postpone", "cancel"] as const) {
    for (const kept of [0, 1]) {
      const functions = {
        f: { states: ["count"], handle: (batch: Batch) => batch.set("count", `${batch.state("count") ?? ""}x`) },
      };
      const disk = new ForgetfulStore({ autoSync: true });
      const running = await open(t, { store: disk, functions, heldByTest: true });
      await running.send("f/a", "x", { delayMs: 60_000, cancellationToken: "token" });
      const [key = ""] = await keysOf(running);
      disk.autoSync = false;
      const { delayed } = running.engine;
      const changed =
        change === "postpone" ? delayed.postpone(key, running.clock.now() + 90_000) : delayed[change](key);
      changed.catch(() => {});
      await disk.untilHeld(1);
      const next = await open(t, { store: disk.crash(kept), functions, now: running.clock.now() });
      const done = kept === 1;
      const pending = change === "postpone" || !done ? 1 : 0;
      assert.equal(next.engine.metrics.delayedPending, pending, `${change}, ${kept}`);
      await next.clock.advance(70_000);
      assert.equal(next.engine.metrics.delayedPending, change === "postpone" && done ? 1 : 0, `${change}, ${kept}`);
      await next.clock.advance(70_000);
      assert.equal(
        await next.state("f/a", "count"),
        change === "cancel" && done ? undefined : "x",
        `${change}, ${kept}`,
      );
      assert.equal(await next.engine.cancel("token"), false);
      disk.autoSync = true;
      disk.sync();
    }
  }
});
