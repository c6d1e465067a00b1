// What becomes of failed messages on Flink: they are kept in a state, tried again by delayed messages, and set aside.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { Metadata, StatefulFunctions, Types } from "../../src/index.js";
import { dueMessage, encodeKeptMessages } from "../../src/wire/kept-messages.js";
import { generations, message, type Packed, packed } from "../support/calls.js";
import { rejectsCode } from "../support/expect-code.js";
import { acts, boom, functionsWith, hidden, Job, job, refuse, setUp } from "../support/failing-worker.js";
import { Gate } from "../support/gate.js";
import { offeringBytes } from "../support/offer.js";

for (const generation of generations) {
  test(`${generation}: a message that fails is undone alone, is tried again later, and then leaves nothing`, async () => {
    const worker = setUp(generation);
    acts.set("bad", boom);
    await worker.send(job("1"), job("bad"), job("2"));
    assert.deepEqual(
      [worker.done, worker.sent],
      [
        ["1", "2"],
        ["1", "2"],
      ],
    );
    assert.ok(worker.keeps);
    await worker.send(job("3"));
    assert.deepEqual(await worker.deliver(), [100]);
    acts.delete("bad");
    assert.deepEqual(await worker.deliver(), [200]);
    assert.deepEqual(worker.done, ["1", "2", "3", "bad"]);
    assert.ok(!worker.keeps);
    assert.deepEqual([worker.due, worker.letters], [[], []]);
  });

  test(`${generation}: a message that has used up its tries is a letter for Kafka, and the state is gone`, async (t) => {
    t.after(() => mock.timers.reset());
    mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
    const worker = setUp(generation, { deadLetterEgress: "my/letters", deadLetterTopic: "dead" });
    acts.set("bad", boom);
    await worker.send({ from: "test/caller/c", argument: job("bad") });
    mock.timers.tick(1000);
    await worker.deliver();
    mock.timers.tick(1000);
    await worker.deliver();
    assert.deepEqual([worker.done, worker.sent, worker.due, worker.keeps], [[], [], [], false]);
    const [{ letter, error, ...record }, ...others] = worker.letters;
    assert.deepEqual(others, []);
    assert.match(letter, /^\w{9}-/);
    assert.equal(error.code, "HANDLER_FAILED");
    assert.match(error.stack, /boom/);
    const name = { v2: "org.apache.flink.statefun.flink.io", v3: "io.statefun.sdk.egress" }[generation];
    assert.deepEqual(record, {
      egress: "my/letters",
      typename: `type.googleapis.com/${name}.KafkaProducerRecord`,
      function: "test/worker",
      id: "w",
      caller: "test/caller/c",
      message: { typename: "test/job", value: { id: "bad" } },
      attempts: 3,
      firstFailedAt: new Date(1_000_000).toISOString(),
      lastFailedAt: new Date(1_002_000).toISOString(),
    });
  });

  test(`${generation}: a message that is tried again has its caller and runs as if it had come`, async () => {
    const worker = setUp(generation);
    const seen: string[] = [];
    acts.set("bad", (context) => {
      seen.push(String(context.caller));
      if (seen.length < 2) boom();
      context.reply("fine");
    });
    await worker.send({ from: "test/caller/c", argument: job("bad") });
    const { messages } = await worker.send(...worker.takeDue());
    assert.deepEqual(seen, ["test/caller/c", "test/caller/c"]);
    assert.deepEqual(
      messages.map(({ to }) => to),
      ["test/next/a", "test/caller/c"],
    );
  });

  test(`${generation}: a refused message is a letter at once`, async () => {
    const worker = setUp(generation);
    acts.set("bad", refuse);
    await worker.send(job("1"), job("bad"), job("2"));
    assert.deepEqual([worker.done, worker.keeps, worker.due], [["1", "2"], false, []]);
    const [{ egress, attempts, error }] = worker.letters;
    assert.deepEqual(
      [egress, attempts, error.code, error.details],
      ["statefun.dead-letters/all", 1, "NO", { really: true }],
    );
  });

  test(`${generation}: order "keep" makes all messages wait behind the one that failed`, async () => {
    const worker = setUp(generation, { order: "keep" });
    acts.set("bad", boom);
    await worker.send(job("1"), job("bad"), job("2"));
    await worker.send(job("3"), job("4"));
    assert.deepEqual(worker.done, ["1"]);
    assert.deepEqual(await worker.deliver(), [100]);
    assert.deepEqual(worker.done, ["1"]);
    await worker.send(job("5"));
    acts.delete("bad");
    assert.deepEqual(await worker.deliver(), [200]);
    assert.deepEqual(worker.done, ["1", "bad", "2", "3", "4", "5"]);
    assert.deepEqual([worker.keeps, worker.due, worker.letters], [false, [], []]);
  });

  test(`${generation}: order "keep" goes on behind a letter, up to the next message that fails`, async () => {
    const worker = setUp(generation, { order: "keep", retry: { attempts: 2, firstDelay: 100 } });
    for (const bad of ["x", "y"]) acts.set(bad, boom);
    acts.set("no", refuse);
    await worker.send(job("x"), job("no"), job("1"), job("y"), job("2"));
    assert.deepEqual(await worker.deliver(), [100]);
    assert.deepEqual(worker.done, ["1"]);
    assert.deepEqual(await worker.deliver(), [100]);
    assert.deepEqual(worker.done, ["1", "2"]);
    assert.deepEqual(
      worker.letters.map(({ message, attempts }) => [message.value.id, attempts]),
      [
        ["x", 2],
        ["no", 1],
        ["y", 2],
      ],
    );
    assert.deepEqual([worker.keeps, worker.due], [false, []]);
  });

  test(`${generation}: the state of kept messages is asked for, or named with what to add`, async () => {
    const { engine } = setUp(generation);
    const call = { to: "test/worker/w", state: { done: undefined }, messages: [{ argument: job("1") }] };
    if (generation === "v2") await rejectsCode(engine.call(call), "STATE_UNDECLARED", `- name: ${hidden}`);
    else {
      const none = { mode: "NONE", afterMs: 0 };
      const typename = "statefun.types/failed-messages";
      assert.deepEqual(await engine.missing(call), [{ name: hidden, typename, ...none }]);
      assert.deepEqual(
        (await engine.missing({ ...call, state: {} })).map(({ name }) => name),
        ["done", hidden],
      );
    }
  });

  test(`${generation}: a batch that takes too long sets the message aside that runs too long alone, and the others go on`, async () => {
    for (const order of ["overtake", "keep"] as const) {
      const options = { order, retry: { attempts: 1 }, onFailure: "deadLetter" } as const;
      const worker = setUp(generation, options);
      worker.deploy(functionsWith(options), { callTimeout: 20 });
      const gate = new Gate();
      acts.set("slow", () => gate.promise);
      await worker.send(job("1"), job("slow"), job("2"), job("3"));
      assert.deepEqual([worker.done, worker.letters], [["1"], []], "perhaps the batch was only long");
      assert.deepEqual(await worker.deliver(), [0]);
      assert.deepEqual([worker.done, worker.letters.length], [["1"], 1]);
      assert.deepEqual(await worker.deliver(), [0]);
      gate.open();
      assert.deepEqual([worker.done, worker.keeps, worker.due], [["1", "2", "3"], false, []], order);
      assert.deepEqual(
        worker.letters.map(({ message, error }) => [message.value.id, error.code]),
        [["slow", "CALL_TIMEOUT"]],
      );
    }
  });
}

