// The clock that the engine reads: whole milliseconds, whatever clock it was opened with.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Clock, engineClock, systemClock } from "../../src/engine/clock.js";
import { OwnContext } from "../../src/engine/own-context.js";
import { throwsCode } from "../support/expect-code.js";
import { ManualClock } from "../support/manual-clock.js";
import { at } from "./functions.js";
import { open } from "./support.js";

test("fractions of a millisecond are cut off, and timers are those of the clock", async () => {
  const manual = new ManualClock(1000.9);
  const clock = engineClock(manual, new OwnContext());
  assert.equal(clock.now(), 1000);
  let fired = 0;
  clock.after(5, () => {
    fired += 1;
  });
  clock.after(5, () => assert.fail("cancelled")).cancel();
  await manual.advance(5);
  assert.deepEqual([fired, clock.now()], [1, 1005]);
});

test("a clock without the methods, or without a time that keys can hold, is refused", () => {
  for (const now of [() => Number.NaN, () => -1, () => Number.POSITIVE_INFINITY, () => 1n, undefined]) {
    throwsCode(() => engineClock({ ...systemClock, now } as unknown as Clock, new OwnContext()), "OPTION_INVALID");
  }
  throwsCode(() => engineClock({ now: () => 1 } as unknown as Clock, new OwnContext()), "OPTION_INVALID");
  throwsCode(() => engineClock(null as unknown as Clock, new OwnContext()), "OPTION_INVALID");
});

test("every idempotency key is forgotten under a clock with fractions of a millisecond", async (t) => {
  const seen: string[] = [];
  const running = await open(t, {
    now: Date.UTC(2026, 0, 1) + 0.3,
    functions: {
      f({ messages }) {
        seen.push(...messages);
      },
    },
  });
  const send = async () => {
    for (let id = 0; id < 50; id++) {
      await running.send("f/a", `${id}`, { idempotencyKey: `key ${id}` });
      await running.clock.advance(0.37);
    }
  };
  await send();
  await running.clock.advance(24 * 60 * 60 * 1000 + 10);
  await running.engine.sweep();
  await send();
  await running.settle();
  assert.equal(seen.length, 100);
  assert.equal((await running.engine.inspect(at("f/a"))).depth, 0);
});
