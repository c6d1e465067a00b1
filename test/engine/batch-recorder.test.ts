// Which batches are recorded.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnsweredPart } from "../../src/engine/answered-part.js";
import { BatchRecorder } from "../../src/engine/batch-recorder.js";
import { answered, type CallOutcome } from "../../src/engine/call-outcome.js";
import type { FunctionCall } from "../../src/engine/function-call.js";
import type { Recording } from "../../src/engine/recording.js";
import { StatefunError } from "../../src/errors.js";
import { at, text } from "./functions.js";
import { Parts } from "./parts.js";
import { open } from "./support.js";

interface Run {
  /** How many messages the batch handles. */
  readonly messages?: number;
  /** The numbers of the messages that it sends. */
  readonly sends?: readonly number[];
  readonly outcome?: CallOutcome;
}

const failed: CallOutcome = { kind: "failed", error: new StatefunError("HANDLER_FAILED", "on purpose") };

/** A recorder, and batches that run as the invoker runs them, at a time of the test's choice. */
function setUp() {
  const parts = new Parts({ functions: { f: () => {} } });
  const instance = parts.instances.wake(at("f/a"));
  const recorder = new BatchRecorder(parts.clock);
  const time = { ms: 1_000_000 };
  /** Runs a batch, and returns its number, if it is recorded. */
  const run = ({ messages = 1, sends = [], outcome = answered }: Run = {}): Recording | undefined => {
    for (let count = 0; count < messages; count++) parts.deliver("f/a", "x");
    const call = { instance, consumed: 0, begun: time.ms, recording: undefined as Recording | undefined };
    const asCall = call as unknown as FunctionCall;
    const before = recorder.recordings.all()[0]?.number;
    if (outcome === answered) {
      const effects = {
        mutations: [],
        messages: sends.map(() => ({ target: at("f/b"), argument: text("x") })),
        delayed: [],
        egresses: [],
      };
      const part: AnsweredPart = { consumed: messages, effects, ends: [] };
      const notes = recorder.begin(asCall, part);
      parts.commit.transact(() => {
        for (let count = 0; count < messages; count++) instance.mailbox.consume();
      });
      for (const number of sends) notes?.sends(at("f/b"), "t", number);
      if (notes !== undefined) recorder.applied(asCall, part, notes);
    }
    recorder.ended(asCall, outcome, time.ms);
    assert.equal(call.recording, undefined);
    const [newest] = recorder.recordings.all();
    return newest?.number === before ? undefined : newest;
  };
  const count = (runs: number, what?: Run) => {
    let recorded = 0;
    for (let index = 0; index < runs; index++) if (run(what) !== undefined) recorded += 1;
    return recorded;
  };
  return { parts, instance, recorder, time, run, count };
}

test("a hundred batches a second are recorded, and of large batches fewer", () => {
  const { time, count } = setUp();
  assert.equal(count(300), 100);
  time.ms += 1_000;
  assert.equal(count(300), 100);
  time.ms += 1_000;
  assert.equal(count(30, { messages: 100 }), 10);
  time.ms += 10_000;
  assert.equal(count(30, { sends: Array.from({ length: 100 }, (_, index) => 1_000_000 + index) }), 10);
});

test("what a recorded batch has sent is recorded where it is handled, when others are not any more", () => {
  const { parts, run, count } = setUp();
  const own = parts.sequence.last + 1;
  const sender = run({ sends: [own + 201, own + 202] });
  count(200);
  const [first, second] = [run({ sends: [own + 204] }), run()];
  assert.deepEqual([sender?.depth, first?.depth, second?.depth], [0, 1, 1]);
  assert.equal(run(), undefined);
  assert.equal(run()?.depth, 2);
});

test("a delayed message is followed under the number with which it goes on", () => {
  const { parts, recorder, run, count } = setUp();
  const own = parts.sequence.last + 1;
  run({ sends: [5_000] });
  count(200);
  recorder.due(5_000, own + 201);
  recorder.due(6_000, own + 202);
  assert.deepEqual([run()?.depth, run()], [1, undefined]);
});

