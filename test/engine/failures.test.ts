// A function that fails, and an endpoint that is down: what is tried again when, and who has to wait for it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NoAnswer } from "../../src/engine/endpoint.js";
import { type ErrorCode, errors, StatefunError } from "../../src/errors.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { at, type Batch } from "./functions.js";
import { open } from "./support.js";

test("a failed batch is tried again later and later, alone, and then its address is parked with the reason", async (t) => {
  const tries: { afterMs: number; messages: readonly string[] }[] = [];
  const seen: string[] = [];
  const gate = new Gate();
  const running = await open(t, {
    policy: { retry: { attempts: 5, firstMs: 100, longestMs: 300 } },
    functions: {
      async f({ messages }) {
        await gate.promise;
        tries.push({ afterMs: running.clock.now() - begun, messages });
        throw new Error("the reason");
      },
      g({ messages }) {
        seen.push(...messages);
      },
    },
  });
  const begun = running.clock.now();
  for (const value of ["1", "2", "3"]) await running.send("f/a", value);
  gate.open();
  await running.settle();
  await running.send("g/a", "others go on");
  await running.send("f/a", "4");
  await running.clock.advance(2000);
  assert.deepEqual(
    tries.map(({ afterMs }) => afterMs),
    [0, 100, 300, 600, 900],
  );
  assert.deepEqual(
    tries.slice(1).map(({ messages }) => messages),
    [["1"], ["1"], ["1"], ["1"]],
  );
  assert.deepEqual(seen, ["others go on"]);
  const [parked] = await running.engine.parked({ limit: 9 });
  assert.equal(parked?.code, "ENDPOINT_FAILED");
  assert.ok(parked?.reason.includes("the reason"));
  assert.equal(parked?.attempts, 5);
  await running.reopen();
  assert.deepEqual(await running.engine.parked({ limit: 9 }), [parked]);
  assert.equal((await running.engine.inspect(at("f/a"))).depth, 4);
  assert.equal(running.engine.metrics.parked, 1);
});

test("of the long message of a failure the beginning is kept and logged", async (t) => {
  const running = await open(t, {
    functions: {
      f: {
        policy: { retry: { attempts: 2, firstMs: 100 } },
        handle: () => {
          throw new Error("x".repeat(1_000_000));
        },
      },
    },
  });
  await running.send("f/a", "message");
  await running.settle();
  await running.clock.advance(1000);
  const [parked] = await running.engine.parked({ limit: 9 });
  assert.ok(parked !== undefined && parked.reason.length > 16_000 && parked.reason.length < 17_000);
});

test("after a batch failed as a whole, each of its messages goes alone, and those after the bad one as soon as it goes well", async (t) => {
  const batches: (readonly string[])[] = [];
  let fails = 3;
  const gate = new Gate();
  const running = await open(t, {
    functions: {
      async f({ messages }) {
        await gate.promise;
        batches.push(messages);
        if (messages.includes("2") && fails-- > 0) throw new Error("not yet");
      },
    },
  });
  await running.send("f/a", "1");
  for (const value of ["2", "3", "4"]) await running.send("f/a", value);
  gate.open();
  await running.clock.advance(10_000);
  assert.deepEqual(batches, [["1"], ["2", "3", "4"], ["2"], ["2"], ["2"], ["3"], ["4"]]);
  assert.equal(running.engine.metrics.parked, 0);
});

test("nothing that a failed batch did is seen, and nothing twice when it goes well", async (t) => {
  let fails = 2;
  const seen: string[] = [];
  const running = await open(t, {
    functions: {
      f: {
        states: ["count"],
        handle(batch) {
          batch.set("count", `${Number(batch.state("count") ?? 0) + 1}`);
          batch.send("g/a", "once");
          batch.egress("all", "once");
          batch.after(10, "g/a", "later");
          if (fails-- > 0) throw new Error("not yet");
        },
      },
      g({ messages }) {
        seen.push(...messages);
      },
    },
  });
  await running.send("f/a", "1");
  await running.clock.advance(1000);
  assert.deepEqual(seen, ["once", "later"]);
  assert.equal(await running.state("f/a", "count"), "1");
  assert.equal(running.engine.metrics.egressRecords, 1);
});

test("a message to a function and a record to an egress that are not there park the sender", async (t) => {
  const running = await open(t, {
    policy: { retry: { attempts: 1 } },
    functions: {
      f(batch) {
        if (batch.messages[0] === "egress") batch.egress("nowhere", "x");
        else if (batch.messages[0] === "later") batch.after(1, "nowhere/a", "x");
        else batch.send("nowhere/a", "x");
      },
    },
  });
  for (const what of ["egress", "later", "send"]) await running.send(`f/${what}`, what);
  await running.settle();
  assert.deepEqual(
    (await running.engine.parked({ limit: 9 })).map(({ address, code }) => `${address.id} ${code}`),
    ["egress EGRESS_UNKNOWN", "later FUNCTION_UNKNOWN", "send FUNCTION_UNKNOWN"],
  );
  await rejectsCode(running.send("nowhere/a", "x"), "FUNCTION_UNKNOWN");
  await rejectsCode(running.call("nowhere/a", "x"), "FUNCTION_UNKNOWN");
  await rejectsCode(running.send("f/", "x"), "ID_MISSING");
});

