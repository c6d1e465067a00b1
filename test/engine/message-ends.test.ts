// How often a message runs that succeeds beside one that fails, in this process, over HTTP to functions of this package, and
// with functions of another SDK, which answer their batch as a whole.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Endpoint, Route } from "../../src/engine/endpoint.js";
import { Engine } from "../../src/engine/engine.js";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import { RequestReplyHandler } from "../../src/functions/request-reply.js";
import { StatefulFunctions } from "../../src/functions/stateful-functions.js";
import { Address } from "../../src/model/address.js";
import { TerminalError } from "../../src/model/terminal-error.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { Types } from "../../src/types/primitives.js";
import { Gate } from "../support/gate.js";
import { ManualClock } from "../support/manual-clock.js";
import { randomOf } from "../support/random.js";
import { RecordingLogger } from "../support/recording-logger.js";

const ways = ["in this process", "over HTTP", "of another SDK"] as const;
type Way = (typeof ways)[number];

const offer = Buffer.from([0x88, 0xb5, 0x18, 1]);

/** The bytes of a request without the offer to read how the batch ended, as another SDK sees them. */
function withoutOffer(request: Uint8Array): Uint8Array {
  assert.deepEqual(Buffer.from(request.subarray(-4)), offer);
  return request.subarray(0, -4);
}

async function setUp(t: TestContext, way: Way, attempts = 10) {
  const runs = new Map<string, number>();
  const gate = new Gate();
  const logger = new RecordingLogger();
  const functions = new StatefulFunctions().register(
    "test/f",
    async (message: string, context, state) => {
      await gate.promise;
      runs.set(message, (runs.get(message) ?? 0) + 1);
      state.list = `${state.list}${message} `;
      context.sendEgress("out/all", message);
      if (message === "nothing") return;
      if (message === "deferred") return context.deferReply<string>();
      if (message.startsWith("late")) await new Promise(setImmediate);
      const [kind, fails = "1000"] = message.split(" ");
      if (kind === "bad" && (runs.get(message) ?? 0) <= Number(fails)) throw new Error("it fails");
      if (message.startsWith("refused")) throw new TerminalError("it is refused", { code: "NO", details: [message] });
      return `ok ${message}`;
    },
    { handles: [Types.string], state: { list: { type: Types.string, default: "" } } },
  );
  const handler = new RequestReplyHandler(functions, { logger });
  const remote = (change: (request: Uint8Array) => Uint8Array): Endpoint => ({
    call: (request) => handler.handle(change(request)),
    close: async () => {},
  });
  const local = new LocalFunctions(functions);
  const endpoint: Endpoint =
    way === "in this process"
      ? { run: (batch, taker) => local.run(batch, taker), close: async () => {} }
      : remote(way === "over HTTP" ? (request) => request : withoutOffer);
  const route: Route = { endpoint, generation: "v3", maxBatch: 1000, states: undefined, label: way };
  const clock = new ManualClock();
  const store = new MemoryStore();
  const engine = await Engine.open({
    store,
    clock,
    logger: { warn() {}, error() {} },
    egresses: ["out/all"],
    policy: { retry: { attempts } },
    findRoute: (_namespace, name) => (name === "f" ? route : undefined),
  });
  t.after(() => engine.close(0));
  const { metrics } = engine;
  clock.watch = () => ({ busy: false, done: metrics.batches + metrics.messagesIn + metrics.egressAcknowledged });
  const records: string[] = [];
  engine.attach("out/all", {
    window: 100,
    receive: async ({ value }) => {
      records.push(value.as(Types.string));
    },
  });
  const address = new Address("test", "f", "a");
  const send = (message: string) => engine.send(address, Types.string.pack(message));
  const call = (message: string, idempotencyKey?: string) =>
    engine.call(address, Types.string.pack(message), idempotencyKey === undefined ? {} : { idempotencyKey });
  return { engine, clock, gate, runs, records, address, send, call };
}

