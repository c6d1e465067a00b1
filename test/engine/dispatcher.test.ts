// The loop: whose turn it is, one call at a time per address, and what follows when calls fail or may not begin.
// Alone in its process: it stops the clock of the process.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Call } from "../../src/engine/call.js";
import { answered, type FailedCall } from "../../src/engine/call-outcome.js";
import { Dispatcher } from "../../src/engine/dispatcher.js";
import { Failures } from "../../src/engine/failures.js";
import type { Instance } from "../../src/engine/instance.js";
import type { Invoker } from "../../src/engine/invoker.js";
import type { EngineLimits } from "../../src/engine/limits.js";
import { StatefunError } from "../../src/errors.js";
import type { FunctionPolicy } from "../../src/model/function-policy.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Store } from "../../src/store/store.js";
import { at, type Functions } from "./functions.js";
import { message, Parts, textIn } from "./parts.js";
import { WatchedStore } from "./watched-store.js";

// A turn of the event loop has a time limit. No time passes here, so that a slow machine ends no turn early.
mock.method(performance, "now", () => 0);

const functions: Functions = {
  f: () => {},
  g: { endpoint: "other", handle: () => {} },
};

/** A call in flight, which the test ends. */
interface Flight {
  readonly instance: Instance;
  readonly id: string;
  /** Ends the call: its first message is consumed, unless it failed. */
  end(kind?: FailedCall["kind"]): void;
}

function setUp(options: { store?: Store; limits?: Partial<EngineLimits>; policy?: FunctionPolicy } = {}) {
  const parts = new Parts({ functions, ...options });
  const flights: Flight[] = [];
  const invoker: Pick<Invoker, "call"> = {
    call(instance, known, ended) {
      const call = new Call(1, (outcome) => {
        instance.call = undefined;
        ended(outcome, instance, known);
      });
      instance.call = call;
      flights.push({
        instance,
        id: instance.address.id,
        end(kind) {
          if (kind === undefined) instance.mailbox.consume();
          call.end(
            kind === undefined ? answered : { kind, error: new StatefunError("HANDLER_FAILED", "for the test") },
          );
        },
      });
    },
  };
  const failures = new Failures(parts);
  const dispatcher = new Dispatcher({ ...parts, invoker: invoker as Invoker, failures });
  /** Announces an address, and ends what announced it: calls begin after that. */
  const ready = (instance: Instance) => {
    dispatcher.ready(instance);
    dispatcher.pump();
  };
  /** Puts a message into a mailbox and announces it. */
  const send = (to: string, value = "x") => {
    const instance = parts.instances.wake(at(to));
    instance.mailbox.push(message(value));
    ready(instance);
    return instance;
  };
  return { parts, dispatcher, flights, ready, send, ids: () => flights.map(({ id }) => id) };
}

test("an address is called when it has messages, once at a time, and again until it has none", () => {
  const { flights, send, dispatcher } = setUp();
  send("f/a");
  send("f/a");
  assert.equal(flights.length, 1);
  assert.equal(dispatcher.inFlight, 1);
  flights[0]?.end();
  assert.equal(flights.length, 2);
  flights[1]?.end();
  assert.equal(flights.length, 2);
  assert.equal(dispatcher.inFlight, 0);
});

test("a call begins after what made its address ready has ended", async () => {
  const { parts, dispatcher, flights } = setUp();
  const instance = parts.instances.wake(at("f/a"));
  parts.commit.transact(() => {
    instance.mailbox.push(message("x"));
    dispatcher.ready(instance);
    assert.equal(flights.length, 0);
  });
  assert.equal(flights.length, 0);
  await Promise.resolve();
  assert.equal(flights.length, 1);
});

test("calls that end at once are begun one after the other, however many make the next one ready", async () => {
  const parts = new Parts({ functions });
  let depth = 0;
  let deepest = 0;
  let calls = 0;
  const invoker: Pick<Invoker, "call"> = {
    call(instance, known, ended) {
      calls += 1;
      depth += 1;
      deepest = Math.max(deepest, depth);
      instance.mailbox.consume();
      if (calls < 200) {
        const next = parts.instances.wake(at(`f/${calls}`));
        next.mailbox.push(message("x"));
        dispatcher.ready(next);
      }
      ended(answered, instance, known);
      depth -= 1;
    },
  };
  const dispatcher = new Dispatcher({ ...parts, invoker: invoker as Invoker, failures: new Failures(parts) });
  const first = parts.instances.wake(at("f/0"));
  first.mailbox.push(message("x"));
  dispatcher.ready(first);
  await parts.settle();
  assert.deepEqual([calls, deepest, dispatcher.inFlight], [200, 1, 0]);
});

