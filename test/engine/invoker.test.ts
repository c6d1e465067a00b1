// One call of a function: what it carries, and what becomes of its answer.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { RemoteEndpoint } from "../../src/engine/endpoint.js";
import { Invoker } from "../../src/engine/invoker.js";
import type { EngineLimits } from "../../src/engine/limits.js";
import { DelayedMessage } from "../../src/engine/message.js";
import { type ErrorCode, StatefunError } from "../../src/errors.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { encodeResponse } from "../../src/wire/encode-response.js";
import { Gate } from "../support/gate.js";
import { at, type Batch, type Handle, spec, type TestFunction } from "./functions.js";
import { Parts, packed } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

function setUp(f: Handle | TestFunction, limits: Partial<EngineLimits> = {}) {
  const store = new WatchedStore(new MemoryStore());
  const parts = new Parts({ store, functions: { f, g: () => {} }, limits });
  const invoker = new Invoker(parts);
  const instance = parts.instances.wake(at("f/a"));
  /** Calls the function, and resolves to the code of the failure. */
  const call = () =>
    new Promise<ErrorCode | undefined>((resolve) => {
      const known = parts.functions.find("test", "f");
      assert.ok(known !== undefined);
      invoker.call(instance, known, (outcome) => resolve("error" in outcome ? outcome.error.code : undefined));
    });
  const send = (...values: string[]) => {
    for (const value of values) parts.deliver("f/a", value);
  };
  return { store, parts, instance, call, send };
}

test("a call carries the messages that are loaded, in order, and consumes them when it has been answered", async () => {
  const seen: string[][] = [];
  const { parts, instance, call, send } = setUp((batch) => {
    seen.push([...batch.messages]);
    assert.equal(instance.call?.size, 3);
    assert.equal(instance.mailbox.loaded, 3);
  });
  send("1", "2", "3");
  assert.equal(await call(), undefined);
  assert.deepEqual(seen, [["1", "2", "3"]]);
  assert.deepEqual([instance.call, instance.mailbox.loaded], [undefined, 0]);
  assert.deepEqual([parts.counters.messagesDelivered, parts.counters.batches], [3, 1]);
});

test("messages that come during a call are not consumed by it", async () => {
  const { instance, call, send } = setUp(() => send("later"));
  send("1");
  await call();
  assert.equal(instance.mailbox.loaded, 1);
});

test("a call carries at most maxBatch messages, and batchBytes of them, but always one", async () => {
  const sizes: number[] = [];
  const handle = ({ messages }: Batch) => {
    sizes.push(messages.length);
  };
  const counted = setUp({ handle, maxBatch: 2 });
  counted.send("1", "2", "3");
  await counted.call();
  const bounded = setUp(handle, { batchBytes: 1000 });
  bounded.send("x".repeat(300), "x".repeat(300), "x".repeat(300), "x".repeat(5000), "x");
  for (let calls = 0; calls < 4; calls++) await bounded.call();
  assert.deepEqual(sizes, [2, 2, 1, 1, 1]);
});

test("after a batch failed as a whole, each of its messages goes alone", async () => {
  const sizes: number[] = [];
  let fail = true;
  const { instance, call, send } = setUp(({ messages }) => {
    sizes.push(messages.length);
    if (fail) throw new StatefunError("HANDLER_FAILED", "on purpose");
  });
  send("1", "2", "3");
  assert.equal(await call(), "HANDLER_FAILED");
  assert.equal(instance.mailbox.loaded, 3);
  instance.attempts = 1;
  fail = false;
  await call();
  assert.equal(instance.attempts, 0, "a success ends the count");
  send("4", "5");
  await call();
  await call();
  assert.equal(instance.suspects, 0);
  await call();
  assert.deepEqual(sizes, [3, 1, 1, 1, 2]);
});

