// What programs hand to the engine: ids, keys and tokens that could not be stored as they are never get in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine } from "../../src/engine/engine.js";
import { Address } from "../../src/model/address.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { type Batch, text } from "./functions.js";
import { open, type Running } from "./support.js";

const counter = {
  states: ["count"],
  handle(batch: Batch) {
    const count = `${Number(batch.state("count") ?? 0) + batch.messages.length}`;
    batch.set("count", count);
    batch.reply(count);
  },
};

/** Neither can be told from another one on disk. */
const halves = ["\ud800", "a\udc00", `${"x".repeat(100)}\ud83d`];
const noTexts = [undefined, null, 5, {}, [], ["a"]];
const options = (input: object) => input as Parameters<Engine["send"]>[2];

/** The ways in that only look at an address and mend it. */
function waysToMend({ engine }: Running): ((address: Address) => Promise<unknown>)[] {
  return [
    (address) => engine.setState(address, "count", text("7")),
    (address) => engine.park(address, "for repair"),
    (address) => engine.retry(address),
    (address) => engine.drop(address, "all"),
    (address) => engine.inspect(address),
  ];
}

/** Nothing of what was refused has been put, and the engine goes on. */
async function assertUntouched(running: Running): Promise<void> {
  assert.equal(running.engine.metrics.messagesIn, 0);
  assert.equal(await running.call("f/a", "x"), "1");
  await running.reopen();
  assert.equal(await running.call("f/a", "x"), "2");
}

test("an id is a text that the store keeps as it is, whichever way it comes", async (t) => {
  const running = await open(t, { functions: { f: counter } });
  const { engine } = running;
  for (const id of [...halves, ...noTexts]) {
    const address = new Address("test", "f", id as string);
    await rejectsCode(engine.send(address, text("x")), "ID_MISSING");
    await rejectsCode(engine.send(address, text("x"), { delayMs: 10, cancellationToken: "token" }), "ID_MISSING");
    await rejectsCode(engine.call(address, text("x")), "ID_MISSING");
    for (const mend of waysToMend(running)) await rejectsCode(mend(address), "ID_MISSING");
  }
  await assertUntouched(running);
});

test("an address without an id gets nothing from outside, but what another function sent there can be mended", async (t) => {
  const running = await open(t, {
    functions: {
      f: counter,
      from(batch) {
        if (batch.messages.includes("go")) batch.send("f/", "x");
      },
    },
  });
  const { engine } = running;
  const nameless = new Address("test", "f", "");
  await rejectsCode(engine.send(nameless, text("x")), "ID_MISSING");
  await rejectsCode(engine.call(nameless, text("x")), "ID_MISSING");
  await running.send("from/a", "go");
  await running.settle();
  assert.equal(await running.state("f/", "count"), "1");
  for (const mend of waysToMend(running)) await mend(nameless);
  assert.equal(await running.state("f/", "count"), "7");
});

test("a target is an address, with names that the store keeps as they are", async (t) => {
  const running = await open(t, { functions: { f: counter } });
  const { engine } = running;
  for (const target of [undefined, null, "test/f/a", {}, { namespace: "test", name: 5, id: "a" }] as unknown[]) {
    await rejectsCode(engine.send(target as Address, text("x")), "TARGET_INVALID");
    await rejectsCode(engine.call(target as Address, text("x")), "TARGET_INVALID");
    for (const mend of waysToMend(running)) await rejectsCode(mend(target as Address), "TARGET_INVALID");
  }
  await rejectsCode(engine.send(new Address("test", "\ud800", "a"), text("x")), "TYPE_NAME_INVALID");
  await rejectsCode(engine.inspect(new Address("\udc00", "f", "a")), "TYPE_NAME_INVALID");
  await assertUntouched(running);
});

test("an idempotency key is a text of 1 to 256 characters", async (t) => {
  const running = await open(t, { functions: { f: counter } });
  for (const idempotencyKey of [...halves, "", "k".repeat(257), null, 5, {}, []]) {
    await rejectsCode(running.send("f/a", "x", options({ idempotencyKey })), "OPTION_INVALID");
    await rejectsCode(running.call("f/a", "x", options({ idempotencyKey })), "OPTION_INVALID");
  }
  await assertUntouched(running);
  for (const idempotencyKey of ["k".repeat(256), "ключ 1", "😀"]) await running.call("f/b", "x", { idempotencyKey });
  assert.equal(await running.state("f/b", "count"), "3");
});

test("a cancellation token is a text; one that is none is refused before anything is written", async (t) => {
  const running = await open(t, { functions: { f: counter } });
  for (const token of [...halves, "", null, 5, {}, []]) {
    const input = options({ delayMs: 10, cancellationToken: token, idempotencyKey: "key" });
    await rejectsCode(running.send("f/a", "x", input), "TOKEN_INVALID");
    await rejectsCode(running.engine.cancel(token as string), "TOKEN_INVALID");
  }
  await rejectsCode(running.engine.cancel(undefined as unknown as string), "TOKEN_INVALID");
  assert.equal(running.engine.metrics.delayedPending, 0);
  assert.equal(running.engine.trouble, undefined);
  await assertUntouched(running);
});

test("a delay is a number of milliseconds", async (t) => {
  const running = await open(t, { functions: { f: counter } });
  for (const delayMs of ["100", null, {}, [], 5n, Number.NaN, -1]) {
    await rejectsCode(running.send("f/a", "x", options({ delayMs })), "DELAY_INVALID");
  }
  await assertUntouched(running);
});

test("a signal is an AbortSignal", async (t) => {
  const running = await open(t, { functions: { f: counter } });
  for (const signal of [{}, "stop", new AbortController()]) {
    await rejectsCode(running.call("f/a", "x", { signal: signal as AbortSignal }), "OPTION_INVALID");
  }
  await assertUntouched(running);
});

test("an engine is opened with a clock that tells the time, and parks addresses only", async () => {
  const openWith = (input: object) =>
    Engine.open({ store: new MemoryStore(), findRoute: () => undefined, logger: console, ...input });
  for (const clock of [{}, null, Date, { now: () => 0 }]) await rejectsCode(openWith({ clock }), "OPTION_INVALID");
  for (const park of ["t/count/a", ["t/count/a"], [null], [{}], null, new Address("t", "count", "a")]) {
    await rejectsCode(openWith({ park }), "OPTION_INVALID");
  }
  await rejectsCode(openWith({ park: [new Address("t", "count", "\ud800")] }), "ID_MISSING");
});

test("a message that is not packed is VALUE_UNTYPED, and its key stays free", async (t) => {
  const running = await open(t, { functions: { f: counter } });
  for (const value of [...noTexts, "x"]) {
    const { engine } = running;
    const packed = value as unknown as Parameters<Engine["send"]>[1];
    await rejectsCode(engine.send(new Address("test", "f", "a"), packed, { idempotencyKey: "k" }), "VALUE_UNTYPED");
    await rejectsCode(engine.call(new Address("test", "f", "a"), packed, { idempotencyKey: "k" }), "VALUE_UNTYPED");
  }
  await assertUntouched(running);
});
