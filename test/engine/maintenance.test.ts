// What people change by hand: a state, a parked address, waiting messages. It happens between two calls.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "../../src/store/memory-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { at, type Batch, text } from "./functions.js";
import { open, type Running } from "./support.js";

/** Counts its messages in a state, one a call; each call waits for its gate. */
function counter(gates: Gate[]) {
  return {
    states: ["count"],
    maxBatch: 1,
    async handle(batch: Batch) {
      await gates[gates.push(new Gate()) - 1]?.promise;
      batch.set("count", String(Number(batch.state("count") ?? 0) + batch.messages.length));
    },
  };
}

async function openAll(running: Running, gates: Gate[]): Promise<void> {
  for (let opened = 0; opened < gates.length; opened += 1) {
    gates[opened]?.open();
    await running.settle();
  }
}

test("a state set while a call is in flight is there for the next call, not overwritten by it", async (t) => {
  const gates: Gate[] = [];
  const running = await open(t, { functions: { f: counter(gates) } });
  for (let count = 0; count < 3; count += 1) await running.send("f/a", "1");
  await running.settle();
  const set = running.engine.setState(at("f/a"), "count", text("100"));
  await running.settle();
  await openAll(running, gates);
  await set;
  assert.equal(await running.state("f/a", "count"), "102");
});

test("a state can be set and deleted at an address that sleeps, and lasts", async (t) => {
  const gates: Gate[] = [];
  const running = await open(t, { functions: { f: counter(gates) } });
  await running.engine.setState(at("f/a"), "count", text("7"));
  await running.reopen();
  assert.equal(await running.state("f/a", "count"), "7");
  await running.engine.setState(at("f/a"), "count", undefined);
  await running.reopen();
  assert.equal(await running.state("f/a", "count"), undefined);
  await running.send("f/a", "1");
  await running.settle();
  await openAll(running, gates);
  await rejectsCode(running.engine.setState(at("f/a"), "count", text("7", "test/other")), "STATE_TYPENAME_CHANGED");
});

test("an address parked by hand gets nothing until it is retried, over a restart too", async (t) => {
  const gates: Gate[] = [];
  const running = await open(t, { functions: { f: counter(gates) } });
  await running.send("f/a", "1");
  await running.send("f/a", "1");
  await running.settle();
  const parked = running.engine.park(at("f/a"), "for repair");
  await openAll(running, gates);
  await parked;
  assert.equal(gates.length, 1);
  await rejectsCode(running.call("f/a", "1"), "ADDRESS_PARKED");
  await running.send("f/a", "1");
  await running.reopen();
  await running.settle();
  assert.equal(gates.length, 1);
  assert.equal(running.engine.metrics.parked, 1);
  assert.equal((await running.engine.parked({ limit: 10 }))[0]?.reason, "for repair");
  await running.engine.retry(at("f/a"));
  await running.settle();
  await openAll(running, gates);
  assert.equal(await running.state("f/a", "count"), "3");
  assert.equal(running.engine.metrics.parked, 0);
  assert.deepEqual(await running.engine.parked({ limit: 10 }), []);
});

test("dropping the first message of an address that fails lets the next ones through", async (t) => {
  const seen: string[] = [];
  const running = await open(t, {
    policy: { retry: { attempts: 2 } },
    functions: {
      f({ messages }) {
        if (messages.includes("bad")) throw new Error("bad");
        seen.push(...messages);
      },
    },
  });
  const answer = running.call("f/a", "bad");
  const rejected = rejectsCode(answer, "ADDRESS_PARKED");
  await running.send("f/a", "good");
  await running.clock.advance(1000);
  await rejected;
  assert.equal(await running.engine.drop(at("f/a"), "first"), 1);
  await running.settle();
  assert.deepEqual(seen, ["good"]);
  assert.equal(running.engine.metrics.mailboxMessages, 0);
});

test("dropping all waiting messages of a long mailbox removes each once and delivers none", async (t) => {
  const seen: string[] = [];
  const running = await open(t, {
    functions: {
      from(batch) {
        for (let index = 0; index < 2500; index += 1) batch.send("f/a", `${index}`.padEnd(2000));
      },
      f({ messages }) {
        seen.push(...messages);
      },
    },
  });
  await running.engine.park(at("f/a"), "for repair");
  await running.send("from/1", "");
  await running.settle();
  await running.reopen();
  assert.equal(await running.engine.drop(at("f/a"), "all"), 2500);
  await running.settle();
  assert.deepEqual(seen, []);
  assert.equal(running.engine.metrics.mailboxMessages, 0);
  await running.send("f/a", "next");
  await running.reopen();
  await running.settle();
  assert.deepEqual(seen, ["next"]);
});

