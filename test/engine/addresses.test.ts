// Many addresses, and addresses with any id: each keeps its own.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AddressesFound } from "../../src/engine/address-list-api.js";
import { Address } from "../../src/model/address.js";
import { randomOf } from "../support/random.js";
import { type Batch, text, textOf } from "./functions.js";
import { open, stores } from "./support.js";

const counter = {
  states: ["count"],
  handle(batch: Batch) {
    batch.set(
      "count",
      `${Number(batch.state("count") ?? 0) + batch.messages.length}`.padEnd(batch.messages[0]!.length),
    );
  },
};

test("11,000 addresses that come and go in memory keep their states", async (t) => {
  const running = await open(t, { functions: { f: counter } });
  for (let round = 1; round <= 2; round += 1) {
    // Some of them are large, so that not all can stay.
    const all = Array.from({ length: 11_000 }, (_, id) =>
      running.send(`f/${id}`, "x".repeat(id % 50 === 0 ? 160_000 : 1)),
    );
    await Promise.all(all);
    await running.settle();
    for (const id of [0, 1, 5000, 10_999]) {
      assert.equal((await running.state(`f/${id}`, "count"))?.trim(), String(round), `f/${id} in round ${round}`);
    }
  }
});

for (const store of stores) {
  test(`ids of any characters are kept apart, in every kind of entry, ${store.name}`, async (t) => {
    const random = randomOf(t);
    const ids = new Set([
      "\0",
      "\u0001",
      "\0\0",
      "a\0",
      "a",
      "a\u0001",
      "\u0001\u0001",
      "\u0001\u0002",
      "/",
      "😀",
      "\uffff",
    ]);
    for (let count = 0; count < 60; count += 1) ids.add(random.text(4) || "x");
    const running = await open(t, {
      store: await store.open(t),
      functions: {
        f: {
          states: ["count", "count\0"],
          handle(batch) {
            for (const message of batch.messages) {
              batch.set(message === "later" ? "count\0" : "count", `${batch.target.id}:${message}`);
              if (message === "now") batch.effects.delayed.push(delayed(batch.target));
            }
          },
        },
      },
    });
    const delayed = (target: Address) => ({ target, argument: text("later"), delayMs: 10, cancellationToken: "t" });
    const of = (id: string) => new Address("test", "f", id);
    for (const id of ids) await running.engine.send(of(id), text("now"));
    await running.settle();
    await running.reopen();
    for (const id of ids) await running.engine.park(of(id), id);
    await running.clock.advance(10);
    await running.reopen();
    assert.equal(running.engine.metrics.parked, ids.size);
    assert.deepEqual(new Set((await running.engine.parked({ limit: 1000 })).map(({ address }) => address.id)), ids);
    for (const { address, reason } of await running.engine.parked({ limit: 1000 })) assert.equal(reason, address.id);
    for (const id of ids) assert.equal((await running.engine.inspect(of(id))).depth, 1);
    for (const id of ids) await running.engine.retry(of(id));
    await running.settle();
    const listed: string[] = [];
    let place: { after?: string } = {};
    for (;;) {
      const { addresses, next }: AddressesFound = await running.engine.addresses("test/f", { ...place, limit: 7 });
      listed.push(...addresses.map(({ id }) => id));
      if (next === undefined) break;
      place = { after: next };
    }
    assert.deepEqual(new Set(listed), ids);
    assert.equal(listed.length, ids.size);
    for (const id of ids) {
      const { states } = await running.engine.inspect(of(id));
      assert.deepEqual(
        states.map(({ name, value }) => [name, textOf(value)]),
        [
          ["count", `${id}:now`],
          ["count\0", `${id}:later`],
        ],
      );
    }
  });
}