test("states are carried and written; those that the function misses are registered, which consumes nothing", async () => {
  const { parts, instance, call, send } = setUp({
    states: ["count"],
    handle: (batch) => batch.set("count", `${Number(batch.state("count") ?? 0) + batch.messages.length}`),
  });
  send("1", "2");
  assert.equal(await call(), undefined);
  assert.equal(instance.mailbox.loaded, 2);
  assert.equal(parts.counters.messagesDelivered, 0);
  await call();
  send("3");
  await call();
  const known = parts.functions.find("test", "f");
  const [count] = instance.states.forCall(known?.states ?? [], 0);
  assert.ok(count?.packed !== undefined && Buffer.from(count.packed).toString().endsWith("3"));
});

test("a function that misses states that another address's call has registered meanwhile is just called again", async () => {
  const { parts, call, send } = setUp({
    states: ["count"],
    handle: () => {},
  });
  send("1");
  const calling = call();
  const known = parts.functions.find("test", "f");
  assert.ok(known !== undefined);
  parts.functions.register(known, [spec("count")]);
  assert.equal(await calling, undefined);
});

test("an answer that is refused changes nothing, and is a failure with its code", async () => {
  const { parts, instance, call, send } = setUp((batch) => {
    batch.send("g/b", "sent");
    batch.egress("nowhere", "record");
  });
  send("1");
  assert.equal(await call(), "EGRESS_UNKNOWN");
  assert.equal(instance.mailbox.loaded, 1);
  assert.equal(parts.instances.peek(at("g/b")), undefined);
  assert.equal(parts.counters.messagesDelivered, 0);
});

test("an answer that ends all messages, and says that one more has failed, is a failure: nobody else's message is to blame", async () => {
  const stopped = { code: "HANDLER_FAILED", message: "no", lasting: true };
  const { instance, call, send } = setUp((batch) => {
    batch.raw = encodeResponse({ mutations: [], messages: [], delayed: [], egresses: [] }, "v3", {
      consumed: 1,
      ends: [],
      stopped,
    });
  });
  send("1");
  assert.equal(await call(), "RESPONSE_MALFORMED");
  assert.equal(instance.mailbox.loaded, 1);
});

test("bytes that are no answer are a failure", async () => {
  const { instance, call, send } = setUp((batch) => {
    batch.raw = new Uint8Array([255, 255]);
  });
  send("1");
  assert.equal(await call(), "RESPONSE_MALFORMED");
  assert.equal(instance.mailbox.loaded, 1);
});

test("an error that is no StatefunError is ENDPOINT_FAILED, also one that the endpoint throws at once", async () => {
  const rejects = setUp(() => {
    throw new TypeError("odd");
  });
  rejects.send("1");
  assert.equal(await rejects.call(), "ENDPOINT_FAILED");
  const throws = setUp(() => {});
  const known = throws.parts.functions.find("test", "f");
  assert.ok(known !== undefined);
  (known.route.endpoint as RemoteEndpoint).call = () => {
    throw new TypeError("odd");
  };
  throws.send("1");
  assert.equal(await throws.call(), "ENDPOINT_FAILED");
});

test("a state that can't be read fails the call, which reaches no function", async () => {
  let calls = 0;
  const { store, parts, call, send } = setUp({
    states: ["count"],
    handle: () => {
      calls += 1;
    },
  });
  send("1");
  await call();
  assert.equal(parts.functions.find("test", "f")?.states.length, 1);
  store.failReads = "STORE_FAILED";
  assert.equal(await call(), "STORE_FAILED");
  assert.equal(calls, 0);
});

test("while the store is in trouble an answer waits, and is applied when the store is well", async () => {
  const { store, parts, instance, call, send } = setUp((batch) => batch.send("g/b", "sent"));
  store.failWrites = "STORE_FULL";
  send("1");
  parts.commit.onOutcome(() => {});
  await parts.settle();
  assert.equal(parts.commit.trouble?.code, "STORE_FULL");
  let ended = false;
  const calling = call().then((code) => {
    ended = true;
    return code;
  });
  await parts.settle();
  assert.deepEqual([ended, instance.call?.size, instance.mailbox.loaded], [false, 1, 1]);
  store.release();
  await parts.clock.advance(5000);
  assert.equal(await calling, undefined);
  assert.equal(instance.mailbox.loaded, 0);
  assert.equal(parts.instances.wake(at("g/b")).mailbox.loaded, 1);
});

