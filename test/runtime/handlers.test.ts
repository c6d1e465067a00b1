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
