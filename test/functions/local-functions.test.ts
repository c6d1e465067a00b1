// Functions that an engine in the same process calls: parts come while the batch runs, and what the engine refuses fails
// the message that sent it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import type { MessageContext } from "../../src/functions/message-context.js";
import { type Context, custom, StatefulFunctions, TerminalError, Type, TypedValue, Types } from "../../src/index.js";
import { Address } from "../../src/model/address.js";
import { type BatchOutcome, type BatchPart, type PartTaker, Refusal } from "../../src/model/invocation.js";
import type { Followed } from "../../src/model/type.js";
import { throwsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";

const target = Address.of("test/f", "a");

class Taker implements PartTaker {
  readonly parts: BatchPart[] = [];
  over = false;
  onGivenUp: (() => void) | undefined = undefined;

  giveUp(): void {
    this.over = true;
    this.onGivenUp?.();
  }

  part(part: BatchPart): void {
    this.parts.push(part);
  }
  target({ name }: Address): void {
    if (name === "unknown") throw new Refusal("FUNCTION_UNKNOWN", "nothing serves it");
  }
  egress(_namespace: string, name: string): void {
    if (name === "unknown") throw new Refusal("EGRESS_UNKNOWN", "there is no such egress");
  }
  token(_sender: Address, token: string): void {
    if (token === "taken") throw new Refusal("TOKEN_INVALID", "it waits");
  }
}

type Handle = (message: string, context: Context, state: { count: number }) => unknown;

function setUp(handle: Handle, callTimeoutMs = 60_000) {
  const state = { count: { type: Types.int, default: 0 } };
  const functions = new StatefulFunctions().register("test/f", handle, { handles: [Types.string], state });
  const taker = new Taker();
  const local = new LocalFunctions(functions, { callTimeoutMs: callTimeoutMs });
  const run = (...messages: string[]) => {
    const invocations = messages.map((text) => ({ caller: undefined, argument: Types.string.pack(text) }));
    const count = { name: "count", value: undefined };
    return local.run({ generation: "v3", target, state: [count], invocations, partsOffered: true }, taker);
  };
  return { run, taker };
}

const counts = ({ effects }: BatchPart) =>
  effects.mutations.map(({ value }) => (value as TypedValue | undefined)?.as(Types.int));

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("handlers that do not wait end in one part, which is returned at once", () => {
  const { run, taker } = setUp((_message, _context, state) => {
    state.count += 1;
  });
  const answer = run("1", "2", "3") as BatchOutcome;
  assert.deepEqual([answer.part.consumed, counts(answer.part), answer.stopped], [3, [3], undefined]);
  assert.deepEqual(taker.parts, []);
});

test("what has ended is taken while a handler is waited for, without what that handler has changed and sent", async () => {
  const gate = new Gate();
  const { run, taker } = setUp(async (message, context, state) => {
    state.count += 1;
    context.sendEgress("test/out", message);
    if (message === "slow") await gate.promise;
    state.count += 1;
  });
  const answer = run("1", "2", "slow", "4");
  await turn();
  await turn();
  const [part] = taker.parts;
  assert.equal(taker.parts.length, 1);
  assert.deepEqual([part?.consumed, part && counts(part), part?.effects.egresses.length], [2, [4], 2]);
  gate.open();
  const { part: last } = (await answer) as BatchOutcome;
  assert.deepEqual([last.consumed, counts(last), last.effects.egresses.length], [2, [8], 2]);
  assert.equal(taker.parts.length, 1);
});

test("handlers that wait for nothing but promises end in one part", async () => {
  const { run, taker } = setUp(async (_message, _context, state) => {
    await Promise.resolve();
    state.count += 1;
  });
  const { part } = (await run("1", "2", "3")) as BatchOutcome;
  assert.deepEqual([part.consumed, counts(part), taker.parts.length], [3, [3], 0]);
});

test("the places of messages that were refused are counted within their part", async () => {
  const gate = new Gate();
  const { run, taker } = setUp(async (message, _context) => {
    if (message === "slow") await gate.promise;
    if (message === "bad") throw new TerminalError("no");
  });
  const answer = run("1", "bad", "slow", "bad", "5");
  await turn();
  await turn();
  gate.open();
  const { part } = (await answer) as BatchOutcome;
  const places = ({ ends }: BatchPart) => ends.map(({ index }) => index);
  assert.deepEqual(
    [...taker.parts, part].map((each) => [each.consumed, places(each)]),
    [
      [2, [1]],
      [3, [1]],
    ],
  );
});

const refused: readonly [string, string, Handle][] = [
  ["a target that nothing serves", "FUNCTION_UNKNOWN", (text, context) => context.send("test/unknown", "a", text)],
  ["a delayed target", "FUNCTION_UNKNOWN", (text, context) => context.sendAfter(1, "test/unknown", "a", text)],
  ["an egress", "EGRESS_UNKNOWN", (text, context) => context.sendEgress("test/unknown", text)],
  [
    "a token",
    "TOKEN_INVALID",
    (text, context) => context.sendAfter(1, "test/f", "a", text, { cancellationToken: "taken" }),
  ],
];
for (const [what, code, send] of refused) {
  test(`${what} that the engine refuses fails its message alone, with the engine's code`, () => {
    const { run } = setUp((message, context, state) => {
      state.count += 1;
      if (message === "bad") send(message, context, state);
    });
    const { part, stopped } = run("1", "bad", "3") as BatchOutcome;
    assert.deepEqual([part.consumed, counts(part), stopped?.code], [1, [1], code]);
  });
}

test("a token is free for the engine again when this batch has withdrawn its message", () => {
  const { run } = setUp((message, context) => {
    context.cancelDelayedMessage("taken");
    context.sendAfter(1, "test/f", "a", message, { cancellationToken: "taken" });
  });
  const { part } = run("1", "2") as BatchOutcome;
  assert.equal(part.consumed, 2);
});

test("a function can't pretend that the engine has refused something", () => {
  const { run } = setUp(() => {
    throw Object.assign(new Error("no"), { code: "EGRESS_UNKNOWN" });
  });
  assert.equal((run("1") as BatchOutcome).stopped?.code, "HANDLER_FAILED");
});

test("no further message begins when the engine has given the batch up", async () => {
  const begun: string[] = [];
  const { run, taker } = setUp(async (message) => {
    begun.push(message);
    await turn();
  });
  const answer = run("1", "2", "3");
  taker.over = true;
  await answer;
  assert.deepEqual(begun, ["1"]);
});

test("a message that takes too long stops the batch, and what it does then has no effect", async (t) => {
  // The limit's timer does not keep the process alive.
  const alive = setInterval(() => {}, 1000);
  t.after(() => clearInterval(alive));
  const gate = new Gate();
  let failed: unknown;
  const { run, taker } = setUp(async (message, context, state) => {
    state.count += 1;
    if (message !== "slow") return;
    await gate.promise;
    state.count += 1;
    try {
      context.sendEgress("test/out", message);
    } catch (error) {
      failed = error;
    }
  }, 5);
  const { part, stopped } = (await run("1", "slow", "3")) as BatchOutcome;
  assert.equal(stopped?.code, "CALL_TIMEOUT");
  const all = [...taker.parts, part];
  assert.deepEqual([all.reduce((sum, { consumed }) => sum + consumed, 0), all.flatMap(counts)], [1, [1]]);
  gate.open();
  await turn();
  assert.equal((failed as { code?: string }).code, "CONTEXT_CLOSED");
});

test("states that the batch lacks are asked for, and a function that is not there is refused", () => {
  const { taker } = setUp(() => {});
  const state = { count: Types.int };
  const functions = new StatefulFunctions().register("test/f", () => {}, { state });
  const local = new LocalFunctions(functions, { callTimeoutMs: 1000 });
  const batch = { generation: "v3", target, state: [], invocations: [], partsOffered: true } as const;
  const answer = local.run(batch, taker);
  assert.deepEqual("missing" in answer && answer.missing.map(({ name }) => name), ["count"]);
  throwsCode(() => local.run({ ...batch, target: Address.of("test/g", "a") }, taker), "FUNCTION_UNKNOWN", "test/g");
  throwsCode(() => new LocalFunctions({} as never, { callTimeoutMs: 1000 }), "OPTION_INVALID");
});

test("a batch that is given up ends the context of the handler that runs, and nothing of it is told", async () => {
  const gate = new Gate();
  let kept: Context | undefined;
  const { run, taker } = setUp(async (message, context, state) => {
    kept = context;
    state.count += 1;
    context.sendEgress("test/out", message);
    await gate.promise;
    throw new Error("too late");
  });
  void run("1", "2");
  await turn();
  taker.giveUp();
  throwsCode(() => kept?.sendEgress("test/out", "late"), "CONTEXT_CLOSED");
  gate.open();
  await turn();
  await turn();
  assert.deepEqual([taker.parts, kept?.address.id], [[], "a"]);
});

test("a batch that is given up just after a message has ended gives no part", async () => {
  const { run, taker } = setUp(async (message) => {
    if (message === "2") await new Promise<void>(() => {});
  });
  void run("1", "2");
  await Promise.resolve();
  taker.giveUp();
  await turn();
  await turn();
  assert.deepEqual(taker.parts, []);
});

for (const late of [false, true]) {
  const when = late ? "while the batch waits" : "at the batch's end";
  test(`messages whose state has grown too large to be packed ${when} count as not run`, async () => {
    class Growing extends Type<string[]> {
      serialize(value: string[]) {
        return new TextEncoder().encode(JSON.stringify(value));
      }
      deserialize(bytes: Uint8Array) {
        return JSON.parse(new TextDecoder().decode(bytes)) as string[];
      }
      override follow(): Followed<string[]> {
        let taken: string[] = [];
        const pack = () => {
          if (taken.length > 1) throw new RangeError("Invalid string length");
          return this.pack(taken);
        };
        return {
          take: (value) => {
            taken = [...value];
            return true;
          },
          keep() {},
          packTaken: pack,
          packKept: pack,
        };
      }
    }
    const functions = new StatefulFunctions().register(
      "test/f",
      async (message: string, context, { list }) => {
        if (late) await new Promise((resolve) => setImmediate(resolve));
        list.push(message);
        context.sendEgress("test/out", message);
      },
      { handles: [Types.string], state: { list: { type: new Growing("test/growing"), default: () => [] } } },
    );
    const taker = new Taker();
    const invocations = ["1", "2", "3"].map((text) => ({ caller: undefined, argument: Types.string.pack(text) }));
    const state = [{ name: "list", value: undefined }];
    const batch = { generation: "v3", target, state, invocations, partsOffered: true } as const;
    const { part, stopped } = (await new LocalFunctions(functions).run(batch, taker)) as BatchOutcome;
    assert.deepEqual([part.consumed, part.effects.egresses, stopped?.code], [0, [], "HANDLER_FAILED"]);
    assert.equal(
      taker.parts.some(({ consumed }) => consumed > 1),
      false,
    );
  });
}

test("a handler may change the bytes that it gets: the engine's own stay as they are for the next try", () => {
  const raw = custom<Uint8Array>(
    "test/raw",
    (bytes) => bytes,
    (bytes) => bytes,
  );
  const changed: string[] = [];
  const functions = new StatefulFunctions()
    .register("test/f", (value: TypedValue) => changed.push(value.typename, String([...value.value.fill(0)])))
    .register("test/g", (bytes: Uint8Array) => changed.push("raw", String([...bytes.fill(0)])), { handles: [raw] });
  const local = new LocalFunctions(functions);
  for (const name of ["f", "g"]) {
    const value = Uint8Array.of(1, 2);
    const invocations = [{ caller: undefined, argument: new TypedValue("test/raw", value) }];
    const to = Address.of(`test/${name}`, "a");
    local.run({ generation: "v3", target: to, state: [], invocations, partsOffered: true }, new Taker());
    assert.deepEqual([...value], [1, 2]);
  }
  assert.deepEqual(changed, ["test/raw", "0,0", "raw", "0,0"]);
});

test("a batch ends at a message that settles: the engine delivers the others when that one is on disk", async () => {
  const { run } = setUp((message, context, state) => {
    state.count += 1;
    if (message === "step") (context as MessageContext).leaveCode({ settles: true });
  });
  const answer = await run("plain", "step", "plain", "step");
  assert.ok("part" in answer);
  assert.equal(answer.part.consumed, 2);
  assert.deepEqual(answer.part.ends, [{ index: 1, settles: true }]);
  assert.deepEqual(counts(answer.part), [2]);
  assert.equal(answer.stopped, undefined);
});