for (const way of ways) {
  const most = way === "of another SDK" ? 2 : 1;

  for (const [good, place] of [
    [10, 5],
    [50, 30],
  ] as const) {
    test(`${way}: ${good} good messages and a bad one in a mailbox: the good ones run ${most === 1 ? "once" : "at most twice"} each`, async (t) => {
      const { clock, engine, gate, runs, records, address, send } = await setUp(t, way);
      const names = Array.from({ length: good }, (_, index) => `good ${index}`);
      const messages = [...names.slice(0, place), "bad", ...names.slice(place)];
      for (const message of messages) await send(message);
      gate.open();
      await clock.advance(600_000);
      assert.equal(
        runs.get("bad"),
        9 + most,
        "a failure of a whole batch is not one of the tries of its first message",
      );
      assert.equal((await engine.inspect(address)).depth, good - place + 1, "what comes after it waits");
      await engine.drop(address, "first");
      await clock.advance(600_000);
      for (const name of names) assert.ok((runs.get(name) ?? 0) >= 1 && (runs.get(name) ?? 0) <= most, name);
      assert.deepEqual(records, names, "each record once, in order");
      const [state] = (await engine.inspect(address)).states;
      assert.equal(state?.value.as(Types.string), names.map((name) => `${name} `).join(""));
    });
  }

  test(`${way}: a message that is refused for good runs once, and so do those round it`, async (t) => {
    const { clock, engine, gate, runs, records, send, call } = await setUp(t, way);
    const calls = [call("first"), call("refused", "key"), call("last")];
    const settled = Promise.allSettled(calls);
    await send("other");
    gate.open();
    await clock.advance(1000);
    for (const message of ["first", "refused", "last", "other"]) assert.equal(runs.get(message), 1, message);
    assert.deepEqual(records, ["first", "last", "other"]);
    assert.equal(engine.metrics.parked, 0);
    // An engine that does not hear how a message ended can tell its caller nothing.
    if (way === "of another SDK") return;
    const [first, refused, last] = await settled;
    assert.equal(first?.status === "fulfilled" && first.value?.as(Types.string), "ok first");
    assert.equal(last?.status === "fulfilled" && last.value?.as(Types.string), "ok last");
    const told = (error: TerminalError) => [error.code, error.message, error.details, error.status];
    assert.ok(refused?.status === "rejected");
    assert.deepEqual(told(refused.reason), ["NO", "it is refused", ["refused"], 422]);
    await assert.rejects(call("refused", "key"), (error: TerminalError) => {
      assert.deepEqual(told(error), told(refused.reason));
      return true;
    });
    assert.equal(runs.get("refused"), 1);
  });
}

/** What a message does: it succeeds, at once or after others had their turn; is refused; or fails some times first. */
const kinds = ["good", "good", "good", "late", "refused", "bad 1", "bad 3"] as const;

for (const way of ways) {
  test(`${way}: whichever messages fail, states and records are as if each message had come alone`, async (t) => {
    const random = randomOf(t);
    for (let round = 0; round < 20; round++) {
      const setup = await setUp(t, way);
      const { clock, engine, gate, runs, records, address, send } = setup;
      const messages = Array.from({ length: 1 + random.below(25) }, (_, index) => `${random.pick(kinds)} ${index}`);
      const early = random.below(messages.length + 1);
      for (const message of messages.slice(0, early)) await send(message);
      gate.open();
      for (const message of messages.slice(early)) await send(message);
      await clock.advance(60_000);
      const kept = messages.filter((message) => !message.startsWith("refused"));
      assert.deepEqual(records, kept);
      const [state] = (await engine.inspect(address)).states;
      assert.equal(state?.value.as(Types.string) ?? "", kept.map((message) => `${message} `).join(""));
      for (const message of messages) {
        const tries = message.startsWith("bad") ? Number(message.split(" ")[1]) + 1 : 1;
        const most = way === "of another SDK" ? tries + 1 : tries;
        const ran = runs.get(message) ?? 0;
        assert.ok(ran >= tries && ran <= most, `${message} ran ${ran} times`);
      }
      await engine.close(0);
    }
  });
}

for (const way of ["in this process", "over HTTP"] as const) {
  test(`${way}: a handler that ends without a value answers its client, unless it has said that it answers later`, async (t) => {
    const { clock, gate, call } = await setUp(t, way);
    const ended: string[] = [];
    const nothing = call("nothing", "key").then((answer) => ended.push(`nothing: ${answer}`));
    const deferred = call("deferred").then(
      () => ended.push("deferred: answered"),
      () => ended.push("deferred: not answered"),
    );
    const value = call("value").then((answer) => ended.push(`value: ${answer?.as(Types.string)}`));
    gate.open();
    await Promise.all([nothing, value]);
    assert.deepEqual(ended.sort(), ["nothing: undefined", "value: ok value"]);
    assert.equal(await call("nothing", "key"), undefined, "a repeat gets the same");
    await clock.advance(60_000);
    await deferred;
    assert.equal(ended.at(-1), "deferred: not answered");
  });
}