test("an endpoint that is down holds up its own functions only, parks nobody, and is found again", async (t) => {
  let down = true;
  const seen: string[] = [];
  let calls = 0;
  const take = ({ messages, self }: Batch) => {
    seen.push(`${self}:${messages.join("+")}`);
  };
  const running = await open(t, {
    policy: { retry: { attempts: 4 } },
    functions: {
      f: {
        endpoint: "far",
        handle(batch) {
          calls += 1;
          if (down) throw new NoAnswer(false, "It is down.");
          take(batch);
        },
      },
      near: { endpoint: "near", handle: take },
    },
  });
  for (let id = 0; id < 20; id += 1) await running.send(`f/${id}`, "1");
  await running.send("near/a", "1");
  await running.clock.advance(10_000);
  assert.deepEqual(seen.splice(0), ["near/a:1"]);
  assert.equal(running.engine.metrics.parked, 0);
  const before = calls;
  await running.clock.advance(60_000);
  assert.ok(calls - before < 10, `${calls - before} calls in a minute`);
  down = false;
  await running.clock.advance(11_000);
  assert.deepEqual(seen.sort(), Array.from({ length: 20 }, (_, id) => `f/${id}:1`).sort());
  assert.equal(running.engine.metrics.parked, 0);
});

test("an answer that comes while an endpoint counts as down ends the wait", async (t) => {
  const slow = new Gate();
  const seen: string[] = [];
  const running = await open(t, {
    functions: {
      async f({ messages, self }) {
        if (self === "f/slow") await slow.promise;
        else if (seen.length === 0) throw new NoAnswer(false, "It is down.");
        seen.push(...messages);
      },
    },
  });
  for (const id of ["slow", "b", "c", "d"]) await running.send(`f/${id}`, id);
  await running.clock.advance(50);
  assert.deepEqual(seen, []);
  slow.open();
  await running.settle();
  // Those that were blamed before it counted as down wait for their own next try; the last one goes at once.
  assert.deepEqual(seen, ["slow", "d"]);
});

test("one hot address does not keep the others waiting", async (t) => {
  const order: string[] = [];
  const running = await open(t, {
    limits: { inFlight: 1 },
    functions: {
      hot: {
        maxBatch: 1,
        handle(batch) {
          order.push("hot");
          if (order.length < 500) for (let count = 0; count < 2; count += 1) batch.send("hot/a", "again");
        },
      },
      cold() {
        order.push("cold");
      },
    },
  });
  const hot = running.send("hot/a", "begin");
  await Promise.all([hot, ...Array.from({ length: 50 }, (_, id) => running.send(`cold/${id}`, "x"))]);
  await running.settle();
  assert.ok(order.indexOf("cold") <= 3);
  assert.ok(order.lastIndexOf("cold") <= 110, `the last one came at ${order.lastIndexOf("cold")}`);
});

test("a few addresses that get no answer hold up no others, and are parked", async (t) => {
  const seen: string[] = [];
  const running = await open(t, {
    policy: { retry: { attempts: 4 } },
    functions: {
      async f({ self }) {
        if (self.startsWith("f/sick")) throw new NoAnswer(true, "503, or a time limit that is over.");
        seen.push(self);
      },
    },
  });
  for (let id = 0; id < 3; id++) await running.send(`f/sick ${id}`, "1");
  for (let round = 0; round < 10; round++) {
    await running.clock.advance(50);
    await running.send(`f/${round}`, "1");
    await running.settle();
    assert.equal(seen.length, round + 1, "at once");
  }
  await running.clock.advance(10_000);
  const parked = await running.engine.parked({ limit: 9 });
  assert.deepEqual(
    parked.map(({ address, attempts }) => `${address.id} ${attempts}`),
    ["sick 0 4", "sick 1 4", "sick 2 4"],
  );
});

test("while no address of a function is answered, none is parked, and all go on when they are", async (t) => {
  let down = true;
  const seen = new Set<string>();
  const running = await open(t, {
    policy: { retry: { attempts: 3, longestMs: 1000 } },
    functions: {
      async f({ self }) {
        if (down) throw new NoAnswer(true, "502");
        seen.add(self);
      },
    },
  });
  for (let id = 0; id < 20; id++) await running.send(`f/${id}`, "1");
  await running.clock.advance(60_000);
  assert.equal(running.engine.metrics.parked, 0);
  down = false;
  await running.clock.advance(1000);
  assert.equal(seen.size, 20);
});

test("what a function throws counts against its address alone, whatever its code", async (t) => {
  const seen: string[] = [];
  const codes = Object.keys(errors) as ErrorCode[];
  const running = await open(t, {
    policy: { retry: { attempts: 2 } },
    functions: {
      f({ messages: [code] }) {
        throw new StatefunError(code as ErrorCode, "as if the engine had thrown it");
      },
      g({ messages }) {
        seen.push(...messages);
      },
    },
  });
  for (const code of codes) await running.send(`f/${code}`, code);
  await running.send("g/a", "goes on");
  await running.clock.advance(100);
  assert.deepEqual(seen, ["goes on"]);
  const parked = await running.engine.parked({ limit: 1000 });
  assert.deepEqual(
    parked.map(({ address, code }) => [address.id, code]).sort(),
    codes.map((code) => [code, code]).sort(),
  );
});

test("calls of one function that never end hold up that function alone", async (t) => {
  const seen: string[] = [];
  const running = await open(t, {
    limits: { inFlight: 4 },
    functions: {
      hangs: () => new Promise<void>(() => {}),
      g({ messages }) {
        seen.push(...messages);
      },
    },
  });
  for (let id = 0; id < 10; id++) await running.send(`hangs/${id}`, "1");
  await running.settle();
  assert.equal(running.engine.metrics.inFlight, 4);
  await running.send("g/a", "goes on");
  await running.settle();
  assert.deepEqual(seen, ["goes on"]);
  // Parking an address frees the place of its call.
  for (let id = 0; id < 10; id++) await running.engine.park(at(`hangs/${id}`), "it hangs");
  await running.settle();
  assert.equal(running.engine.metrics.inFlight, 0);
});
