// A message that settles: the next call of its address begins only when what the message did is on disk.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Endpoint } from "../../src/engine/endpoint.js";
import { Engine } from "../../src/engine/engine.js";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import { RequestReplyHandler } from "../../src/functions/request-reply.js";
import { StatefulFunction, StatefulFunctions, Types, Workflow, type WorkflowContext } from "../../src/index.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { ManualClock } from "../support/manual-clock.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { at, type Batch } from "./functions.js";
import { open } from "./support.js";

/** Consumes one message of each batch. A message "step" settles, and sends the address its next message. */
function handle(ran: string[]): (batch: Batch) => void {
  return (batch) => {
    const [message] = batch.messages as [string];
    ran.push(`${batch.self} ${message}`);
    const settles = message === "step";
    batch.end = { consumed: 1, ends: settles ? [{ index: 0, settles }] : [], stopped: undefined };
    batch.set("last", message);
    if (settles) batch.send(batch.self, "next");
    else if (message === "plain") batch.reply(message);
  };
}

test("a call waits for the disk after a message that settles, and other addresses do not wait", async (t) => {
  const ran: string[] = [];
  const app = await open(t, { functions: { f: { handle: handle(ran), states: ["last"] } } });
  app.store.hold();
  const accepted = [app.send("f/a", "step"), app.send("f/b", "plain"), app.send("f/b", "plain")];
  await app.settle();
  assert.deepEqual(ran.toSorted(), ["f/a step", "f/b plain", "f/b plain"]);
  app.store.release();
  await Promise.all(accepted);
  await app.settle();
  assert.equal(ran[3], "f/a next");
});

test("a message that comes meanwhile waits as well, in its order", async (t) => {
  const ran: string[] = [];
  const app = await open(t, { functions: { f: { handle: handle(ran), states: ["last"] } } });
  app.store.hold();
  const accepted = app.send("f/a", "step");
  await app.settle();
  const answered = app.call("f/a", "plain");
  await app.settle();
  assert.deepEqual(ran, ["f/a step"]);
  app.store.release();
  await app.settle();
  assert.deepEqual(ran, ["f/a step", "f/a next", "f/a plain"]);
  await accepted;
  assert.equal(await answered, "plain");
});

for (const way of ["in this process", "over HTTP"] as const) {
  test(`${way}: a step of a workflow begins when the result of the step before it is on disk`, async (t) => {
    const store = new ForgetfulStore({ autoSync: true });
    const onDisk = async (text: string) => {
      const entries = await store.crash().entries({ from: "", to: "\uffff", limit: 1_000, bytes: 1e6 });
      return entries.some(([, value]) => Buffer.from(value).includes(text));
    };
    const found: boolean[] = [];
    @StatefulFunction("test/flow")
    class Flow {
      @Workflow(Types.int)
      async run(_: number, flow: WorkflowContext) {
        for (let index = 1; index <= 4; index++) {
          await flow.step(`take ${index}`, async () => {
            found.push(index === 1 || (await onDisk(`take ${index - 1}`)));
          });
        }
      }
    }
    const functions = new StatefulFunctions(Flow);
    const [local, handler] = [new LocalFunctions(functions), new RequestReplyHandler(functions)];
    const close = async () => {};
    const endpoint: Endpoint =
      way === "over HTTP"
        ? { call: (request) => handler.handle(request), close }
        : { run: (batch, taker) => local.run(batch, taker), close };
    const engine = await Engine.open({
      store,
      clock: new ManualClock(),
      logger: new RecordingLogger(),
      egresses: [],
      findRoute: () => ({ endpoint, generation: "v3", maxBatch: 10, states: undefined, label: way }),
    });
    t.after(() => engine.close(0));
    await engine.call(at("flow/1"), Types.int.pack(3));
    assert.deepEqual(found, [true, true, true, true]);
  });
}
