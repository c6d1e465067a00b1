// Calls of ordinary handlers whose answers go to other methods.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Address,
  type Context,
  Continuation,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  TypedValue,
  Types,
} from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";
import { rejectsCode } from "../support/expect-code.js";
import { RecordingLogger } from "../support/recording-logger.js";

const Take = json<{ pieces: number }>("cont/take");
const Taken = json<{ left: number }>("cont/taken");

/** What the function that is called does with a text. */
let act: (text: string, context: Context) => unknown = () => undefined;
/** What the methods of the caller have seen. */
let seen: unknown[] = [];
/** What a continuation does besides. */
let fails: () => void = () => {};
let options: object = {};

@StatefulFunction("cont/shelf")
class Shelf {
  @State("pieces", Types.int) pieces = 3;
  @State("asker", Types.address) asker?: Context["caller"];

  @Handles(Take)
  take({ pieces }: { pieces: number }) {
    if (pieces > this.pieces) throw new TerminalError("sold out", { code: "SOLD_OUT", details: { left: this.pieces } });
    this.pieces -= pieces;
    return Taken.pack({ left: this.pieces });
  }

  @Handles(Types.string)
  act(text: string, context: Context) {
    return act(text, context);
  }
}

@StatefulFunction("cont/cart", { retry: { attempts: 3, firstDelay: 100 } })
class Cart {
  @State("log", json<string[]>("cont/log")) log: string[] = [];

  @Handles(Take)
  take(take: { pieces: number }, context: Context<Cart>) {
    this.log.push("asked");
    const timeout = { seconds: 30 };
    context.call(Shelf, "tea", Take.pack(take), { then: "taken", failed: "notTaken", timeout });
  }

  @Handles(Types.string)
  ask(text: string, context: Context) {
    context.call(Shelf, "tea", text, { then: "anything", failed: "notTaken", ...options });
  }

  @Handles(Types.bool, { readOnly: true })
  look(_question: boolean) {
    return this.log;
  }

  @Continuation(Taken)
  taken({ left }: { left: number }, context: Context) {
    this.log.push(`${left} left, says ${context.caller}`);
    fails();
  }

  @Continuation()
  async notTaken(error: TerminalError) {
    this.log.push(error.code);
    seen.push(error);
  }

  @Continuation()
  anything(answer: unknown, context: Context) {
    seen.push(answer, ...[...context.metadata].map(([name]) => name));
  }

  @Continuation(TypedValue)
  raw(answer: TypedValue) {
    seen.push(answer.typename);
  }

  @Continuation(Types.int, Types.string)
  either(answer: number | string) {
    seen.push(answer);
  }

  notMarked() {}
}

const functions = () => new StatefulFunctions(Shelf, Cart);

async function open(logger = new RecordingLogger()) {
  act = (text) => text;
  seen = [];
  fails = () => {};
  options = {};
  const app = await TestRuntime.open({ functions: functions(), logger });
  const log = async () => (await app.call(Cart, "c", true)) as string[];
  const ask = async (text: string, more: object = {}) => {
    seen = [];
    options = more;
    await app.send(Cart, "c", text);
    await app.settle();
    return seen;
  };
  return { app, log, ask, logger };
}

test("an answer goes to the method that was named, and a failure to the other one", async () => {
  const { app, log } = await open();
  await using _ = app;
  await app.send(Cart, "c", Take.pack({ pieces: 2 }));
  await app.settle();
  assert.deepEqual(await log(), ["asked", "1 left, says cont/shelf/tea"]);
  await app.send(Cart, "c", Take.pack({ pieces: 2 }));
  await app.settle();
  assert.deepEqual((await log()).slice(2), ["asked", "SOLD_OUT"]);
  const [error] = seen as [TerminalError];
  assert.ok(error instanceof TerminalError);
  assert.deepEqual([error.message, error.details, error.status], ["sold out", { left: 1 }, 422]);
  assert.deepEqual(await app.delayed(), [], "the timers are withdrawn");
});