test("an address that has been called goes to the end of its lane", () => {
  const { flights, send, ids } = setUp({ limits: { inFlight: 1 } });
  for (const id of ["a", "a", "b", "c"]) send(`f/${id}`);
  for (let call = 0; call < 4; call++) flights[call]?.end();
  assert.deepEqual(ids(), ["a", "b", "c", "a"]);
});

test("an endpoint that has its calls in flight holds up no other", () => {
  const { send, ids } = setUp({ limits: { inFlight: 1 } });
  for (const to of ["f/a", "f/b", "g/c", "g/d"]) send(to);
  assert.deepEqual(ids(), ["a", "c"]);
});

test("what begins is bounded in a turn of the event loop, and lanes take turns in going first", async () => {
  const { parts, flights, send } = setUp();
  for (const to of ["f/first", "g/first"]) send(to);
  await parts.settle();
  flights.splice(0);
  for (let id = 0; id < 200; id++) send(`f/${id}`);
  for (let id = 0; id < 200; id++) send(`g/${id}`);
  assert.equal(flights.length, 128);
  await parts.settle();
  assert.equal(flights.length, 400);
  const names = flights.map(({ instance }) => instance.address.name);
  assert.equal(names.indexOf("g"), 128, "the other lane goes first in the next turn");
});

/** Calls end at once. A call of f makes so many messages, and the names of the functions that were called are returned. */
async function names(made: number, counts: Record<string, number>): Promise<string> {
  const parts = new Parts({ functions });
  let called = "";
  const invoker: Pick<Invoker, "call"> = {
    call(instance, known, ended) {
      called += known.name;
      if (known.name === "f") known.made += made;
      instance.mailbox.consume();
      ended(answered, instance, known);
    },
  };
  const dispatcher = new Dispatcher({ ...parts, invoker: invoker as Invoker, failures: new Failures(parts) });
  for (const [name, count] of Object.entries(counts)) {
    for (let id = 0; id < count; id++) {
      const instance = parts.instances.wake(at(`${name}/${id}`));
      instance.mailbox.push(message("x"));
      dispatcher.ready(instance);
    }
  }
  for (let before = -1; before < called.length; ) {
    before = called.length;
    await parts.settle();
  }
  return called;
}

test("a function whose calls send many messages lets as many other calls begin first", async () => {
  assert.equal(await names(4, { f: 3, g: 10 }), "fggggfggggfgg");
  assert.equal(
    await names(1, { f: 3, g: 3 }),
    "fgfgfg",
    "half of the calls are its own when each makes one message more",
  );
  assert.equal(await names(0, { f: 3, g: 3 }), "fffggg");
});

test("a function whose calls send many messages has its turn when nobody else has anything to do, and after a while in any case", async () => {
  assert.equal(await names(1_000, { f: 3, g: 2 }), "fggff");
  const called = await names(1e9, { f: 2, g: 5_000 });
  assert.equal(called.lastIndexOf("f"), 2_001);
});

test("an address that is parked or held is not called, and is when it may be again", () => {
  const { parts, ready, flights, send } = setUp();
  const parked = parts.instances.wake(at("f/parked"));
  parts.parked.park(parked, { since: 0, code: "ADDRESS_PARKED", reason: "test", attempts: 0 });
  send("f/parked");
  const held = parts.instances.wake(at("f/held"));
  held.held += 1;
  send("f/held");
  assert.equal(flights.length, 0);
  parts.parked.unpark(parked);
  ready(parked);
  held.held -= 1;
  ready(held);
  assert.equal(flights.length, 2);
});

test("an address that was parked or emptied while it waited in its lane is passed over", () => {
  const { parts, flights, send, ids } = setUp({ limits: { inFlight: 1 } });
  for (const id of ["a", "parked", "emptied", "b"]) send(`f/${id}`);
  parts.parked.park(parts.instances.wake(at("f/parked")), { since: 0, code: "X", reason: "test", attempts: 0 });
  parts.instances.wake(at("f/emptied")).mailbox.consume();
  flights[0]?.end();
  assert.deepEqual(ids(), ["a", "b"]);
});

test("an address whose last message settles is neither called nor at rest before that message is on disk", async () => {
  const store = new WatchedStore(new MemoryStore());
  const { parts, flights, send, dispatcher, ids } = setUp({ store });
  const instance = send("f/a");
  send("f/a");
  store.hold();
  instance.settling = true;
  flights[0]!.end();
  dispatcher.pump();
  assert.deepEqual(ids(), ["a"]);
  assert.equal(instance.idle, false);
  let rests = false;
  const idle = dispatcher.idle().then(() => {
    rests = true;
  });
  await parts.clock.settle();
  assert.equal(rests, false);
  store.release();
  await parts.commit.durable();
  await parts.clock.settle();
  assert.deepEqual(ids(), ["a", "a"]);
  flights[1]!.end();
  await idle;
});

