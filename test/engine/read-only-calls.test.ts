// Calls of handlers that only look: what they see, and that they wait for nothing and change nothing.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Engine } from "../../src/engine/engine.js";
import type { CallOptions } from "../../src/engine/engine-api.js";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import { type Context, StatefulFunctions, TerminalError, Types } from "../../src/index.js";
import { Address } from "../../src/model/address.js";
import type { TypedValue } from "../../src/model/typed-value.js";
import { makeRoutes } from "../../src/runtime/endpoint/routes.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { ManualClock } from "../support/manual-clock.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { WatchedStore } from "./watched-store.js";

interface State {
  sum: number;
}

/** A function that adds numbers to its sum, each after the gate has opened, and that texts only look at. */
async function setUp(t: TestContext, look: (what: string, context: Context, state: State) => unknown) {
  const gate = new Gate();
  const door = { open: gate.promise };
  const logger = new RecordingLogger();
  const functions = new StatefulFunctions().register(
    "test/f",
    async (message: number | string, context, state) => {
      if (typeof message === "string") return look(message, context, state);
      await door.open;
      state.sum += message;
      return state.sum;
    },
    {
      handles: [Types.int, Types.string],
      readOnly: [Types.string],
      state: { sum: { type: Types.int, default: 0, expireAfterCall: { seconds: 90 } } },
      maxBatch: 1,
    },
  );
  const clock = new ManualClock();
  const store = new WatchedStore(new MemoryStore());
  const { find } = makeRoutes(
    { endpoints: [], ingresses: [], egresses: [], schedules: [] },
    new LocalFunctions(functions),
  );
  const start = async () => {
    const engine = await Engine.open({
      store,
      clock,
      logger,
      findRoute: find,
      policy: { retry: { attempts: 1 } },
      egresses: ["out/all"],
    });
    clock.watch = () => ({ busy: store.busy, done: engine.metrics.batches + engine.metrics.messagesIn + store.done });
    return engine;
  };
  const engine = await start();
  t.after(() => engine.close(0));
  const target = new Address("test", "f", "a");
  const call = async (value: TypedValue, options?: CallOptions, id = "a") =>
    engine.call(new Address("test", "f", id), value, options);
  const ask = async (what = "sum", options?: CallOptions, id?: string) =>
    (await call(Types.string.pack(what), options, id))?.as(Types.double);
  return { engine, start, clock, store, gate, door, logger, target, call, ask };
}

const sum = (_what: string, _context: Context, state: State) => Types.double.pack(state.sum);

test("a call that only looks is answered beside a call in flight, and sees the last state that is applied", async (t) => {
  const { engine, gate, door, call, ask } = await setUp(t, sum);
  gate.open();
  await call(Types.int.pack(5));
  assert.equal(await ask(), 5);
  const closed = new Gate();
  door.open = closed.promise;
  const slow = call(Types.int.pack(2));
  const waits = call(Types.int.pack(3));
  assert.equal(await ask(), 5, "not the state of the call in flight, and before what waits");
  assert.equal(engine.metrics.inFlight, 1);
  closed.open();
  await Promise.all([slow, waits]);
  assert.equal(await ask(), 10);
});

test("it writes nothing: neither a message nor its idempotency key, and no address wakes for it", async (t) => {
  const { engine, clock, store, ask } = await setUp(t, sum);
  await clock.settle();
  const keys = () => store.keys({ from: "", to: "\u{10ffff}", limit: 1_000 });
  const before = await keys();
  assert.equal(await ask("sum", { idempotencyKey: "key" }), 0);
  assert.equal(await ask("sum", { idempotencyKey: "key" }), 0);
  await clock.advance(1_000);
  assert.deepEqual(await keys(), before);
  assert.equal(engine.metrics.callsWaiting, 0);
});

test("after a restart it sees the stored state, although the function has not asked for its states yet", async (t) => {
  const { engine, start, gate, call, target } = await setUp(t, sum);
  gate.open();
  await call(Types.int.pack(7));
  await engine.close(0);
  await engine.settle();
  const second = await start();
  t.after(() => second.close(0));
  const answer = await second.call(target, Types.string.pack("sum"));
  assert.equal(answer?.as(Types.double), 7);
});

test("a value that has expired is not seen, and looking does not put off its expiry", async (t) => {
  const { clock, gate, call, ask } = await setUp(t, sum);
  gate.open();
  await call(Types.int.pack(7));
  await clock.advance(50_000);
  assert.equal(await ask(), 7);
  // Expired values are removed once a minute, so this one is still stored.
  await clock.advance(50_000);
  assert.equal(await ask(), 0);
});

