// Each message of a batch ends by itself: one that fails is undone alone, and what came before it stays.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Context,
  Handles,
  json,
  RequestReplyHandler,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
} from "../../src/index.js";
import { Engine, generations, type Packed, packed } from "../support/calls.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { callOffering } from "../support/offer.js";
import { RecordingLogger } from "../support/recording-logger.js";

interface Order {
  readonly id: string;
  readonly fails?: "for good" | "for now";
  readonly late?: boolean;
  readonly send?: boolean;
}
const Order = json<Order>("test/order");
const List = json<string[]>("test/list");
const order = (fields: Order): Packed => packed("test/order", JSON.stringify(fields));
const orders = (...all: Order[]) => all.map((each) => ({ argument: order(each) }));

let runs: string[] = [];

@StatefulFunction("test/orders")
class Orders {
  @State("list", List) list: string[] = [];
  @State("count", Types.string) count = "0";
  /** Not a state: it shows which messages share an instance. */
  seen: string[] = [];

  @Handles(Order)
  take({ id, fails, late, send }: Order, context: Context): void | Promise<void> {
    runs.push(id);
    this.seen.push(id);
    this.list.push(id);
    this.count = `${Number(this.count) + 1}`;
    if (send) {
      context.send("test/other", "a", Order.pack({ id: this.seen.join() }));
      context.sendEgress("test/out", id);
      context.cancelDelayedMessage("gone");
      context.sendAfter(1, "test/other", "a", id, { cancellationToken: "token" });
    }
    const end = () => {
      if (fails === "for good") throw new TerminalError(`no ${id}`, { code: "REFUSED", details: { id }, status: 409 });
      if (fails === "for now") throw new Error(`not now ${id}`);
    };
    if (!late) return end();
    return new Promise<void>((resolve) => setImmediate(resolve)).then(end);
  }
}

const states = { list: undefined, count: undefined };
const to = "test/orders/a";

function setUp(generation: (typeof generations)[number] = "v3") {
  runs = [];
  return new Engine(new StatefulFunctions(Orders), generation);
}

