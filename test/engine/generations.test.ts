// Functions of the two generations beside each other: each gets and keeps values in its own form.

import assert from "node:assert/strict";
import { test } from "node:test";
import { at, type Batch, spec, textType } from "./functions.js";
import { open } from "./support.js";

/** Keeps its last message, and sends it on: "<target>|<rest>". */
function pass(batch: Batch): void {
  for (const message of batch.messages) {
    const [target = "", ...rest] = message.split("|");
    batch.set("last", message);
    if (target === "reply") batch.reply(rest.join("|"));
    else if (target === "egress") batch.egress("all", rest.join("|"));
    else if (target === "later") batch.after(10, rest[0] ?? "", rest.slice(1).join("|"));
    else if (target !== "") batch.send(target, rest.join("|"));
  }
}

test("messages, delayed ones and answers pass from one generation to the other and back", async (t) => {
  const typenames: string[] = [];
  const handle = (batch: Batch) => {
    typenames.push(...batch.values.map(({ typename }) => typename));
    pass(batch);
  };
  const running = await open(t, {
    functions: {
      old: { generation: "v2", states: ["last"], handle },
      young: { generation: "v3", states: ["last"], handle },
    },
  });
  assert.equal(await running.call("old/a", "reply|one"), "one");
  assert.equal(await running.call("young/a", "reply|one"), "one");
  await running.send("old/a", "young/b|old/c|later|young/d|later|old/e||end");
  await running.clock.advance(100);
  assert.equal(await running.state("young/b", "last"), "old/c|later|young/d|later|old/e||end");
  assert.equal(await running.state("old/c", "last"), "later|young/d|later|old/e||end");
  assert.equal(await running.state("young/d", "last"), "later|old/e||end");
  assert.equal(await running.state("old/e", "last"), "|end");
  assert.deepEqual(new Set(typenames), new Set([textType]));
  assert.equal(running.engine.metrics.batchFailures, 0);
});

test("a v2 function's declared states are all sent, expire, and last over a restart", async (t) => {
  const sent: string[] = [];
  const running = await open(t, {
    functions: {
      old: {
        generation: "v2",
        states: [spec("last"), spec("short", "after-write", 1000), spec("unset")],
        handle(batch) {
          sent.push(["last", "short", "unset"].map((name) => `${batch.has(name)}:${batch.state(name)}`).join(" "));
          pass(batch);
          if (batch.state("short") === undefined) batch.set("short", "set");
        },
      },
    },
  });
  await running.send("old/a", "|1");
  await running.settle();
  await running.reopen();
  await running.send("old/a", "|2");
  await running.clock.advance(1000);
  await running.send("old/a", "|3");
  await running.settle();
  assert.deepEqual(sent, [
    "true:undefined true:undefined true:undefined",
    "true:|1 true:set true:undefined",
    "true:|2 true:undefined true:undefined",
  ]);
});

test("messages that wait reach a function that speaks the other generation after a restart", async (t) => {
  const seen: string[] = [];
  const young = { handle: (batch: Batch) => void seen.push(...batch.messages) };
  const running = await open(t, { functions: { f: young } });
  await running.engine.park(at("f/a"), "for repair");
  await running.send("f/a", "1");
  await running.send("f/a", "2", { delayMs: 10 });
  await running.clock.advance(5);
  running.functions = { f: { ...young, generation: "v2" } };
  await running.reopen();
  await running.clock.advance(5);
  await running.engine.retry(at("f/a"));
  await running.clock.advance(1000);
  assert.deepEqual(seen, ["1", "2"]);
});
