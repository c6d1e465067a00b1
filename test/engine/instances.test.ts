// The addresses that are awake: one instance each, forgotten by generations when they have nothing to do.

import assert from "node:assert/strict";
import { test } from "node:test";
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
