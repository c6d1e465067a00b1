// A peer goes away while many calls to it are in flight. The wait for it grows with its absence, not with the calls.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Address, Types } from "statefun-ts";
import { NoAnswer } from "../../src/engine/endpoint.js";
import { Engine } from "../../src/engine/engine.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { encodeResponse } from "../../src/wire/encode-response.js";
import { ManualClock } from "../support/manual-clock.js";

test("an endpoint that failed a hundred calls at once is tried again as soon as after one", async () => {
  const clock = new ManualClock();
  const waiting: (() => void)[] = [];
  let isDown = true;
  const nothing = encodeResponse({ mutations: [], messages: [], delayed: [], egresses: [] }, "v3");
  const engine = await Engine.open({
    store: new MemoryStore(),
    clock,
    logger: { warn: () => {}, error: () => {} },
    findRoute: () => ({
      endpoint: {
        call: async () => {
          if (!isDown) return nothing;
          await new Promise<void>((resolve) => waiting.push(resolve));
          throw new NoAnswer(false, "it went away");
        },
        close: async () => {},
      },
      generation: "v3",
      maxBatch: 10,
      states: undefined,
      label: "away",
    }),
  });
  for (let id = 0; id < 100; id++) await engine.send(Address.of("outage/function", `${id}`), Types.string.pack("go"));
  assert.equal(engine.metrics.inFlight, 100);
  const fail = () => {
    for (const each of waiting.splice(0)) each();
  };
  fail();
  await clock.advance(100);
  assert.equal(engine.metrics.inFlight, 1, "one call tries whether it is back");
  fail();
  await clock.settle();
  isDown = false;
  await clock.advance(200);
  assert.equal(engine.metrics.messagesDelivered, 100);
  assert.deepEqual(await engine.parked({ limit: 10 }), []);
  await engine.close(1000);
});