test("while the store can't be read an answer waits, whatever it needs, and the function is not called again", async () => {
  let calls = 0;
  const { store, parts, instance, call } = setUp((batch) => {
    calls += 1;
    batch.cancel("token");
    batch.send("g/b", "sent");
    batch.reply("done");
    store.failReads = "STORE_FAILED";
  });
  parts.delayed.add(new DelayedMessage(at("g/b"), at("f/a"), packed("later"), Number.MAX_SAFE_INTEGER, "token"));
  parts.keys.remember("key", "print");
  parts.deliver("f/a", "1", parts.calls.callerAddress("key"));
  await parts.commit.durable();
  const calling = call();
  await parts.clock.advance(1000);
  assert.deepEqual([instance.mailbox.loaded, parts.instances.peek(at("g/b"))], [1, undefined]);
  store.release();
  await parts.clock.advance(1000);
  assert.equal(await calling, undefined);
  assert.equal(calls, 1);
  assert.equal(instance.mailbox.loaded, 0);
  assert.equal(parts.delayed.pending, 0);
  assert.ok(parts.keys.resultOf("key") !== undefined);
});

test("states that can't be registered because the store can't be read are registered later", async () => {
  const { store, parts, call, send } = setUp((batch) => {
    batch.missing(["a", "b"]);
    store.failReads = "STORE_FAILED";
  });
  send("1");
  await parts.commit.durable();
  const calling = call();
  await parts.settle();
  assert.deepEqual(parts.functions.find("test", "f")?.states, []);
  store.release();
  await parts.clock.advance(1000);
  assert.equal(await calling, undefined);
  await parts.commit.durable();
  assert.equal((await parts.stored("f")).length, 2);
});

test("an answer that comes after the end is ignored", async () => {
  const gate = new Gate();
  const { parts, instance, call, send } = setUp(async (batch) => {
    await gate.promise;
    batch.send("g/b", "sent");
  });
  send("1");
  let ended = false;
  void call().then(() => {
    ended = true;
  });
  await parts.settle();
  await parts.commit.close(new StatefunError("SHUTTING_DOWN", "It closes."));
  gate.open();
  await parts.settle();
  assert.deepEqual([ended, instance.mailbox.loaded, parts.instances.peek(at("g/b"))], [false, 1, undefined]);
});

test("a failure that comes after the end is nobody's: it is neither counted nor told", async () => {
  const gate = new Gate();
  const { parts, call, send } = setUp(async () => {
    await gate.promise;
    throw new StatefunError("HANDLER_FAILED", "on purpose");
  });
  send("1");
  let ended = false;
  void call().then(() => {
    ended = true;
  });
  await parts.settle();
  await parts.commit.close(new StatefunError("SHUTTING_DOWN", "It closes."));
  gate.open();
  await parts.settle();
  assert.deepEqual([ended, parts.counters.batches], [false, 0]);
});

test("an answer that breaks off while it is applied leaves no half of it in the store", async () => {
  const { store, parts, call, send } = setUp((batch) => {
    batch.send("g/b", "sent");
    batch.cancel("token");
  });
  send("1");
  await parts.commit.durable();
  parts.delayed.cancel = () => {
    throw new StatefunError("STORE_FAILED", "A read fails between two reads.");
  };
  let ended = false;
  void call().then(() => {
    ended = true;
  });
  await parts.settle();
  assert.equal(parts.commit.trouble?.code, "ENGINE_RESTARTING");
  await parts.clock.advance(10_000);
  assert.equal(ended, false, "the next start delivers the message again");
  assert.deepEqual(
    (await parts.stored("m")).map((key) => key.slice(0, "mtest0f".length)),
    ["mtest\0f"],
  );
  assert.equal(store.busy, false);
});

test("calls are measured, failed ones too", async () => {
  const { parts, call, send } = setUp(() => {
    throw new StatefunError("HANDLER_FAILED", "on purpose");
  });
  send("1");
  await call();
  assert.equal(parts.counters.batches, 1);
  assert.equal(
    parts.counters.batchBuckets.reduce((sum, count) => sum + count),
    1,
  );
});