test("an answer is what the handler returns, replies, sends later or sends without the token; and nothing", async () => {
  const { app, ask } = await open();
  await using _ = app;
  let later: Context["caller"];
  const acts: Record<string, (context: Context) => unknown> = {
    returned: () => ({ a: [1] }),
    number: () => 5,
    nothing: () => undefined,
    replied: (context) => context.reply("replied", { metadata: { trace: "1" } }),
    sent: (context) => context.send(context.caller as NonNullable<Context["caller"]>, 7n),
    deferred: (context) => {
      later = context.deferReply();
    },
    now: (context) => context.send(later as NonNullable<Context["caller"]>, "later"),
    refused: (context) => context.reply(new TerminalError("no", { code: "NO" })),
  };
  act = (text, context) => acts[text]?.(context);
  assert.deepEqual(await ask("returned"), [{ a: [1] }]);
  assert.deepEqual(await ask("number"), [5]);
  assert.deepEqual(await ask("nothing"), [undefined]);
  assert.deepEqual(await ask("replied"), ["replied", "trace"]);
  assert.deepEqual(await ask("sent"), [7n]);
  assert.deepEqual(await ask("deferred"), []);
  await app.send("cont/shelf", "tea", "now");
  await app.settle();
  assert.deepEqual(seen, ["later"]);
  assert.deepEqual(
    (await ask("refused")).map((error) => (error as TerminalError).code),
    ["NO"],
  );
});

test("a method says as which types it takes answers", async () => {
  const { app, ask } = await open();
  await using _ = app;
  act = (text) => (text === "int" ? Types.int.pack(5) : text);
  assert.deepEqual(await ask("text", { then: "raw" }), [Types.string.typename]);
  assert.deepEqual(await ask("text", { then: "either" }), ["text"]);
  assert.deepEqual(await ask("int", { then: "either" }), [5]);
});

test("an answer that the method can't read parks the address with the reason", async () => {
  for (const [then, code] of [
    ["anything", "TYPE_UNKNOWN"],
    ["taken", "VALUE_UNREADABLE"],
    ["either", "VALUE_UNREADABLE"],
  ]) {
    const { app, ask } = await open();
    await using _ = app;
    act = () => new TypedValue("nobody/knows", Buffer.of(1));
    await ask("go", { then });
    await app.advance({ minutes: 1 });
    assert.deepEqual(
      (await app.parked()).map((parked) => parked.code),
      [code],
    );
  }
});

test("a call whose time is over fails, and an answer that comes later is dropped", async () => {
  const { app, ask, log } = await open();
  await using _ = app;
  let later: Context["caller"];
  act = (text, context) => {
    if (text === "ask") later = context.deferReply();
    else context.send(later as NonNullable<Context["caller"]>, "too late");
  };
  await ask("ask", { timeout: { seconds: 30 } });
  await app.advance({ seconds: 29 });
  assert.deepEqual(seen, []);
  await app.crash();
  await app.advance({ seconds: 1 });
  assert.deepEqual(await log(), ["ANSWER_TIMEOUT"]);
  assert.ok((seen as unknown[]).every((error) => error instanceof TerminalError));
  await app.send("cont/shelf", "tea", "answer");
  await app.settle();
  assert.deepEqual(seen.length, 1);
  assert.deepEqual([await app.parked(), await app.delayed()], [[], []]);
});

test("an answer in time withdraws the timer", async () => {
  const { app, ask, log } = await open();
  await using _ = app;
  assert.deepEqual(await ask("now", { timeout: { seconds: 30 } }), ["now"]);
  await app.advance({ minutes: 1 });
  assert.deepEqual(await log(), []);
});

test("a failure that no method takes is logged, and the call is forgotten", async () => {
  const { app, ask, log, logger } = await open();
  await using _ = app;
  act = () => {
    throw new TerminalError("no more", { code: "NO_MORE" });
  };
  await ask("go", { failed: undefined });
  const lines = logger.lines.filter((line) => line.includes("NO_MORE") && line.includes("cont/cart/c"));
  assert.equal(lines.length, 1, logger.lines.join("\n"));
  assert.deepEqual([await log(), seen, await app.parked()], [[], [], []]);
});

test("a name that no method with @Continuation has is refused at once", async () => {
  const { app } = await open();
  await using _ = app;
  for (const [then, failed] of [
    ["takn", undefined],
    ["notMarked", undefined],
    ["anything", "lost"],
  ]) {
    options = { then, failed };
    await rejectsCode(app.call(Cart, `${then}`, "go"), "CONTINUATION_UNKNOWN");
  }
  options = { then: undefined };
  await rejectsCode(app.call(Cart, "n", "go"), "OPTION_INVALID");
});

test("a class without continuations, and a step, can't call", async () => {
  @StatefulFunction("cont/none")
  class None {
    @Handles(Types.string)
    ask(text: string, context: Context) {
      context.call("cont/none", "other", text, { then: "ask" });
    }
  }
  await using app = await TestRuntime.open({ functions: new StatefulFunctions(None), logger: new RecordingLogger() });
  await rejectsCode(app.call(None, "n", "go"), "CONTINUATION_UNKNOWN");
});

