// The addresses that are awake: one instance each, forgotten by generations when they have nothing to do.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { KnownFunction } from "../../src/engine/function-table.js";
import { addressKey } from "../../src/engine/keys.js";
import { Address } from "../../src/model/address.js";
import { at, spec } from "./functions.js";
import { message, Parts, packed } from "./parts.js";

const perGeneration = 2_000;

const newParts = () => new Parts({ functions: { f: () => {} } });

/** Wakes so many addresses that have nothing to do, and lets them rest. */
function restMany({ instances }: Parts, count: number, from = 0): void {
  for (let id = from; id < from + count; id++) instances.rest(instances.wake(at(`f/other${id}`)));
}

test("an address has one instance while it is awake, whoever names it", () => {
  const { instances } = newParts();
  const instance = instances.wake(at("f/a"));
  assert.equal(instances.wake(new Address("test", "f", "a")), instance);
  assert.equal(instances.peek(at("f/a")), instance);
  assert.equal(instances.peek(at("f/b")), undefined);
  assert.deepEqual([...instances.all()], [instance]);
});

test("odd names and ids are addresses of their own", () => {
  const { instances } = newParts();
  const addresses = [
    new Address("a\0", "b", "c"),
    new Address("a", "\0b", "c"),
    new Address("a", "b", "\0c"),
    new Address("a", "b", ""),
  ];
  assert.equal(new Set(addresses.map((address) => instances.wake(address))).size, addresses.length);
});

test("an address that rests stays awake for a generation, and is forgotten after two", () => {
  const parts = newParts();
  const { instances } = parts;
  const instance = instances.wake(at("f/a"));
  instances.rest(instance);
  restMany(parts, perGeneration - 1);
  assert.equal(instances.peek(at("f/a")), instance);
  restMany(parts, perGeneration, perGeneration);
  assert.equal(instances.peek(at("f/a")), undefined);
  assert.ok([...instances.all()].length <= 2 * perGeneration);
});

test("an address that rests again meanwhile is not forgotten", () => {
  const parts = newParts();
  const { instances } = parts;
  const instance = instances.wake(at("f/a"));
  for (let round = 0; round < 5; round++) {
    instances.rest(instance);
    restMany(parts, perGeneration, round * perGeneration);
  }
  assert.equal(instances.peek(at("f/a")), instance);
});

test("an address with something to do is never forgotten, whenever it got it", () => {
  const parts = newParts();
  const { instances } = parts;
  const busy = instances.wake(at("f/busy"));
  busy.mailbox.push(message("x"));
  instances.rest(busy);
  const later = instances.wake(at("f/later"));
  instances.rest(later);
  later.mailbox.push(message("x"));
  restMany(parts, 4 * perGeneration);
  assert.equal(instances.peek(at("f/busy")), busy);
  assert.equal(instances.peek(at("f/later")), later);
});

test("few addresses stay when each gets one message, and many when all get messages again and again", () => {
  const parts = newParts();
  const { instances } = parts;
  const deliver = (id: number) => {
    const instance = instances.deliver(at(`f/${id}`), message("x"));
    assert.ok(instance !== undefined);
    instance.mailbox.consume();
    instances.rest(instance);
  };
  for (let id = 0; id < 40_000; id++) deliver(id);
  assert.ok([...instances.all()].length <= 250);
  for (let number = 0; number < 60_000; number++) deliver(number % 6_000);
  assert.equal([...instances.all()].length, 6_000);
});

test("large states fill a generation too", () => {
  const { instances } = newParts();
  const large = packed("x".repeat(1024 * 1024)).bytes;
  for (let id = 0; id < 100; id++) {
    const instance = instances.wake(at(`f/${id}`));
    instance.states.set(spec("s"), large, 0);
    instances.rest(instance);
  }
  const awake = [...instances.all()].length;
  assert.ok(awake >= 16 && awake <= 33, `${awake} MiB of states stay in memory`);
});

const kibibyte = 1024;
const states = (size: number) => packed("x".repeat(size)).bytes;

/** Lets so many addresses rest that have a state of this size. */
function restWithState({ instances }: Parts, count: number, size: number): void {
  for (let id = 0; id < count; id++) {
    const instance = instances.wake(at(`f/${id}`));
    instance.states.set(spec("s"), states(size), 0);
    instances.rest(instance);
  }
}