test("messages for a function that nothing serves wait", () => {
  const { flights, send } = setUp();
  assert.equal(send("gone/a").mailbox.isEmpty, false);
  assert.equal(flights.length, 0);
});

test("after a failure the address waits and the others do not; the wait doubles; a success ends the count", async () => {
  const { parts, flights, send, ids } = setUp();
  send("f/a");
  flights[0]?.end("failed");
  send("f/b");
  assert.deepEqual(ids(), ["a", "b"]);
  await parts.clock.advance(99);
  assert.equal(flights.length, 2);
  await parts.clock.advance(1);
  assert.equal(flights.length, 3);
  flights[2]?.end("failed");
  await parts.clock.advance(199);
  assert.equal(flights.length, 3);
  await parts.clock.advance(1);
  assert.equal(flights.length, 4);
});

test("after its last attempt the address is parked, and its other messages wait", async () => {
  const { parts, flights, send } = setUp({ policy: { retry: { attempts: 2 } } });
  const instance = send("f/a");
  send("f/a");
  flights[0]?.end("failed");
  await parts.clock.advance(100);
  flights[1]?.end("failed");
  await parts.clock.advance(100_000);
  assert.equal(flights.length, 2);
  assert.equal(parts.parked.count, 1);
  assert.deepEqual([instance.mailbox.isEmpty, instance.mailbox.loaded], [false, 0]);
  assert.deepEqual([instance.parking?.code, instance.parking?.attempts], ["HANDLER_FAILED", 2]);
});

test("a failure of the store counts as no attempt", async () => {
  const { parts, flights, send } = setUp({ policy: { retry: { attempts: 1 } } });
  const instance = send("f/a");
  flights[0]?.end("storeFailed");
  await parts.clock.advance(100);
  assert.equal(flights.length, 2);
  assert.deepEqual([instance.attempts, parts.parked.count], [0, 0]);
});

test("while an endpoint is down for all, no address is parked for it", async () => {
  const { parts, flights, send } = setUp({ policy: { retry: { attempts: 3 } } });
  for (let id = 0; id < 10; id++) send(`f/${id}`);
  for (const flight of [...flights]) flight.end("unreachable");
  for (let round = 0; round < 20; round++) {
    await parts.clock.advance(10_000);
    flights.splice(0, flights.length - 1);
    flights[0]?.end("unreachable");
  }
  assert.equal(parts.parked.count, 0);
});

test("nothing begins while the disk is too far behind", async () => {
  const { parts, dispatcher, flights, send } = setUp();
  parts.commit.onChange = () => dispatcher.pump();
  parts.commit.put("large", Buffer.alloc(32 * 1024 * 1024));
  send("f/a");
  assert.equal(flights.length, 0);
  await parts.settle();
  assert.equal(flights.length, 1);
});

test("a mailbox whose messages are only in the store is read back before its address is called", async () => {
  const store = new WatchedStore(new MemoryStore());
  const before = new Parts({ store });
  before.deliver("f/a", "stored");
  await before.commit.durable();
  const { parts, dispatcher, flights } = setUp({ store });
  const instance = parts.instances.wake(at("f/a"));
  instance.mailbox.findRest();
  store.failReads = "STORE_FAILED";
  dispatcher.ready(instance);
  dispatcher.ready(instance);
  await parts.settle();
  assert.equal(flights.length, 0);
  store.release();
  await parts.clock.advance(100);
  assert.equal(flights.length, 1);
  assert.equal(textIn(instance.mailbox.at(0)), "stored");
});

test("a waiter for the end of a call is called back before the next call begins", () => {
  const { flights, send } = setUp();
  const instance = send("f/a");
  send("f/a");
  let begunBefore = 0;
  instance.onCallEnded(() => {
    begunBefore = flights.length;
    instance.held += 1;
  });
  flights[0]?.end();
  assert.equal(begunBefore, 1);
  assert.equal(flights.length, 1, "held by the change");
});

test("once stopped it begins nothing, and is done when the last call in flight has ended", async () => {
  const { dispatcher, flights, send } = setUp();
  send("f/a");
  send("f/a");
  send("f/b");
  let done = false;
  const stopped = dispatcher.stop().then(() => {
    done = true;
  });
  send("f/c");
  flights[0]?.end();
  await Promise.resolve();
  assert.deepEqual([flights.length, done], [2, false]);
  flights[1]?.end();
  await stopped;
  await setUp().dispatcher.stop();
});
