// How a function declares its continuations: by the decorator, by inheritance, and by an option of register.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Address,
  type Context,
  Continuation,
  Handles,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { RecordingLogger } from "../support/recording-logger.js";

let act: (text: string) => unknown = (text) => text;
let seen: string[] = [];

@StatefulFunction("cont/shelf")
class Shelf {
  @Handles(Types.string)
  act(text: string) {
    return act(text);
  }
}

test("an address has 1,000 calls without an answer at most", async () => {
  const logger = new RecordingLogger();
  const many = new StatefulFunctions().register(
    "cont/many",
    (count, context) => {
      for (let call = 0; call < count; call += 1) context.call("cont/silent", `${call}`, "?", { then: "done" });
    },
    { handles: [Types.int], continuations: { done: () => {} }, retry: { attempts: 1 } },
  );
  await using app = await TestRuntime.open({ functions: many, logger });
  app.fake("cont/silent", (_text, context) => void context.deferReply());
  await app.call("cont/many", "m", Types.int.pack(1_000));
  await rejectsCode(app.call("cont/many", "m", Types.int.pack(1)), "ADDRESS_PARKED");
  assert.equal((await app.parked())[0]?.code, "CALLS_FULL");
});

test("a registered function has its continuations in its options", async () => {
  const registered = new StatefulFunctions(Shelf).register(
    "cont/counter",
    (text, context, state) => {
      state.asked += 1;
      context.call(Shelf, "tea", text, { then: "told", failed: "refused" });
    },
    {
      handles: [Types.string],
      state: { asked: { type: Types.int, default: 0 }, told: Types.string },
      continuations: {
        async told(answer: string, context, state) {
          await Promise.resolve();
          state.told = `${answer} from ${context.caller} after ${state.asked}`;
        },
        refused: ({ code }: TerminalError, _context, state) => {
          state.told = code;
        },
      },
    },
  );
  await using app = await TestRuntime.open({ functions: registered, logger: new RecordingLogger() });
  act = (text) => {
    if (text === "no") throw new TerminalError("no", { code: "NO" });
    return text;
  };
  const told = async () => ((await app.state("cont/counter", "c")) as { told: string }).told;
  await app.send("cont/counter", "c", "hello");
  await app.settle();
  assert.equal(await told(), "hello from cont/shelf/tea after 1");
  await app.send("cont/counter", "c", "no");
  await app.settle();
  assert.equal(await told(), "NO");
});

test("an inherited continuation, an overridden one and a private one are called as any method is", async () => {
  class Base {
    @Continuation()
    inherited(answer: string) {
      seen.push(`base ${answer}`);
    }
    @Continuation()
    overridden(answer: string) {
      seen.push(`base ${answer}`);
    }
  }
  @StatefulFunction("cont/derived")
  class Derived extends Base {
    @Handles(Types.string)
    ask(then: string, context: Context) {
      context.call(Shelf, "tea", then, { then });
    }
    override overridden(answer: string) {
      seen.push(`derived ${answer}`);
    }
  }
  act = (text) => text;
  seen = [];
  await using app = await TestRuntime.open({ functions: new StatefulFunctions(Shelf, Derived) });
  for (const name of ["inherited", "overridden"]) await app.send(Derived, "d", name);
  await app.settle();
  assert.deepEqual(seen, ["base inherited", "derived overridden"]);
});

test("whoever sends from outside can't answer in the name of a function, even with the token", async () => {
  @StatefulFunction("cont/asking")
  class Asking {
    @Handles(Types.bool)
    ask(_flag: boolean, context: Context) {
      context.call("cont/elsewhere", "e", "?", { then: "told" });
    }
    @Handles(Types.string)
    plain(text: string) {
      seen.push(`plain ${text}`);
    }
    @Continuation()
    told(answer: unknown) {
      seen.push(`told ${answer}`);
    }
  }
  seen = [];
  await using app = await TestRuntime.open({ functions: new StatefulFunctions(Asking), logger: new RecordingLogger() });
  let token = "";
  const asking = Address.of("cont/asking", "a");
  app.fake("cont/elsewhere", (text, context) => {
    if (text === "answer") context.send(asking, "an answer", { metadata: { "statefun-answer": token } });
    else token = context.deferReply().callToken as string;
  });
  await app.send(Asking, "a", true);
  await app.settle();
  assert.notEqual(token, "");
  await app.send(Asking, "a", "sent", { metadata: { "statefun-answer": token } });
  await app.call(Asking, "a", "called", { metadata: { "statefun-answer": token } });
  await app.send("cont/elsewhere", "e", "answer");
  await app.settle();
  assert.deepEqual(seen, ["plain sent", "plain called", "told an answer"]);
});