test("states count in the memory while their address is awake", () => {
  const parts = new Parts({ functions: { f: () => {} } });
  const { instances, memory } = parts;
  const instance = instances.wake(at("f/a"));
  instance.states.set(spec("s"), states(1000), 0);
  assert.ok(memory.states > 1000 && memory.states < 1100);
  instance.states.set(spec("s"), states(10), 0);
  instance.states.set(spec("t"), states(10), 0);
  assert.ok(memory.states < 200);
  instance.states.set(spec("t"), undefined, 0);
  instances.rest(instance);
  restMany(parts, 2 * perGeneration);
  assert.equal(instances.peek(at("f/a")), undefined);
  assert.equal(memory.states, 0);
  const again = instances.wake(at("f/a"));
  again.states.forCall([spec("s")], 0);
  assert.ok(memory.states > 10, "it was read again");
});

test("states of addresses that rest give way to messages, and keep a sixteenth", () => {
  const parts = new Parts({ functions: { f: () => {}, g: () => {} }, limits: { memoryBytes: 1024 * kibibyte } });
  const { instances, memory, mailboxes } = parts;
  restWithState(parts, 100, 8 * kibibyte);
  const before = memory.states;
  assert.ok(before > 200 * kibibyte && before < 600 * kibibyte, `${before} bytes of states`);
  mailboxes.load(800 * kibibyte);
  instances.deliver(at("g/a"), message("x"));
  instances.deliver(at("g/b"), message("x"));
  assert.ok(memory.states > 0 && memory.states <= 224 * kibibyte, "they keep what is left");
  restWithState(parts, 100, 8 * kibibyte);
  assert.ok(memory.states <= 288 * kibibyte, "and keep no more later");
  mailboxes.load(400 * kibibyte);
  restWithState(parts, 100, 8 * kibibyte);
  assert.ok(memory.states > 0 && memory.states <= 80 * kibibyte, `${memory.states} bytes of states`);
});

test("states of addresses with a call in flight make room too: idle addresses keep less, and messages no less", () => {
  const parts = new Parts({ functions: { f: () => {} }, limits: { memoryBytes: 1024 * kibibyte } });
  const { instances, memory, mailboxes } = parts;
  const busy = instances.wake(at("f/busy"));
  busy.mailbox.push(message("x"));
  busy.states.set(spec("s"), states(2048 * kibibyte), 0);
  restWithState(parts, 100, 8 * kibibyte);
  assert.ok(memory.states < (2048 + 80) * kibibyte);
  assert.equal(instances.peek(at("f/busy")), busy);
  assert.ok(mailboxes.hasRoom(400 * kibibyte));
});

test("an address that grows while it rests again and again counts with what it holds", () => {
  const { instances } = newParts();
  const instance = instances.wake(at("f/a"));
  for (let round = 0; round < 10; round++) {
    instance.states.set(spec("s"), packed("x".repeat(1024 * 1024)).bytes, 0);
    instances.rest(instance);
  }
  const other = instances.wake(at("f/b"));
  instances.rest(other);
  assert.equal(instances.peek(at("f/a")), instance, "ten times the same MiB fills no generation");
});

test("whoever reads the store for a function is told which of its addresses are forgotten", () => {
  const parts = new Parts({ functions: { f: () => {}, g: () => {}, h: () => {} } });
  const { instances } = parts;
  const forgotten: string[] = [];
  instances.onForgotten = (known, key) => forgotten.push(`${known.typeName} ${key}`);
  for (const name of ["f", "g"]) instances.rest(instances.wake(at(`${name}/a`)));
  (parts.functions.find("test", "f") as KnownFunction).sleeping = true;
  for (let id = 0; id < 2 * perGeneration; id++) instances.rest(instances.wake(at(`h/${id}`)));
  assert.deepEqual(forgotten, [`test/f ${addressKey("test", "f", "a")}`]);
});

test("a function whose addresses are all forgotten is forgotten too, beyond a thousand others", () => {
  const parts = new Parts({ functions: new Proxy({}, { get: () => () => {} }) });
  const { instances, functions } = parts;
  for (let index = 0; index < 10_000; index++) {
    const instance = instances.wake(at(`name${index}/a`));
    instance.mailbox.push(message("x"));
    instance.mailbox.consume();
    instances.rest(instance);
  }
  const kept = functions.all().length;
  assert.ok(kept >= 1_000 && kept <= 1_000 + 2 * perGeneration, `${kept} functions are remembered`);
});
