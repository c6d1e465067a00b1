// A runtime of a test that crashes, and goes on with what was written.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Address, type Context, StatefulFunctions, Types } from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { Counter, functions } from "./functions.js";

test("a handler whose effects were not written runs again, and its effects are there once", async () => {
  const gate = new Gate();
  const ended = new Gate();
  let run = 0;
  const counting = new StatefulFunctions().register(
    "test/counting",
    async (_message, context, state) => {
      await gate.promise;
      run += 1;
      state.count += 1;
      context.sendEgress("test/counts", Types.int.pack(state.count));
      ended.open();
    },
    { state: { count: { type: Types.int, default: 0 } } },
  );
  const app = await TestRuntime.open({ functions: counting });
  await app.send("test/counting", "a", true);
  gate.open();
  await ended.promise;
  await app.crash();
  assert.equal(run, 1);
  await app.settle();
  assert.equal(run, 2);
  assert.deepEqual([await app.state("test/counting", "a"), app.egress("test/counts")], [{ count: 1 }, [1]]);
  await app.crash();
  await app.settle();
  assert.deepEqual([run, await app.state("test/counting", "a")], [2, { count: 1 }]);
  await app.close();
});

test("a message that was not durable is gone, and its handler does not run for it", async () => {
  let run = 0;
  const counting = new StatefulFunctions().register("test/counting", () => {
    run += 1;
  });
  const app = await TestRuntime.open({ functions: counting });
  const lost = rejectsCode(app.send("test/counting", "a", true), "ENGINE_RESTARTING");
  await app.crash();
  await lost;
  await app.settle();
  assert.equal(run, 0);
  await app.close();
});

test("what has happened when the runtime has settled is written", async () => {
  const app = await TestRuntime.open({
    functions: new StatefulFunctions().register(
      "test/kept",
      (_message, _context, state) => {
        state.count += 1;
      },
      { state: { count: { type: Types.int, default: 0 } } },
    ),
  });
  let run = 0;
  const gate = new Gate();
  app.fake("test/gated", async (_message, context) => {
    await gate.promise;
    run += 1;
    context.send("test/kept", "a", true);
  });
  await app.send("test/gated", "a", true);
  gate.open();
  await app.settle();
  await app.crash();
  await app.settle();
  assert.deepEqual([run, await app.state("test/kept", "a")], [1, { count: 1 }]);
  await app.close();
});

test("a handler in flight has no effect after the crash, and its context is closed", async () => {
  const gate = new Gate();
  let kept: Context | undefined;
  let run = 0;
  const slow = new StatefulFunctions().register(
    "test/slow",
    async (_message, context, state) => {
      run += 1;
      kept ??= context;
      if (run === 1) {
        await gate.promise;
        throw new Error("too late");
      }
      state.count += 1;
    },
    { state: { count: { type: Types.int, default: 0 } } },
  );
  const lines: string[] = [];
  const note = (line: string) => lines.push(line);
  const app = await TestRuntime.open({ functions: slow, logger: { warn: note, error: note } });
  await app.send("test/slow", "a", true);
  await app.crash();
  throwsCode(() => kept?.send("test/slow", "a", true), "CONTEXT_CLOSED");
  gate.open();
  await app.settle();
  assert.deepEqual([run, await app.state("test/slow", "a"), lines], [2, { count: 1 }, []]);
  await app.close();
});

test("callers of a runtime that crashes are told, and ask again with their key", async () => {
  const app = await TestRuntime.open({ functions });
  const call = () => app.call(Counter, "bob", Types.int.pack(5), { idempotencyKey: "once" });
  const lost = call();
  const rejected = rejectsCode(lost, "ENGINE_RESTARTING");
  await app.crash();
  await rejected;
  assert.equal(await call(), 5);
  assert.equal(await call(), 5);
  assert.deepEqual(await app.state(Counter, "bob"), { total: 5 });
  await app.close();
});

test("delayed messages, retries and parked addresses go on after a crash, by the same clock", async () => {
  const app = await TestRuntime.open({ functions, logger: false, retry: { attempts: 1 } });
  await app.send(Counter, "bob", Types.long.pack(60_000n));
  app.failNext(Counter, "ann");
  await app.send(Counter, "ann", Types.int.pack(1));
  await app.advance({ seconds: 30 });
  await app.crash();
  assert.deepEqual(
    (await app.delayed()).map(({ to, delay }) => [to, delay]),
    [["test/counter/bob", 30_000]],
  );
  assert.deepEqual(
    (await app.parked()).map(({ address }) => address),
    ["test/counter/ann"],
  );
  await app.advance({ seconds: 30 });
  assert.deepEqual(await app.state(Counter, "bob"), { total: 100 });
  await app.close();
});

test("functions may send to an egress from the first message after a crash on", async () => {
  const app = await TestRuntime.open({ functions, egresses: ["test/totals"] });
  await app.send(Counter, "bob", Types.int.pack(5));
  await app.crash();
  await app.settle();
  assert.deepEqual(app.egress("test/totals"), [5]);
  assert.deepEqual(await app.parked(), []);
  await app.close();
});

test("a hundred crashes in a row lose nothing and do nothing twice", async () => {
  const app = await TestRuntime.open({ functions });
  for (let index = 0; index < 100; index += 1) {
    await app.send(Counter, "bob", Types.int.pack(1));
    await app.crash();
  }
  await app.settle();
  assert.deepEqual(await app.state(Counter, "bob"), { total: 100 });
  assert.equal(app.egress("test/totals").at(-1), 100);
  await app.close();
});

test("a function that is loaded again by the later answer to its call sends to itself without the token of the call", async () => {
  const seen: string[] = [];
  const asker = (text: string, context: Context) => {
    seen.push(`${text} ${context.metadata.getText("statefun-answer") ?? "-"}`);
    if (text === "ask") context.send("test/late", "l", "question", { metadata: { "statefun-call": "token" } });
    if (text === "answer") context.send(context.address, "next");
  };
  const late = (text: string, context: Context, state: { asker: Address | undefined }) => {
    if (text === "question") {
      state.asker = context.deferReply();
      context.sendAfter(1000, context.address, "now");
    } else if (state.asker !== undefined) context.send(state.asker, "answer");
  };
  const functions = new StatefulFunctions()
    .register("test/asker", asker, { handles: [Types.string] })
    .register("test/late", late, { handles: [Types.string], state: { asker: Types.address } });
  await using app = await TestRuntime.open({ functions });
  await app.send("test/asker", "a", "ask");
  await app.settle();
  await app.crash();
  await app.advance(1000);
  assert.deepEqual(seen, ["ask -", "answer token", "next -"]);
});