for (const first of ["run", "handler"] as const) {
  test(`an answer without a token goes to the oldest call of a class: that of its ${first}`, async () => {
    @StatefulFunction("cont/both")
    class Both {
      @Workflow(Types.long)
      async run(_number: bigint, flow: WorkflowContext) {
        seen.push(`run ${await flow.call("cont/elsewhere", "e", "?")}`);
      }
      @Handles(Types.bool)
      handle(_flag: boolean, context: Context) {
        context.call("cont/elsewhere", "e", "?", { then: "told" });
      }
      @Continuation()
      told(answer: unknown) {
        seen.push(`handler ${answer}`);
      }
    }
    seen = [];
    await using app = await TestRuntime.open({ functions: new StatefulFunctions(Both), logger: new RecordingLogger() });
    app.fake("cont/elsewhere", (text, context) => {
      if (text === "?") context.deferReply();
      else context.send(Address.of("cont/both", "b"), text);
    });
    const begin = { run: Types.long.pack(1n), handler: Types.bool.pack(true) };
    for (const which of [first, first === "run" ? "handler" : "run"] as const) {
      await app.send("cont/both", "b", begin[which]);
      await app.advance(10);
    }
    for (const text of ["one", "two"]) await app.send("cont/elsewhere", "e", text);
    await app.settle();
    assert.deepEqual(seen, first === "run" ? ["run one", "handler two"] : ["handler one", "run two"]);
  });
}

test("both dialects' calls of the decorators make the same function", async () => {
  class Legacy {
    ask(text: string, context: Context) {
      context.call(Shelf, "tea", text, { then: "told" });
    }
    told(answer: string) {
      seen.push(`legacy ${answer}`);
    }
  }
  const of = (key: "ask" | "told") => Object.getOwnPropertyDescriptor(Legacy.prototype, key) as any;
  Handles(Types.string)(Legacy.prototype, "ask", of("ask"));
  Continuation(Types.string)(Legacy.prototype, "told", of("told"));
  StatefulFunction("cont/legacy")(Legacy);
  class Standard {
    ask(text: string, context: Context) {
      context.call(Shelf, "tea", text, { then: "told" });
    }
    told(answer: string) {
      seen.push(`standard ${answer}`);
    }
  }
  const metadata = {};
  const at = (name: "ask" | "told") => {
    const access = { get: (instance: Standard) => instance[name], has: () => true };
    return { kind: "method", name, static: false, private: false, metadata, access, addInitializer() {} } as any;
  };
  Handles(Types.string)(Standard.prototype.ask, at("ask"));
  Continuation(Types.string)(Standard.prototype.told, at("told"));
  StatefulFunction("cont/standard")(Standard, {
    kind: "class",
    name: "Standard",
    metadata,
    addInitializer() {},
  } as any);
  act = (text) => text;
  seen = [];
  Object.defineProperty(Standard, Symbol.metadata ?? Symbol.for("Symbol.metadata"), { value: metadata });
  await using app = await TestRuntime.open({ functions: new StatefulFunctions(Shelf, Legacy, Standard) });
  for (const target of [Legacy, Standard]) await app.send(target, "d", "hi");
  await app.settle();
  assert.deepEqual(seen, ["legacy hi", "standard hi"]);
});

test("what is no method, and no type, is refused when the class is evaluated", () => {
  throwsCode(() => {
    class Field {
      // @ts-expect-error a field
      @Continuation()
      field = 1;
    }
    return Field;
  }, "DECORATOR_MISPLACED");
  throwsCode(() => {
    class Generator {
      @Continuation()
      *generator() {}
    }
    return Generator;
  }, "DECORATOR_MISPLACED");
  throwsCode(() => Continuation(undefined as never), "TYPE_UNKNOWN");
  throwsCode(() => {
    const continuations = { done: 5 } as never;
    new StatefulFunctions().register("cont/bad", () => {}, { continuations });
  }, "OPTION_INVALID");
});