test("an address that is parked can be looked at", async (t) => {
  const { engine, target, ask, call } = await setUp(t, sum);
  await engine.park(target, "on purpose");
  assert.equal(await ask(), 0);
  await rejectsCode(call(Types.int.pack(1)), "ADDRESS_PARKED");
});

test("an answer waits until the state that it tells of is durable", async (t) => {
  const { clock, gate, store, call, ask } = await setUp(t, sum);
  gate.open();
  await call(Types.int.pack(1));
  store.failWrites = "STORE_FULL";
  const added = call(Types.int.pack(1));
  const seen = ask();
  await rejectsCode(added, "STORE_FULL");
  await rejectsCode(seen, "STORE_FULL");
  store.release();
  await clock.advance(10_000);
  assert.equal(await ask(), 2);
});

test("a change is an error that the caller is told at once, and nothing is changed, tried again or parked", async (t) => {
  const changes: Record<string, (context: Context, state: State) => unknown> = {
    state: (_context, state) => {
      state.sum += 1;
    },
    "state by name": (context) => context.state.set("sum", Types.int.pack(5)),
    deletion: (context) => context.state.delete("sum"),
    send: (context) => context.send("test/f", "b", Types.int.pack(1)),
    later: (context) => context.sendAfter(5, "test/f", "b", Types.int.pack(1)),
    cancel: (context) => context.cancelDelayedMessage("token"),
    record: (context) => context.sendEgress("out/all", "x"),
    defer: (context) => context.deferReply(),
  };
  const { engine, clock, logger, target, ask } = await setUp(t, (what, context, state) =>
    changes[what]?.(context, state),
  );
  for (const what of Object.keys(changes)) await rejectsCode(ask(what), "HANDLER_READ_ONLY", "test/f/a");
  await clock.advance(60_000);
  const { states, parked, depth } = await engine.inspect(target);
  assert.deepEqual([states, parked, depth], [[], undefined, 0]);
  assert.equal(engine.metrics.egressRecords, 0);
  assert.equal(logger.lines.length, Object.keys(changes).length, "each is logged once");
});

test("as a message that nobody waits for it takes its turn, and a change in it fails it as any failure does", async (t) => {
  const { engine, clock, gate, target, call } = await setUp(t, (_what, _context, state) => {
    state.sum += 100;
  });
  const added = call(Types.int.pack(1));
  await engine.send(target, Types.string.pack("change"));
  await clock.settle();
  assert.equal((await engine.inspect(target)).depth, 2);
  gate.open();
  await added;
  await clock.settle();
  const { parked, states } = await engine.inspect(target);
  assert.deepEqual([parked?.code, states[0]?.value.as(Types.int)], ["HANDLER_READ_ONLY", 1]);
});

test("a refusal, a failure and a reply reach the caller; a handler without a value answers nothing", async (t) => {
  const { call } = await setUp(t, (what, context) => {
    if (what === "refuse") throw new TerminalError("no", { code: "NO" });
    if (what === "fail") throw new Error("secret");
    if (what === "reply") context.reply("a reply");
  });
  await assert.rejects(call(Types.string.pack("refuse")), { name: "TerminalError", code: "NO" });
  await assert.rejects(call(Types.string.pack("fail")), (error: Error & { code: string }) => {
    assert.deepEqual([error.code, error.message.includes("secret")], ["HANDLER_FAILED", false]);
    return true;
  });
  assert.equal((await call(Types.string.pack("reply")))?.as(Types.string), "a reply");
  assert.equal(await call(Types.string.pack("nothing")), undefined);
});

test("a caller waits no longer than its timeout, and is told when the store can't be read", async (t) => {
  const never = new Gate();
  const { clock, store, gate, call, ask } = await setUp(t, async (what, context, state) => {
    if (what === "hang") await never.promise;
    return sum(what, context, state);
  });
  const hangs = rejectsCode(call(Types.string.pack("hang"), { timeoutMs: 50 }), "ANSWER_TIMEOUT");
  await clock.advance(50);
  await hangs;
  gate.open();
  await call(Types.int.pack(1));
  await clock.advance(1_000);
  store.failReads = "STORE_FAILED";
  await rejectsCode(ask("sum", {}, "other"), "STORE_FAILED");
  store.release();
  assert.equal(await ask("sum", {}, "other"), 0);
});
