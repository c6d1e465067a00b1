// What follows when a change breaks off in the middle: another engine goes on from what is durable.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ReopeningEngine } from "../../src/engine/reopening-engine.js";
import { StateValue } from "../../src/engine/state-values.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { BreakingClock } from "../support/breaking-clock.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { at, type Batch, endpointOf, type Functions, text, textOf } from "./functions.js";
import { Taker } from "./support.js";
import { WatchedStore } from "./watched-store.js";

class TestClock extends BreakingClock {
  /** Opened when the message that breaks the engine is durable. */
  readonly durable = new Gate();
}

async function setUp(t: TestContext, functions: (clock: TestClock) => Functions) {
  const clock = new TestClock();
  const store = new WatchedStore(new MemoryStore());
  const logger = new RecordingLogger();
  const findRoute = endpointOf(functions(clock));
  const engine = await ReopeningEngine.open({ store, clock, logger, findRoute, egresses: ["out/all"] });
  clock.watch = () => ({ busy: store.busy, done: store.done + engine.metrics.batches });
  t.after(async () => {
    store.release();
    await engine.close(0);
    await engine.settle();
  });
  const call = (to: string, value: string, idempotencyKey?: string) =>
    engine.call(at(to), text(value), idempotencyKey === undefined ? {} : { idempotencyKey }).then(textOf);
  /** Breaks the engine by a message that is durable before. */
  const breakBy = async (to: string, idempotencyKey?: string) => {
    const told = rejectsCode(call(to, "break", idempotencyKey), "ENGINE_RESTARTING");
    await clock.settle();
    clock.durable.open();
    await clock.settle();
    await told;
  };
  return { clock, store, logger, engine, call, breakBy };
}

/** Counts in a state, and tells an egress and whoever asked. "break" breaks the engine, as often as the test says. */
const counter = (clock: TestClock, breaks = { left: 1 }) => ({
  states: ["count"],
  async handle(batch: Batch) {
    if (batch.messages.includes("break")) await clock.durable.promise;
    const count = Number(batch.state("count") ?? 0) + batch.messages.length;
    batch.set("count", String(count));
    batch.reply(String(count));
    batch.egress("all", batch.messages.join());
    if (!batch.messages.includes("break") || breaks.left === 0) return;
    breaks.left -= 1;
    clock.armed = true;
  },
});

