// What people see of addresses that fail or have a call in flight, from the first failure on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NoAnswer } from "../../src/engine/endpoint.js";
import { StatefunError } from "../../src/errors.js";
import { Gate } from "../support/gate.js";
import { at, type Batch, text } from "./functions.js";
import { open, type Running } from "./support.js";

const retry = { attempts: 3, firstMs: 100, longestMs: 1000 };

/** Fails messages that begin with "bad", until it is mended. */
function fragile() {
  const state = { mended: false };
  const handle = ({ messages, self }: Batch) => {
    const bad = messages.find((message) => message.startsWith("bad"));
    if (bad !== undefined && !state.mended) throw new StatefunError("HANDLER_FAILED", `${self}: ${bad}\nsecond line`);
  };
  return { state, handle };
}

const failingOf = async (running: Running, id: string) => (await running.engine.inspect(at(id))).failing;

test("an address shows its failure from the first one on: the tries, the cause, the times and the next try", async (t) => {
  const { handle } = fragile();
  const running = await open(t, { functions: { f: handle }, policy: { retry } });
  const begin = running.clock.now();
  assert.equal(await failingOf(running, "f/a"), undefined);
  await running.send("f/a", "bad");
  await running.settle();
  const cause = { address: at("f/a"), code: "HANDLER_FAILED", reason: "f/a: bad", firstFailedAt: begin };
  assert.deepEqual(await failingOf(running, "f/a"), {
    ...cause,
    attempts: 1,
    lastFailedAt: begin,
    nextTryAt: begin + 100,
  });
  await running.clock.advance(100);
  assert.deepEqual(await failingOf(running, "f/a"), {
    ...cause,
    attempts: 2,
    lastFailedAt: begin + 100,
    nextTryAt: begin + 300,
  });
  await running.clock.advance(200);
  const { failing, parked } = await running.engine.inspect(at("f/a"));
  assert.equal(failing, undefined);
  const { address: _, reason: __, ...shown } = parked ?? assert.fail("it is parked");
  assert.deepEqual(shown, { since: begin + 300, code: "HANDLER_FAILED", attempts: 3, firstFailedAt: begin });
});

test("the first failure of a parked address lasts over a restart; a person's parking of a healthy one has none", async (t) => {
  const { handle } = fragile();
  const running = await open(t, { functions: { f: handle }, policy: { retry: { ...retry, attempts: 1 } } });
  const begin = running.clock.now();
  await running.send("f/a", "bad");
  await running.engine.park(at("f/b"), "by hand");
  await running.reopen();
  const parked = await running.engine.parked({ limit: 10 });
  assert.deepEqual(
    parked.map(({ firstFailedAt }) => firstFailedAt),
    [begin, undefined],
  );
});

test("a success ends the failure, and the next message that fails has a first failure of its own", async (t) => {
  const { state, handle } = fragile();
  const running = await open(t, { functions: { f: { handle, maxBatch: 1 } }, policy: { retry } });
  const begin = running.clock.now();
  await running.send("f/a", "bad 1");
  await running.settle();
  state.mended = true;
  await running.clock.advance(100);
  assert.equal(await failingOf(running, "f/a"), undefined);
  state.mended = false;
  await running.send("f/a", "bad 2");
  await running.settle();
  const { firstFailedAt, attempts } = (await failingOf(running, "f/a")) ?? assert.fail("it fails");
  assert.deepEqual([firstFailedAt, attempts], [begin + 100, 1]);
});

test("an address whose endpoint can't be reached fails with no try at all", async (t) => {
  const unreachable = () => Promise.reject(new NoAnswer(false, "nobody is there"));
  const running = await open(t, { functions: { f: unreachable }, policy: { retry } });
  await running.send("f/a", "1");
  await running.settle();
  const { attempts, code } = (await failingOf(running, "f/a")) ?? assert.fail("it fails");
  assert.deepEqual([attempts, code], [0, "ENDPOINT_UNREACHABLE"]);
});