for (const generation of generations) {
  for (const late of [false, true]) {
    const how = `${generation}, ${late ? "a handler that awaits" : "a handler that does not"}`;

    test(`${how}: a message that is refused for good is undone alone, and the batch goes on`, async () => {
      const { handler, logger } = setUp(generation);
      const messages = orders({ id: "1", late }, { id: "2", late, fails: "for good" }, { id: "3", late });
      const { consumed, ends, stopped, mutations } = await callOffering(handler, generation, {
        to,
        state: states,
        messages,
      });
      assert.deepEqual([consumed, stopped, runs], [3, undefined, ["1", "2", "3"]]);
      const failure = { code: "REFUSED", message: "no 2", details: { id: "2" }, status: 409, terminal: true };
      assert.deepEqual(ends, [{ index: 1, failure }]);
      assert.deepEqual(
        mutations.map(([name, value]) => [name, value?.replace(/[^\w[\]",]/g, "")]),
        [
          ["list", '["1","3"]'],
          ["count", "2"],
        ],
      );
      assert.deepEqual(
        logger.entries.map(({ level, error }) => [level, (error as TerminalError).code]),
        [["warn", "REFUSED"]],
      );
    });

    test(`${how}: a message that fails for now stops the batch, and what came before stays`, async () => {
      const { handler, logger } = setUp(generation);
      const messages = orders(
        { id: "1", late, fails: "for good" },
        { id: "2", late },
        { id: "3", late, fails: "for now" },
        { id: "4", late },
      );
      const { consumed, ends, stopped, mutations } = await callOffering(handler, generation, {
        to,
        state: states,
        messages,
      });
      assert.deepEqual([consumed, runs], [2, ["1", "2", "3"]]);
      assert.deepEqual(
        ends.map(({ index }) => index),
        [0],
      );
      assert.equal(stopped?.code, "HANDLER_FAILED");
      assert.ok(stopped?.message.includes("test/orders/a, message 3 of 4 (test/order): not now 3"));
      assert.equal(mutations[0]?.[1], '["2"]');
      assert.deepEqual(
        logger.entries.map(({ level }) => level),
        ["warn", "error"],
      );
    });

    test(`${how}: an engine that reads no ends gets what was not refused, or the batch fails as a whole`, async () => {
      const engine = setUp(generation);
      const refused = orders({ id: "1", late }, { id: "2", late, fails: "for good" }, { id: "3", late });
      const { mutations } = await engine.call({ to, state: states, messages: refused });
      assert.equal(Buffer.from(mutations[0]?.value?.hex ?? "", "hex").toString(), '["1","3"]');
      const failing = orders({ id: "1", late }, { id: "2", late, fails: "for now" });
      await rejectsCode(engine.call({ to, state: states, messages: failing }), "HANDLER_FAILED", "message 2 of 2");
    });
  }
}

test("what a refused message sent, delayed, withdrew and recorded is undone", async () => {
  const { handler } = setUp();
  const answer = await callOffering(handler, "v3", {
    to,
    state: states,
    messages: orders(
      { id: "1", send: true, fails: "for good" },
      { id: "2", send: true },
      { id: "3", fails: "for good", late: true },
    ),
  });
  assert.deepEqual(answer.messages, [["test/other/a", '{"id":"2"}']]);
  assert.deepEqual(
    answer.egresses.map(([egress]) => egress),
    ["test/out"],
  );
  // The token of the first message is free again for the second one.
  assert.deepEqual(answer.delayed, ["cancel gone", "token"]);
  assert.deepEqual(
    answer.ends.map(({ index, failure }) => [index, failure?.code]),
    [
      [0, "REFUSED"],
      [2, "REFUSED"],
    ],
  );
});

test("after a message that was refused, the next ones get a fresh instance, which has the states", async () => {
  const { handler } = setUp();
  const { messages } = await callOffering(handler, "v3", {
    to,
    state: states,
    messages: orders({ id: "1" }, { id: "2" }, { id: "3", fails: "for good" }, { id: "4" }, { id: "5", send: true }),
  });
  assert.deepEqual(messages, [["test/other/a", '{"id":"4,5"}']]);
});

test("a message that can't be decoded, and a state that can't be packed, are failures of their message", async () => {
  const functions = new StatefulFunctions().register(
    "test/f",
    (message: string, _context, state) => {
      state.kept = (state.kept ?? 0) + 1;
      if (message === "bad") (state as { kept: unknown }).kept = 1.5;
    },
    { handles: [Types.string], state: { kept: Types.int } },
  );
  const { handler } = new Engine(functions, "v3");
  const text = (value: string) => ({ argument: Types.string.pack(value) });
  const call = (last: Packed) =>
    callOffering(handler, "v3", {
      to: "test/f/a",
      state: { kept: undefined },
      messages: [text("ok"), { argument: last }],
    });
  const unpacked = await call(Types.string.pack("bad"));
  assert.deepEqual([unpacked.consumed, unpacked.stopped?.code, unpacked.mutations.length], [1, "VALUE_INVALID", 1]);
  const unread = await call(packed("io.statefun.types/string", new Uint8Array([10, 200])));
  assert.deepEqual([unread.consumed, unread.stopped?.code], [1, "VALUE_UNREADABLE"]);
  const unhandled = await call(packed("test/odd", ""));
  assert.deepEqual([unhandled.consumed, unhandled.stopped?.code], [1, "MESSAGE_UNHANDLED"]);
});

test("a JSON state keeps the change of each message that succeeded, and none of a message that left it without a JSON form", async () => {
  const Tree = json<{ deep: { ids: unknown[] } }>("test/tree");
  const functions = new StatefulFunctions().register(
    "test/tree",
    (message: string, _context, { tree }) => {
      tree.deep.ids.push(message === "bad" ? new Map() : message);
      if (message === "refused") throw new TerminalError("refused");
    },
    { handles: [Types.string], state: { tree: { type: Tree, default: () => ({ deep: { ids: [] } }) } } },
  );
  const { handler } = new Engine(functions, "v3");
  const call = (...texts: string[]) =>
    callOffering(handler, "v3", {
      to: "test/tree/a",
      state: { tree: packed("test/tree", '{"deep":{"ids":[0]}}') },
      messages: texts.map((text) => ({ argument: Types.string.pack(text) })),
    });
  const refused = await call("1", "2", "3", "refused", "4", "5", "refused");
  assert.deepEqual([refused.consumed, refused.mutations], [7, [["tree", '{"deep":{"ids":[0,"1","2","3","4","5"]}}']]]);
  const bad = await call("1", "2", "3", "bad", "4");
  assert.deepEqual([bad.consumed, bad.stopped?.code], [3, "VALUE_INVALID"]);
  assert.ok(bad.stopped?.message.includes('"tree"'));
  assert.deepEqual(bad.mutations, [["tree", '{"deep":{"ids":[0,"1","2","3"]}}']]);
});

test("a message that left one state without a JSON form leaves the other states as the message before left them", async () => {
  const Ids = json<{ ids: unknown[] }>("test/ids");
  const functions = new StatefulFunctions().register(
    "test/two",
    (message: string, _context, { first, second }) => {
      first?.ids.push(message);
      first?.ids.reverse();
      second?.ids.push(message === "bad" ? Number.NaN : message);
    },
    { handles: [Types.string], state: { first: Ids, second: Ids } },
  );
  const { handler } = new Engine(functions, "v3");
  for (const padding of ["", "x".repeat(300)]) {
    const stored = packed("test/ids", JSON.stringify({ ids: [padding] }));
    for (const after of [[], ["3"]]) {
      const { consumed, stopped, mutations } = await callOffering(handler, "v3", {
        to: "test/two/a",
        state: { first: stored, second: stored },
        messages: ["1", "2", "bad", ...after].map((text) => ({ argument: Types.string.pack(text) })),
      });
      assert.deepEqual([consumed, stopped?.code], [2, "VALUE_INVALID"]);
      assert.deepEqual(mutations, [
        ["first", JSON.stringify({ ids: ["2", padding, "1"] })],
        ["second", JSON.stringify({ ids: [padding, "1", "2"] })],
      ]);
    }
  }
});

test("what still runs of a handler whose message was refused does not reach the states of the messages after it", async () => {
  const Tally = json<{ text: string; count: number }>("test/tally");
  const runTally = (touch: (state: { tally: { count: number } | undefined }) => void, changedByLast: boolean) => {
    const gate = new Gate();
    const functions = new StatefulFunctions().register(
      "test/tally",
      async (message: string, _context, state) => {
        if (message === "refused") {
          void gate.promise.then(() => touch(state));
          throw new TerminalError("refused");
        }
        if (message === "last") {
          gate.open();
          await new Promise<void>((resolve) => setImmediate(resolve));
          if (!changedByLast) return;
        }
        if (state.tally !== undefined) state.tally = { ...state.tally, count: message === "last" ? 0 : 1 };
      },
      { handles: [Types.string], state: { tally: Tally } },
    );
    return callOffering(new Engine(functions, "v3").handler, "v3", {
      to: "test/tally/a",
      // A value of this size is only decoded when somebody touches it.
      state: { tally: packed("test/tally", JSON.stringify({ text: "x".repeat(300), count: 0 })) },
      messages: ["refused", "one", "last"].map((text) => ({ argument: Types.string.pack(text) })),
    });
  };
  const touches = [
    (state: { tally: { count: number } | undefined }) => void state.tally?.count,
    (state: { tally: unknown }) => {
      state.tally = undefined;
    },
  ];
  for (const touch of touches) {
    const one = await runTally(touch, false);
    assert.deepEqual([one.consumed, one.stopped, one.mutations.length], [3, undefined, 1]);
    assert.equal(JSON.parse(one.mutations[0]?.[1] ?? "").count, 1);
    // The last message leads back to what the engine has.
    const none = await runTally(touch, true);
    assert.deepEqual([none.consumed, none.stopped, none.mutations], [3, undefined, []]);
  }
});

test("what still runs of a handler whose message has ended may clear a state, and a message that is refused then changes nothing", async () => {
  const Ids = json<{ ids: string[] }>("test/ids");
  const functions = new StatefulFunctions().register(
    "test/ids",
    async (message: string, _context, state) => {
      state.list.ids.push(message);
      if (message === "refused") throw new TerminalError("refused");
      const clear = () => {
        (state as { list: unknown }).list = undefined;
      };
      // It runs after the message has ended, and before the next one begins.
      if (message === "clears") queueMicrotask(() => queueMicrotask(clear));
    },
    { handles: [Types.string], state: { list: { type: Ids, default: () => ({ ids: [] }) } } },
  );
  const { consumed, stopped, mutations } = await callOffering(new Engine(functions, "v3").handler, "v3", {
    to: "test/ids/a",
    state: { list: undefined },
    messages: ["clears", "refused", "last"].map((text) => ({ argument: Types.string.pack(text) })),
  });
  assert.deepEqual([consumed, stopped, mutations], [3, undefined, [["list", '{"ids":["clears","last"]}']]]);
});

test("an instance that can't be made stops the batch before the message that needs it", async () => {
  let made = 0;
  const functions = new StatefulFunctions().bind(Orders, {
    create: () => {
      made += 1;
      if (made === 2) throw new Error("no instance");
      return new Orders();
    },
  });
  const { handler } = new Engine(functions, "v3");
  const messages = orders({ id: "1", fails: "for good" }, { id: "2" });
  const { consumed, ends, stopped } = await callOffering(handler, "v3", { to, state: states, messages });
  assert.deepEqual([consumed, ends.length, stopped?.code], [1, 1, "HANDLER_FAILED"]);
});

test("a time limit stops the batch at the message that ran, and what came before stays", async () => {
  const functions = new StatefulFunctions().register(
    "test/slow",
    (message: string, context) => {
      context.sendEgress("test/out", message);
      return message === "slow" ? new Promise(() => {}) : undefined;
    },
    { handles: [Types.string] },
  );
  const handler = new RequestReplyHandler(functions, { callTimeout: 5, logger: new RecordingLogger() });
  const messages = ["quick", "slow", "next"].map((value) => ({ argument: Types.string.pack(value) }));
  const { consumed, stopped, egresses } = await callOffering(handler, "v3", { to: "test/slow/a", messages });
  assert.deepEqual([consumed, stopped?.code, egresses.length], [1, "CALL_TIMEOUT", 1]);
});
