// What the runtime does around a handler of its process: the time limit, and the asynchronous context.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import { StatefulFunctions, Types } from "statefun-ts";
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