test("a handler that only looks can't call", async () => {
  @StatefulFunction("cont/looks")
  class Looks {
    @Handles(Types.string, { readOnly: true })
    ask(text: string, context: Context) {
      context.call("cont/looks", "other", text, { then: "taken" });
    }
    @Continuation()
    taken() {}
  }
  await using app = await TestRuntime.open({ functions: new StatefulFunctions(Looks), logger: new RecordingLogger() });
  await rejectsCode(app.call(Looks, "n", "go"), "HANDLER_READ_ONLY");
});

test("a continuation that fails is tried again with the same answer, and changes the state once", async () => {
  const { app, log } = await open();
  await using _ = app;
  let tries = 0;
  fails = () => {
    tries += 1;
    if (tries < 3) throw new Error("on purpose");
  };
  await app.send(Cart, "c", Take.pack({ pieces: 2 }));
  await app.advance({ minutes: 1 });
  assert.equal(tries, 3);
  assert.deepEqual(await log(), ["asked", "1 left, says cont/shelf/tea"]);
});

test("a continuation that refuses its answer gives the call back, whose time ends it then", async () => {
  const { app, log } = await open();
  await using _ = app;
  fails = () => {
    throw new TerminalError("I do not want it", { code: "REFUSED" });
  };
  await app.send(Cart, "c", Take.pack({ pieces: 2 }));
  await app.settle();
  assert.deepEqual(await log(), ["asked"]);
  await app.advance({ minutes: 1 });
  assert.deepEqual(await log(), ["asked", "ANSWER_TIMEOUT"]);
});

test("calls and their answers outlive a crash at any moment", async () => {
  const { app, log } = await open();
  await using _ = app;
  let later: Context["caller"];
  act = (text, context) => {
    if (text === "ask") later = context.deferReply();
    else context.send(later as NonNullable<Context["caller"]>, Taken.pack({ left: 9 }));
  };
  options = { then: "taken" };
  await app.send(Cart, "c", "ask");
  await app.settle();
  await app.crash();
  await app.send("cont/shelf", "tea", "answer");
  await app.crash();
  await app.settle();
  assert.deepEqual(await log(), ["9 left, says cont/shelf/tea"]);
});

test("answers without a token go to the oldest call of the address that sent them", async () => {
  @StatefulFunction("cont/mixed")
  class Mixed {
    @Handles(Types.string)
    ask(then: string, context: Context) {
      context.call("cont/elsewhere", "e", then, { then, failed: "failed" });
    }
    @Handles(Types.long)
    handled(value: bigint) {
      seen.push(`handled ${value}`);
    }
    @Handles()
    rest({ typename }: TypedValue) {
      seen.push(`rest ${typename}`);
    }
    @Continuation(Types.int)
    one(answer: number) {
      seen.push(`one ${answer}`);
    }
    @Continuation(Types.int)
    two(answer: number) {
      seen.push(`two ${answer}`);
    }
    @Continuation()
    failed({ code }: TerminalError) {
      seen.push(code);
    }
  }
  seen = [];
  await using app = await TestRuntime.open({ functions: new StatefulFunctions(Mixed), logger: new RecordingLogger() });
  const address = Address.of("cont/mixed", "m");
  app.fake("cont/elsewhere", (_text, context) => void context.deferReply());
  app.fake("cont/other", (_text, context) => context.send(address, Types.int.pack(9)));
  const answers: Record<string, TypedValue> = {
    long: Types.long.pack(3n),
    int: Types.int.pack(1),
    "int again": Types.int.pack(2),
    failure: new TypedValue("statefun.types/failure", Buffer.from(JSON.stringify({ code: "NO", message: "no" }))),
    "int at last": Types.int.pack(4),
  };
  for (const method of ["one", "two", "one"]) await app.send(Mixed, "m", method);
  await app.settle();
  await app.send("cont/other", "o", "an address that was not called");
  await app.settle();
  app.fake("cont/elsewhere", (text, context) => context.send(address, answers[text] as TypedValue));
  for (const text of Object.keys(answers)) await app.send("cont/elsewhere", "e", text);
  await app.settle();
  assert.deepEqual(seen, [
    "rest io.statefun.types/int",
    "handled 3",
    "one 1",
    "two 2",
    "NO",
    "rest io.statefun.types/int",
  ]);
});