test("messages of one batch fail and come due independently of each other", async () => {
  const worker = setUp("v3");
  for (const bad of ["a", "b"]) acts.set(bad, boom);
  await worker.send(job("a"), job("b"));
  const [first, second] = worker.takeDue() as [Packed, Packed];
  acts.delete("b");
  await worker.send(second);
  assert.deepEqual(worker.done, ["b"]);
  await worker.send(second, job("1"));
  assert.deepEqual(worker.done, ["b", "1"], "a message is due once");
  acts.delete("a");
  await worker.send(job("2"), first);
  assert.deepEqual([...worker.done].sort(), ["1", "2", "a", "b"]);
});

test("a message keeps its metadata while it is kept, and in its letter", async () => {
  const worker = setUp("v3", { retry: { attempts: 2, firstDelay: 100 } });
  const seen: string[] = [];
  acts.set("bad", (context) => {
    seen.push(String(context.metadata.getText("trace")));
    boom();
  });
  const argument = Job.pack({ id: "bad" }).withMetadata(new Metadata([["trace", "t1"]]));
  const kept = encodeKeptMessages([{ caller: undefined, argument, attempts: 1, firstFailedAt: 5, due: 7 }]);
  worker.state.set(hidden, { typename: kept.typename, value: kept.value });
  const { typename, value } = dueMessage(7);
  await worker.send({ argument: { typename, value } });
  assert.deepEqual(seen, ["t1"]);
  assert.deepEqual(worker.letters[0].message.metadata, [{ name: "trace", value: "t1" }]);
});

test("a message of another type than the function takes is set aside too", async () => {
  const worker = setUp("v3", { retry: { attempts: 1 } });
  await worker.send(message(example.User, { name: "Seth" }), job("1"));
  assert.deepEqual(worker.done, ["1"]);
  assert.equal(worker.letters[0].error.code, "MESSAGE_UNHANDLED");
});

test("an engine of this package is not asked for the state, and learns of the failure", async () => {
  const { engine } = setUp("v3");
  acts.set("bad", boom);
  const messages = [{ argument: job("1") }, { argument: job("bad") }];
  const call = { to: "test/worker/w", state: { done: undefined }, messages };
  const answer = await engine.handler.handle(offeringBytes("v3", call));
  assert.ok(Buffer.from(answer).includes("boom"));
});

test("a message that names nothing that is kept is dropped", async () => {
  const worker = setUp("v3");
  const typename = "statefun.types/failed-message-due";
  await worker.send(packed(typename, Uint8Array.of(8, 255)), packed(typename, "17"), job("1"));
  assert.deepEqual([worker.done, worker.due, worker.letters], [["1"], [], []]);
});

test("a state that is not readable fails the call", async () => {
  const worker = setUp("v3");
  worker.state.set(hidden, { typename: "statefun.types/failed-messages", value: Uint8Array.of(10, 9) });
  await rejectsCode(worker.send(job("1")), "VALUE_UNREADABLE", "test/worker/w");
});

test("a function can't have a state of that name, nor reach it", async () => {
  const declare = () =>
    new StatefulFunctions().register("a/b", () => {}, { state: { x: { type: Types.int, name: hidden } } });
  assert.throws(declare, { code: "STATE_NAME_INVALID" });
  const worker = setUp("v3", { retry: { attempts: 1 } });
  acts.set("peek", (context) => context.state.get(hidden));
  await worker.send(job("peek"));
  assert.equal(worker.letters[0].error.code, "STATE_UNDECLARED");
});
