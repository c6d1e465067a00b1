// When handlers are followed across their awaits. That needs an AsyncLocalStorage, which slows down every promise of the process
// in Node 20 and 22.
// Alone in its process: it counts the storages, and the first handler that is followed makes the storage.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Context, StatefulFunctions, Types } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";
import { RecordingLogger } from "../support/recording-logger.ts";

/** Node's own module is found through this function, which now finds an AsyncLocalStorage that counts. */
const { getBuiltinModule } = process;
const hooks = getBuiltinModule("node:async_hooks") as typeof import("node:async_hooks");
let storages = 0;
class CountedStorage extends hooks.AsyncLocalStorage<unknown> {
  constructor() {
    super();
    storages += 1;
  }
}
process.getBuiltinModule = ((name: string) =>
  name === "node:async_hooks"
    ? { ...hooks, AsyncLocalStorage: CountedStorage }
    : getBuiltinModule(name)) as typeof getBuiltinModule;

test("there is no AsyncLocalStorage before a handler returns a promise; then handlers are followed from the next message on", async () => {
  const functions = new StatefulFunctions();
  functions.register("test/plain", (text) => text, { handles: [Types.string] });
  const promising = (text: string, { address }: Context) =>
    new Promise(setImmediate).then(() =>
      text === "circle" ? runtime.call("test/promising", address.id, text).catch((error) => error.code) : text,
    );
  functions.register("test/promising", promising, { handles: [Types.string] });
  await using runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    admin: false,
    ingress: false,
    logger: new RecordingLogger(),
  });
  const call = async (name: string, text: string) => (await runtime.call(name, "a", text))?.as(Types.string);
  assert.equal(await call("test/plain", "one"), "one");
  assert.equal(storages, 0);
  assert.equal(await call("test/promising", "two"), "two");
  assert.equal(storages, 1);
  assert.equal(await call("test/promising", "circle"), "CALL_CYCLE");
});
