// Names that mean something to JavaScript (__proto__, constructor, …) are plain names wherever a caller can put one.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import protobuf from "protobufjs";
import {
  type Context,
  Handles,
  json,
  RequestReplyHandler,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
} from "../../src/index.js";
import { answerOf, Engine, generations, packed, primitive, requestBytes, shown } from "../support/calls.js";
import { rejectsCode } from "../support/expect-code.js";
import { RecordingLogger } from "../support/recording-logger.js";

const names = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "then",
  "__defineGetter__",
];
const before = Object.getOwnPropertyNames(Object.prototype).sort();

afterEach(() => {
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype).sort(), before);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.equal(([] as unknown as Record<string, unknown>).polluted, undefined);
  assert.equal((Function.prototype as unknown as Record<string, unknown>).polluted, undefined);
});

const Free = json<any>("example/json");
const evil = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":{"__proto__":{"polluted":1}}}';

for (const generation of generations) {
  test(`${generation}: namespaces, names and ids of callers and targets are names`, async () => {
    for (const name of names) {
      const functions = new StatefulFunctions().register(`${name}/${name}`, (_message, context) => {
        context.reply("x");
        context.send(`${name}/${name}`, name, "x");
      });
      const engine = new Engine(functions, generation);
      const argument = primitive(generation, "string", name);
      const answer = await engine.call({
        to: `${name}/${name}/${name}`,
        messages: [{ from: `${name}/${name}/${name}`, argument }],
      });
      assert.deepEqual(
        answer.messages.map(({ to }) => to),
        [`${name}/${name}/${name}`, `${name}/${name}/${name}`],
      );
    }
  });

  test(`${generation}: a function that nobody bound is FUNCTION_UNKNOWN, whatever it is called`, async () => {
    const engine = new Engine(new StatefulFunctions(), generation);
    for (const name of names) {
      const messages = [{ argument: packed("x/y", "1") }];
      await rejectsCode(engine.call({ to: `${name}/${name}/1`, messages }), "FUNCTION_UNKNOWN");
      await rejectsCode(engine.call({ to: `Object/${name}/1`, messages }), "FUNCTION_UNKNOWN");
    }
  });

  test(`${generation}: a message type that nobody handles is MESSAGE_UNHANDLED, whatever it is called`, async () => {
    const functions = new StatefulFunctions().register("a/b", () => {}, { handles: [Types.string] });
    const engine = new Engine(functions, generation);
    for (const name of names) {
      for (const typename of [name, `a/${name}`, `type.googleapis.com/${name}`]) {
        await rejectsCode(
          engine.call({ to: "a/b/1", messages: [{ argument: packed(typename, "1") }] }),
          "MESSAGE_UNHANDLED",
        );
      }
    }
  });

  test(`${generation}: states that the engine sends and nobody declared change no property of the instance`, async () => {
    @StatefulFunction("a/b")
    class Plain {
      @State("count", Types.int) count = 0;
      @Handles(Types.string)
      handle(_text: string, context: Context) {
        assert.equal(Object.getPrototypeOf(this), Plain.prototype);
        assert.equal(this.constructor, Plain);
        assert.deepEqual(Object.keys(this), ["count"]);
        context.send("c/d", "1", this.toString());
      }
    }
    const engine = new Engine(new StatefulFunctions(Plain), generation);
    const state = new Map<string, ReturnType<typeof packed> | undefined>([["count", undefined]]);
    for (const name of names) state.set(name, packed("example/json", evil));
    const argument = primitive(generation, "string", "x");
    const answer = await engine.call({ to: "a/b/1", state, messages: [{ argument }] });
    assert.deepEqual(answer.messages[0]?.argument, shown(primitive(generation, "string", "[object Object]")));
    assert.deepEqual(answer.mutations, []);
  });

  test(`${generation}: states by those names hold values, by property and by name`, async () => {
    const functions = new StatefulFunctions().register(
      "a/b",
      (_message, context, state: Record<string, any>) => {
        for (const name of names.slice(1)) state[name] = `${state[name]}!`;
        context.state.set("__proto__", Types.string.pack("set by name"));
      },
      {
        state: {
          ...Object.fromEntries(names.slice(1).map((name) => [name, Types.string])),
          key: { type: Types.string, name: "__proto__" },
        },
      },
    );
    const engine = new Engine(functions, generation);
    const state = new Map(names.map((name) => [name, primitive(generation, "string", name)]));
    const { mutations } = await engine.call({ to: "a/b/1", state, messages: [{ argument: packed("x/y", "1") }] });
    const expected = names.map((name) => ({
      name,
      value: shown(primitive(generation, "string", name === "__proto__" ? "set by name" : `${name}!`)),
    }));
    assert.deepEqual(
      new Set(mutations.map((entry) => JSON.stringify(entry))),
      new Set(expected.map((entry) => JSON.stringify(entry))),
    );
  });

  test(`${generation}: JSON with those keys is read and written as it is`, async () => {
    const functions = new StatefulFunctions().register(
      "a/b",
      (value, context, state) => {
        assert.equal(Object.getPrototypeOf(value), Object.prototype);
        assert.equal(value.polluted, undefined);
        assert.deepEqual(Object.keys(value), ["__proto__", "constructor", "a"]);
        context.send("c/d", "1", Free.pack(value));
        state.kept = value;
      },
      { handles: [Free], state: { kept: Free } },
    );
    const engine = new Engine(functions, generation);
    const kept = packed("example/json", '{"__proto__":{"polluted":2}}');
    const answer = await engine.call({
      to: "a/b/1",
      state: { kept },
      messages: [{ argument: packed("example/json", evil) }],
    });
    assert.equal(answer.messages[0]?.argument.hex, Buffer.from(evil).toString("hex"));
    assert.equal(answer.mutations[0]?.value?.hex, Buffer.from(evil).toString("hex"));
  });

  test(`${generation}: egresses by those names are names`, async () => {
    const functions = new StatefulFunctions().register("a/b", (_message, context) => {
      for (const name of names) context.sendEgress(`${name}/${name}`, name);
    });
    const answer = await new Engine(functions, generation).call({
      to: "a/b/1",
      messages: [{ argument: packed("x/y", "") }],
    });
    assert.deepEqual(
      answer.egresses.map(({ egress }) => egress),
      names.map((name) => `${name}/${name}`),
    );
  });

  test(`${generation}: a map field of a protobuf message takes those keys, and pollutes nothing`, async () => {
    const { root } = protobuf.parse('syntax = "proto3"; package t; message M { map<string, string> m = 1; }');
    const M = root.lookupType("t.M");
    const functions = new StatefulFunctions().register(
      "a/b",
      (value, context) =>
        context.sendEgress(
          "a/out",
          String(Object.getPrototypeOf(value.m) === Object.prototype || Object.getPrototypeOf(value.m) === null),
        ),
      { handles: [M] },
    );
    const entry = (key: string) => {
      const pair = Buffer.concat([
        Buffer.from([0x0a, key.length]),
        Buffer.from(key),
        Buffer.from([0x12, 8]),
        Buffer.from("polluted"),
      ]);
      return Buffer.concat([Buffer.from([0x0a, pair.length]), pair]);
    };
    const argument = packed("type.googleapis.com/t.M", Buffer.concat(names.map(entry)));
    const answer = await new Engine(functions, generation).call({ to: "a/b/1", messages: [{ argument }] });
    assert.equal(answer.egresses[0]?.argument.hex, shown(primitive(generation, "string", "true")).hex);
  });
}

test("cancellation tokens by those names are told apart, pending and cancelled", async () => {
  const functions = new StatefulFunctions().register("a/b", (_message, context) => {
    for (const cancellationToken of names) context.sendAfter(5, "c/d", "1", "x", { cancellationToken });
    for (const token of names) context.cancelDelayedMessage(token);
  });
  const handler = new RequestReplyHandler(functions, { logger: new RecordingLogger() });
  const bytes = requestBytes("v3", { to: "a/b/1", messages: [{ argument: packed("x/y", "") }] });
  const { delayed } = answerOf("v3", await handler.handle(bytes));
  assert.deepEqual(
    delayed.map((entry) => ("cancel" in entry ? entry.cancel : entry.token)),
    [...names, ...names],
  );
});

test("options by those names are OPTION_INVALID, or are ignored", () => {
  const polluting = JSON.parse('{"__proto__":{"generation":"v2"}}');
  assert.throws(() => new RequestReplyHandler(new StatefulFunctions(), polluting), { code: "OPTION_INVALID" });
});