test("functions that send in a circle for ever are followed only so far", () => {
  const { parts, run, count, time } = setUp();
  count(100);
  let longest = 0;
  for (let hop = 0; hop < 300; hop++) {
    time.ms += 5; // fewer than are followed in a second, and more than are recorded
    longest = Math.max(longest, run({ sends: [parts.sequence.last + 2] })?.depth ?? 0);
  }
  assert.equal(longest, 100);
});

test("failures are recorded when others are not any more, up to a number of their own", () => {
  const { count, run } = setUp();
  count(200);
  assert.equal(count(30, { outcome: failed }), 20);
  assert.equal(run(), undefined);
});

test("a call that failed at first has one recording of all that it did", () => {
  const { parts, instance, recorder, time } = setUp();
  parts.deliver("f/a", "1");
  parts.deliver("f/a", "2");
  const call = { instance, consumed: 0, begun: time.ms, recording: undefined } as unknown as FunctionCall;
  const part: AnsweredPart = {
    consumed: 1,
    effects: { mutations: [], messages: [], delayed: [], egresses: [] },
    ends: [],
  };
  const notes = recorder.begin(call, part);
  assert.ok(notes !== undefined);
  parts.commit.transact(() => instance.mailbox.consume());
  recorder.applied(call, part, notes);
  recorder.ended(call, failed, time.ms + 5);
  const [recording] = recorder.recordings.all();
  assert.deepEqual(
    recording?.messages.map(({ end }) => end),
    ["handled", "failed"],
  );
  assert.deepEqual([recording?.durationMs, recording?.code], [5, "HANDLER_FAILED"]);
});

test("a call whose first part was not recorded gets no half recording", () => {
  const { parts, instance, recorder, time, count } = setUp();
  count(200);
  parts.deliver("f/a", "1");
  const call = { instance, consumed: 0, begun: time.ms, recording: undefined } as unknown as FunctionCall;
  const effects = { mutations: [], messages: [], delayed: [], egresses: [] };
  assert.equal(recorder.begin(call, { consumed: 1, effects, ends: [] }), undefined);
  call.consumed = 1;
  time.ms += 10_000;
  assert.equal(
    recorder.begin({ ...call, begun: time.ms } as FunctionCall, { consumed: 1, effects, ends: [] }),
    undefined,
  );
});

test("who watches sees batches that nobody keeps, as many as it wants, and is told of the others", () => {
  const { recorder, count } = setUp();
  const seen: boolean[] = [];
  let missed = 0;
  let room = 2_500;
  const unwatch = recorder.watch({
    wants: () => room-- > 0,
    missed: () => {
      missed += 1;
    },
    take: ({ whole }) => seen.push(whole),
  });
  assert.equal(count(200), 100);
  assert.deepEqual([seen.filter((whole) => whole).length, seen.length], [100, 200]);
  count(2_400);
  assert.deepEqual([seen.length, missed], [2_100, 500], "two thousand in a second, beside those that are kept");
  count(100);
  assert.equal(missed, 500, "it wants no more");
  unwatch();
  assert.equal(seen.length, 2_100);
});

test("an engine records its batches, and a call that is given up too", async (t) => {
  let answer = () => {};
  const recorder = new BatchRecorder({ now: () => 0, after: () => ({ cancel() {} }) });
  const running = await open(t, {
    recorder,
    functions: {
      f: (batch) => batch.send("g/b", "on"),
      g: { handle: () => new Promise<void>((resolve) => (answer = resolve)) },
    },
  });
  await running.send("f/a", "1");
  await running.settle();
  await running.engine.park(at("g/b"), "by hand");
  answer();
  await running.settle();
  const recordings = recorder.recordings.all();
  assert.deepEqual(
    recordings.map(({ address, sentCount }) => [`${address}`, sentCount]),
    [["test/f/a", 1]],
  );
  const [sent] = recordings[0]?.sent ?? [];
  const waiting = await running.engine.inspect(at("g/b"));
  assert.deepEqual([waiting.depth, `${sent?.target}`], [1, "test/g/b"]);
});