test("a retry and a drop forget the failure", async (t) => {
  const { handle } = fragile();
  const running = await open(t, { functions: { f: handle }, policy: { retry } });
  await running.send("f/a", "bad");
  await running.settle();
  await running.clock.advance(100);
  assert.equal((await failingOf(running, "f/a"))?.attempts, 2);
  await running.engine.retry(at("f/a"));
  await running.settle();
  assert.equal((await failingOf(running, "f/a"))?.attempts, 1);
  await running.engine.drop(at("f/a"), "first");
  assert.equal(await failingOf(running, "f/a"), undefined);
});

test("failing addresses are listed, of one function too, those that have failed for the longest time first", async (t) => {
  const { handle } = fragile();
  const running = await open(t, { functions: { f: handle, g: handle }, policy: { retry: { ...retry, attempts: 99 } } });
  for (const to of ["f/late", "g/one", "f/early"].reverse()) {
    await running.send(to, "bad");
    await running.send(to.replace("/", "/good-"), "1");
    await running.clock.advance(10);
  }
  const listed = async (page: { typeName?: string; limit: number }) => {
    const { failing, total } = await running.engine.failing(page);
    return [...failing.map(({ address }) => address.id), total];
  };
  assert.deepEqual(await listed({ limit: 10 }), ["early", "one", "late", 3]);
  assert.deepEqual(await listed({ limit: 1 }), ["early", 3]);
  assert.deepEqual(await listed({ limit: 10, typeName: "test/f" }), ["early", "late", 2]);
  await running.engine.park(at("f/early"), "by hand");
  assert.deepEqual(await listed({ limit: 10 }), ["one", "late", 2]);
});

test("a call in flight shows since when, and the types of its messages that have not ended", async (t) => {
  const gate = new Gate();
  const running = await open(t, { functions: { f: () => gate.promise } });
  await running.engine.park(at("f/a"), "to fill its mailbox");
  for (const typename of ["test/x", "test/y", "test/x"]) await running.engine.send(at("f/a"), text("1", typename));
  assert.equal((await running.engine.inspect(at("f/a"))).inFlight, undefined);
  await running.engine.retry(at("f/a"));
  await running.settle();
  const { since, ...rest } = (await running.engine.inspect(at("f/a"))).inFlight ?? assert.fail("a call is in flight");
  const typenames = [
    { typename: "test/x", messages: 2 },
    { typename: "test/y", messages: 1 },
  ];
  assert.deepEqual(rest, { messages: 3, typenames });
  assert.ok(since <= running.clock.now() && since > running.clock.now() - 600_000);
  const [activity, ...others] = await running.engine.activity();
  const { oldestCallAt, ...counts } = activity ?? assert.fail("the function is active");
  assert.deepEqual([counts, others], [{ typeName: "test/f", failing: 0, inFlight: 1 }, []]);
  assert.ok(oldestCallAt !== undefined && Math.abs(oldestCallAt - since) < 600_000);
  gate.open();
  await running.settle();
  assert.deepEqual(await running.engine.activity(), []);
});

test("the addresses of each function that fail and that have a call in flight are counted", async (t) => {
  const { handle } = fragile();
  const running = await open(t, {
    functions: { f: handle, hangs: () => new Promise<void>(() => {}) },
    policy: { retry: { ...retry, attempts: 99 } },
  });
  for (const to of ["f/a", "f/b", "f/c"]) await running.send(to, to === "f/c" ? "good" : "bad");
  for (const to of ["hangs/a", "hangs/b"]) await running.send(to, "1");
  await running.settle();
  const counts = (await running.engine.activity()).map(({ typeName, failing, inFlight }) => [
    typeName,
    failing,
    inFlight,
  ]);
  assert.deepEqual(counts.sort(), [
    ["test/f", 2, 0],
    ["test/hangs", 0, 2],
  ]);
});
