// Addresses that have messages and are not in memory: those from before the start, and those for which there is no room.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { KnownFunction } from "../../src/engine/function-table.js";
import type { Instance } from "../../src/engine/instance.js";
import { addressKey } from "../../src/engine/keys.js";
import { SleepingAddresses } from "../../src/engine/sleeping-addresses.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { at, type Batch, type Functions } from "./functions.js";
import { Parts } from "./parts.js";
import { open, type Running, stores } from "./support.js";

/** So little that only some of the addresses are awake at once. */
const limits = { memoryBytes: 256 * 1024 };
const addresses = 2_000;

/** Sends one message to each of so many addresses, and another one behind it. */
function fanOut(batch: Batch): void {
  for (const round of ["first", "second"]) {
    for (let id = 0; id < addresses; id += 1) batch.send(`f/${id}`, round);
  }
}

function collecting(seen: Map<string, string[]>, more: Functions = {}): Functions {
  return {
    from: fanOut,
    f({ self, messages }) {
      seen.set(self, [...(seen.get(self) ?? []), ...messages]);
    },
    ...more,
  };
}

function assertAllInOrder(seen: ReadonlyMap<string, readonly string[]>): void {
  assert.equal(seen.size, addresses);
  for (const messages of seen.values()) assert.deepEqual(messages, ["first", "second"]);
}

async function drained(running: Running): Promise<void> {
  while (running.engine.metrics.mailboxMessages > 0) {
    const before = running.engine.metrics.messagesDelivered;
    await running.clock.advance(10);
    if (!(running.engine.metrics.messagesDelivered > before)) {
      console.error(
        JSON.stringify(running.engine.metrics),
        await running.engine.addresses("test/f", { limit: 5 }),
        running.log.slice(0, 5),
      );
    }
    assert.ok(running.engine.metrics.messagesDelivered > before, "the messages that wait are delivered");
  }
}

for (const store of stores) {
  test(`each of many addresses has its turn, in the order of its messages, with little memory, ${store.name}`, async (t) => {
    const seen = new Map<string, string[]>();
    const running = await open(t, { store: await store.open(t), limits, functions: collecting(seen) });
    await running.send("from/1", "go");
    await running.settle();
    await drained(running);
    assertAllInOrder(seen);
  });

  test(`addresses that wait from before the start have their turn, and new messages come behind, ${store.name}`, async (t) => {
    const seen = new Map<string, string[]>();
    const gate = new Gate();
    const running = await open(t, {
      store: await store.open(t),
      limits,
      functions: { ...collecting(seen), f: () => gate.promise },
    });
    await running.send("from/1", "go");
    await running.settle();
    assert.equal(running.engine.metrics.mailboxMessages, 2 * addresses);
    running.functions = collecting(seen);
    await running.reopen();
    for (const id of [0, 777, addresses - 1]) await running.send(`f/${id}`, "third");
    await running.settle();
    await drained(running);
    for (const id of [0, 777, addresses - 1]) assert.equal(seen.get(`f/${id}`)?.pop(), "third");
    assertAllInOrder(seen);
  });
}

test("a function whose addresses all wait holds up no other function", async (t) => {
  const seen: string[] = [];
  const running = await open(t, {
    limits: { ...limits, inFlight: 5 },
    functions: {
      from: fanOut,
      f: { endpoint: "hangs", handle: () => new Promise<void>(() => {}) },
      g: { endpoint: "works", handle: ({ messages }) => void seen.push(...messages) },
    },
  });
  await running.send("from/1", "go");
  await running.settle();
  await running.reopen();
  for (const id of ["a", "b", "c"]) await running.send(`g/${id}`, id);
  await running.settle();
  assert.deepEqual(seen.sort(), ["a", "b", "c"]);
  assert.equal(running.engine.metrics.mailboxMessages, 2 * addresses);
});