test("a message is dropped while the mailbox is read back: the others are delivered once", async (t) => {
  const seen: string[] = [];
  const running = await open(t, {
    functions: {
      from(batch) {
        for (let index = 0; index < 300; index += 1) batch.send("f/a", `${index}`);
      },
      f({ messages }) {
        seen.push(...messages);
      },
    },
  });
  await running.engine.park(at("f/a"), "for repair");
  await running.send("from/1", "");
  await running.settle();
  await running.reopen();
  // Both read the mailbox back: the one that lets it go on, and the one that drops.
  const both = [running.engine.retry(at("f/a")), running.engine.drop(at("f/a"), "first")] as const;
  await running.settle();
  assert.equal((await Promise.all(both))[1], 1);
  await running.settle();
  assert.deepEqual(
    seen,
    Array.from({ length: 299 }, (_, index) => String(index + 1)),
  );
});

test("a drop removes what waited when it was asked for, and nothing that came behind it", async (t) => {
  const gate = new Gate();
  const seen: string[] = [];
  const running = await open(t, {
    functions: {
      f: {
        maxBatch: 1,
        async handle({ messages }) {
          if (messages[0] === "1") await gate.promise;
          seen.push(...messages);
        },
      },
    },
  });
  for (const value of ["1", "2"]) await running.send("f/a", value);
  const first = running.engine.drop(at("f/a"), "first");
  const all = running.engine.drop(at("f/a"), "all");
  await running.send("f/a", "3");
  gate.open();
  assert.equal(await first, 0, "the call in flight took it");
  assert.equal(await all, 1);
  await running.settle();
  assert.deepEqual(seen, ["1", "3"]);
});

test("a call that never ends lets its address be parked, and keeps other changes waiting for ten seconds", async (t) => {
  const running = await open(t, { functions: { f: () => new Promise<void>(() => {}) } });
  await running.send("f/a", "1");
  await running.settle();
  const drop = rejectsCode(running.engine.drop(at("f/a"), "first"), "ANSWER_TIMEOUT");
  await running.clock.advance(10_000);
  await drop;
  await running.engine.park(at("f/a"), "it hangs");
  await running.send("f/a", "2");
  await running.reopen();
  assert.equal((await running.engine.parked({ limit: 1 }))[0]?.reason, "it hangs");
  assert.equal(await running.engine.drop(at("f/a"), "all"), 2);
});

test("an address can be parked before anything is delivered to it", async (t) => {
  const store = new MemoryStore();
  const before = await open(t, { store, functions: { f: () => Promise.reject(new Error("not now")) } });
  await before.send("f/a", "1");
  await before.close();
  const seen: string[] = [];
  const take = ({ messages }: Batch) => void seen.push(...messages);
  const running = await open(t, { store, functions: { f: take }, park: [at("f/a")] });
  await running.clock.advance(60_000);
  assert.deepEqual(seen, []);
  await running.engine.retry(at("f/a"));
  await running.settle();
  assert.deepEqual(seen, ["1"]);
});

test("a keyed call whose message was dropped can be made anew under its key", async (t) => {
  let fails = true;
  const running = await open(t, {
    policy: { retry: { attempts: 1 } },
    functions: {
      f(batch) {
        if (fails) throw new Error("not now");
        batch.reply("done");
      },
    },
  });
  const call = rejectsCode(running.call("f/a", "1", { idempotencyKey: "k" }), "ADDRESS_PARKED");
  await running.settle();
  await call;
  assert.equal(await running.engine.drop(at("f/a"), "first"), 1);
  fails = false;
  assert.equal(await running.call("f/a", "1", { idempotencyKey: "k" }), "done");
});

test("parking ends the call in flight: its place is free, and what it answers later does not count", async (t) => {
  const gates: Gate[] = [];
  const running = await open(t, { functions: { f: counter(gates) } });
  await running.send("f/a", "1");
  await running.settle();
  const changed = running.engine.setState(at("f/a"), "count", text("100"));
  await running.engine.park(at("f/a"), "it hangs");
  await changed;
  assert.deepEqual(
    [running.engine.metrics.inFlight, (await running.engine.inspect(at("f/a"))).inFlight],
    [0, undefined],
  );
  gates[0]?.open();
  await running.settle();
  assert.equal(await running.state("f/a", "count"), "100");
  assert.equal((await running.engine.inspect(at("f/a"))).depth, 1, "its message stays");
  await running.engine.retry(at("f/a"));
  await running.settle();
  await openAll(running, gates);
  assert.deepEqual([await running.state("f/a", "count"), gates.length], ["101", 2]);
});

test("a drop that has begun goes on when a read of the store fails, and the mailbox is empty at its end", async (t) => {
  const running = await open(t, { functions: { f: () => {} } });
  await running.engine.park(at("f/a"), "for repair");
  for (let count = 0; count < 4; count += 1) await running.send("f/a", "x".repeat(600_000));
  running.store.failReads = "STORE_FAILED";
  const dropped = running.engine.drop(at("f/a"), "all");
  await running.clock.advance(1000);
  running.store.failReads = undefined;
  await running.clock.advance(1000);
  assert.equal(await dropped, 4);
  assert.deepEqual([running.engine.metrics.mailboxMessages, running.engine.metrics.parked], [0, 0]);
  assert.equal((await running.engine.inspect(at("f/a"))).depth, 0);
});