test("callers are told, and another engine goes on from what is durable: nothing is lost or done twice", async (t) => {
  const { clock, logger, engine, call, breakBy } = await setUp(t, (clock) => ({ f: counter(clock) }));
  const taker = new Taker();
  engine.attach("out/all", taker);
  assert.equal(await call("f/a", "one"), "1");
  await clock.advance(10); // the acknowledgement of the record is durable
  await breakBy("f/a", "key");
  assert.equal(engine.trouble?.code, "ENGINE_RESTARTING");
  await rejectsCode(engine.send(at("f/b"), text("x")), "ENGINE_RESTARTING");
  await rejectsCode(engine.setState(at("f/a"), "count", undefined), "ENGINE_RESTARTING");
  assert.match(logger.lines.join("\n"), /test\/f\/a.*a bug of the test's/);
  assert.doesNotMatch(logger.lines.join("\n"), /written/, "the store can be written");
  await clock.advance(1000);
  assert.equal(engine.trouble, undefined);
  assert.equal(await call("f/a", "break", "key"), "2");
  assert.equal(await call("f/a", "three"), "3");
  await clock.settle();
  assert.deepEqual(taker.values, ["one", "break", "three"]);
  assert.deepEqual([...taker.ids].sort(), taker.ids);
  const { messagesIn, callsAnswered, mailboxMessages } = engine.metrics;
  assert.deepEqual([messagesIn, callsAnswered, mailboxMessages], [3, 3, 0], "counters go on");
});

test("the answer of a call that was in flight is ignored, and the message is handled again", async (t) => {
  const gates = [new Gate(), new Gate()];
  let calls = 0;
  const { clock, call, breakBy } = await setUp(t, (clock) => ({
    f: counter(clock),
    async slow(batch) {
      await gates[calls++]?.promise;
      batch.reply(`call ${calls}`);
    },
  }));
  const slow = rejectsCode(call("slow/a", "x", "key"), "ENGINE_RESTARTING");
  await clock.settle();
  await breakBy("f/a");
  await slow;
  await clock.advance(1000);
  const retried = call("slow/a", "x", "key");
  await clock.settle();
  gates[0]?.open();
  await clock.settle();
  assert.equal(calls, 2);
  gates[1]?.open();
  assert.equal(await retried, "call 2");
});

test("an address that breaks the engine again is parked, and the others go on", async (t) => {
  const { clock, engine, call, breakBy } = await setUp(t, (clock) => ({ f: counter(clock, { left: 100 }) }));
  await breakBy("f/a");
  await clock.advance(10_000);
  assert.equal(engine.trouble, undefined);
  assert.deepEqual(
    (await engine.parked({ limit: 10 })).map(({ address }) => address.id),
    ["a"],
  );
  await rejectsCode(call("f/a", "one"), "ADDRESS_PARKED");
  assert.equal(await call("f/b", "one"), "1");
});

test("an answer with a value that can't be encoded stops nothing for good: its address is parked, and the others go on", async (t) => {
  const durable = new Gate();
  const encode = StateValue.prototype.encode;
  t.mock.method(StateValue.prototype, "encode", function (this: StateValue) {
    if (textOf(this.packed.unpack()) === "poison") throw new TypeError("a bug of the test's");
    return encode.call(this);
  });
  const { clock, engine, call } = await setUp(t, () => ({
    f: {
      states: ["last"],
      async handle(batch) {
        await durable.promise;
        batch.set("last", batch.messages[0]);
        batch.reply("done");
      },
    },
  }));
  await engine.send(at("f/a"), text("poison"));
  durable.open();
  await clock.advance(10_000);
  assert.equal(engine.trouble, undefined);
  assert.deepEqual(
    (await engine.parked({ limit: 10 })).map(({ address }) => address.id),
    ["a"],
  );
  assert.equal(await call("f/b", "one"), "done");
});

test("while the store can't be opened again it is tried later and later, and closing does not wait for it", async (t) => {
  const { clock, store, logger, engine, call, breakBy } = await setUp(t, (clock) => ({ f: counter(clock) }));
  await call("f/a", "one");
  await breakBy("f/a");
  store.failReads = "STORE_FAILED";
  await clock.advance(60_000);
  assert.equal(engine.trouble?.code, "ENGINE_RESTARTING");
  const told = logger.lines.filter((line) => line.includes("opened again")).length;
  assert.ok(told > 3 && told < 15, `${told} lines`);
  store.release();
  await clock.advance(10_000);
  assert.equal(engine.trouble, undefined);
  assert.equal(await call("f/a", "three"), "3");
});

test("an engine that is closed while it waits for its store closes at once", async (t) => {
  const { clock, store, engine, breakBy } = await setUp(t, (clock) => ({ f: counter(clock) }));
  await breakBy("f/a");
  store.failReads = "STORE_FAILED";
  await clock.advance(1000);
  await engine.close(60_000);
  await engine.settle();
  await rejectsCode(engine.send(at("f/a"), text("late")), "SHUTTING_DOWN");
});

test("a record that a consumer still has is not handed to it a second time", async (t) => {
  const { clock, engine, call, breakBy } = await setUp(t, (clock) => ({ f: counter(clock) }));
  const gate = new Gate();
  const taker = new Taker(1, () => gate.promise);
  engine.attach("out/all", taker);
  await call("f/a", "one");
  await breakBy("f/b");
  await clock.advance(1000);
  assert.deepEqual(taker.values, ["one"]);
  gate.open();
  await clock.advance(1000);
  assert.deepEqual(taker.values, ["one", "break"]);
  assert.equal(engine.metrics.outboxRecords, 0);
});

test("what a consumer says of itself is shown, and its own failures are counted", async (t) => {
  const { engine } = await setUp(t, (clock) => ({ f: counter(clock) }));
  const lastFailure = { at: 17, message: "no space", isOver: false };
  const consumer = {
    window: 1,
    kind: "file",
    target: "/log",
    failures: 3,
    lastFailure,
    receive: async () => {},
  } as const;
  engine.attach("out/all", consumer);
  const [egress] = await engine.egresses();
  assert.deepEqual([egress?.consumer, egress?.target, egress?.lastFailure], ["file", "/log", lastFailure]);
  assert.equal(engine.metrics.egresses[0]?.failures, 3);
});
