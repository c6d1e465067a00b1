// What the runtime does around a handler of its process: the time limit, and the asynchronous context.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import { Address, StatefulFunctions, type StatefunError, Types } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";
import { runtimeOptions } from "../../src/runtime/runtime-options.js";
import { rejectsCode } from "../support/expect-code.ts";
import { Gate } from "../support/gate.ts";
import { RecordingLogger } from "../support/recording-logger.ts";

const closed = { ingress: false, admin: false } as const;

test("a message that takes longer than callTimeout, a minute unless told otherwise, is given up", async () => {
  assert.equal(runtimeOptions.read("The runtime", {}).callTimeout, 60_000);
  const functions = new StatefulFunctions();
  functions.register("example/hangs", () => new Promise<void>(() => {}));
  await using runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    ingress: false,
    admin: false,
    callTimeout: 20,
    retry: { attempts: 1 },
    logger: new RecordingLogger(),
  });
  await rejectsCode(runtime.call("example/hangs", "a", Types.int.pack(1)), "ADDRESS_PARKED", "CALL_TIMEOUT");
});

test("a function has a time limit, a batch size and a number of calls in flight of its own", async () => {
  const gates = [new Gate(), new Gate(), new Gate()];
  let inFlight = 0;
  let most = 0;
  const batches = new Map<object, number>();
  const functions = new StatefulFunctions()
    .register("example/hangs", () => new Promise<void>(() => {}), { callTimeout: 20 })
    .register(
      "example/one",
      async (index: number) => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        await gates[index]?.promise;
        inFlight -= 1;
      },
      { handles: [Types.int], concurrency: 2 },
    )
    .register(
      "example/two",
      async (index: number, _context, state) => {
        await gates[index]?.promise;
        batches.set(state, (batches.get(state) ?? 0) + 1); // each batch has an object of its own
      },
      { handles: [Types.int], state: { s: Types.int }, maxBatch: 2 },
    );
  await using runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    ...closed,
    retry: { attempts: 1 },
    logger: new RecordingLogger(),
  });
  await rejectsCode(runtime.call("example/hangs", "a", Types.int.pack(1)), "ADDRESS_PARKED", "CALL_TIMEOUT");
  const one = [0, 1, 2].map((index) => runtime.call("example/one", `${index}`, Types.int.pack(index)));
  const two = [0, 3, 3, 3, 3, 3].map((index) => runtime.call("example/two", "a", Types.int.pack(index)));
  await new Promise(setImmediate);
  for (const gate of gates) gate.open();
  await Promise.all([...one, ...two]);
  assert.equal(most, 2);
  assert.equal(Math.max(...batches.values()), 2);
});

test("a handler sees no caller's AsyncLocalStorage, nor what another handler has entered", async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const functions = new StatefulFunctions().register("example/f", async (_message, context) => {
    seen.push(storage.getStore());
    storage.enterWith(`handler of ${context.address.id}`);
    await new Promise(setImmediate);
    seen.push(storage.getStore() === `handler of ${context.address.id}` ? undefined : "lost");
    context.sendEgress("example/out", Types.int.pack(1));
    return Types.int.pack(1);
  });
  const records = new Gate();
  await using runtime = await StatefunRuntime.open({ functions, dir: false, ...closed });
  let taken = 0;
  const call = (id: string) => runtime.call("example/f", id, Types.int.pack(1));
  await storage.run("caller", async () => {
    runtime.egress("example/out", () => {
      seen.push(storage.getStore());
      storage.enterWith("egress");
      taken += 1;
      if (taken === 3) records.open();
    });
    await Promise.all([call("a"), call("b")]);
    assert.equal(storage.getStore(), "caller");
  });
  await call("a");
  await records.promise;
  assert.deepEqual(seen, new Array(9).fill(undefined));
});

test("parking an address closes the context of its handler that hangs, which is in nobody's way any more", async () => {
  const entered = new Gate();
  const release = new Gate();
  let late: unknown;
  let calls = 0;
  const functions = new StatefulFunctions().register(
    "example/hangs",
    async (_message, context, state) => {
      calls += 1;
      state.count += 1;
      if (calls > 1) return Types.int.pack(state.count);
      entered.open();
      await release.promise;
      state.count += 10;
      try {
        context.sendEgress("example/out", "late");
      } catch (thrown) {
        late = thrown;
      }
    },
    { state: { count: { type: Types.int, default: 0 } } },
  );
  await using runtime = await StatefunRuntime.open({ functions, dir: false, ...closed, callTimeout: { hours: 24 } });
  const records: unknown[] = [];
  runtime.egress("example/out", (record) => void records.push(record));
  const target = Address.of("example/hangs", "a");
  const waiting = rejectsCode(runtime.call("example/hangs", "a", Types.int.pack(1)), "ADDRESS_PARKED");
  await entered.promise;
  await runtime.engine.park(target, "it hangs");
  await waiting;
  release.open();
  await new Promise(setImmediate);
  assert.equal((late as StatefunError).code, "CONTEXT_CLOSED");
  assert.equal(await runtime.engine.drop(target, "all"), 1);
  const answer = await runtime.call("example/hangs", "a", Types.int.pack(1));
  assert.deepEqual([answer?.as(Types.int), records], [1, []]);
});