test("parked addresses are not called before a person says so, and keep their messages in order", async (t) => {
  const seen = new Map<string, string[]>();
  const running = await open(t, { limits, functions: collecting(seen) });
  for (let id = 0; id < addresses; id += 10) await running.engine.park(at(`f/${id}`), "for the test");
  await running.send("from/1", "go");
  await running.settle();
  await running.reopen();
  await drained2(running, (2 * addresses) / 10);
  assert.equal(seen.size, (addresses * 9) / 10);
  assert.equal(running.engine.metrics.parked, addresses / 10);
  await rejectsCode(running.call("f/10", "x"), "ADDRESS_PARKED");
  await running.send("f/10", "third");
  assert.equal((await running.engine.inspect(at("f/10"))).depth, 3);
  assert.equal(await running.engine.drop(at("f/20"), "first"), 1);
  assert.equal(await running.engine.drop(at("f/30"), "all"), 2);
  for (let id = 0; id < addresses; id += 10) await running.engine.retry(at(`f/${id}`));
  await running.settle();
  await drained2(running, 0);
  assert.equal(seen.get("f/10")?.pop(), "third");
  assert.deepEqual(seen.get("f/20"), ["second"]);
  assert.equal(seen.get("f/30"), undefined);
  seen.set("f/20", ["first", "second"]).set("f/30", ["first", "second"]);
  assertAllInOrder(seen);
});

async function drained2(running: Running, left: number): Promise<void> {
  for (let round = 0; running.engine.metrics.mailboxMessages > left; round += 1) {
    assert.ok(round < 1000, `${running.engine.metrics.mailboxMessages} messages are left`);
    await running.clock.advance(10);
  }
}

test("a store that can't be read for a while only delays those that wait", async (t) => {
  const seen = new Map<string, string[]>();
  const running = await open(t, { limits, functions: collecting(seen) });
  await running.send("from/1", "go");
  running.store.failReads = "STORE_FAILED";
  await running.settle();
  await running.clock.advance(1000);
  running.store.release();
  await running.clock.advance(40_000);
  await drained2(running, 0);
  assertAllInOrder(seen);
});

/** The addresses f/a, f/b and f/c, each with a message from before the start, while the store is being read for them. */
async function whileReading() {
  const store = new MemoryStore();
  const before = new Parts({ store, functions: { f: () => {} } });
  for (const id of ["a", "b", "c"]) before.deliver(`f/${id}`, "first");
  await before.commit.durable();
  const parts = new Parts({ store, functions: { f: () => {} } });
  const ready: Instance[] = [];
  const sleeping = new SleepingAddresses({
    ...parts,
    ready: (instance) => ready.push(instance),
    roomFreed: () => {},
  });
  await sleeping.open();
  sleeping.pump();
  const known = parts.functions.find("test", "f") as KnownFunction;
  const loaded = () => ready.map(({ address, mailbox }) => [address.id, mailbox.loaded, mailbox.hasRest]);
  return { parts, sleeping, known, loaded };
}

test("one read brings the messages of all addresses that it finds", async () => {
  const { parts, loaded } = await whileReading();
  await parts.settle();
  assert.deepEqual(loaded(), [
    ["a", 1, false],
    ["b", 1, false],
    ["c", 1, false],
  ]);
});

test("an address that changes during the read is read again, the others are not", async () => {
  const { parts, sleeping, known, loaded } = await whileReading();
  // Its message may be consumed by now.
  sleeping.forgotten(known, addressKey("test", "f", "a"));
  // A message of it may not be in what was read.
  sleeping.missed(known, addressKey("test", "f", "c"));
  await parts.settle();
  assert.deepEqual(loaded(), [
    ["a", 0, true],
    ["b", 1, false],
    ["c", 0, true],
  ]);
});

test("when very many addresses change during the read, all are read again", async () => {
  const { parts, sleeping, known, loaded } = await whileReading();
  for (let id = 0; id < 20_000; id += 1) sleeping.forgotten(known, addressKey("test", "f", String(id)));
  await parts.settle();
  assert.deepEqual(loaded(), [
    ["a", 0, true],
    ["b", 0, true],
    ["c", 0, true],
  ]);
});
