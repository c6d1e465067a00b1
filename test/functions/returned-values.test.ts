// What a handler returns: the answer to a client that waits, and nothing to anyone else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { type Context, Handles, StatefulFunction, StatefulFunctions, TypedValue, Types } from "../../src/index.js";
import { Address } from "../../src/model/address.js";
import { clientName, clientNamespace, isClient } from "../../src/model/client-address.js";
import { Engine, generations, message, primitive, shown } from "../support/calls.js";
import { rejectsCode } from "../support/expect-code.js";

const { Greeting } = example;
const client = `${clientNamespace}/${clientName}/call-1`;

@StatefulFunction("example/answering")
class Answering {
  static act: (context: Context) => unknown;
  @Handles(Types.string)
  handle(_message: string, context: Context) {
    return Answering.act(context);
  }
}
const functions = new StatefulFunctions(Answering);
functions.register("example/registered", (_message, context) => Answering.act(context), { handles: [Types.string] });

test("only the name that clients have is a client's", () => {
  assert.equal(isClient(Address.of("statefun.client/call", "1")), true);
  for (const other of ["statefun.client/called", "statefun/client/call", "call/statefun.client"]) {
    assert.equal(isClient(Address.of(other, "1")), false, other);
  }
});

for (const generation of generations) {
  const engine = new Engine(functions, generation);
  const call = (act: (context: Context) => unknown, { from = client, to = "example/answering/one" } = {}) => {
    Answering.act = act;
    const argument = primitive(generation, "string", "go");
    return engine.call({ to, messages: [from === "" ? { argument } : { argument, from }] });
  };
  const json = (text: string) => ({ typename: "statefun.types/json", hex: Buffer.from(text).toString("hex") });

  test(`${generation}: a returned message answers a client, as reply does`, async () => {
    const greeting = Greeting.create({ text: "hi" });
    const replied = await call((context) => context.reply(greeting));
    assert.deepEqual(replied.messages, [{ to: client, argument: shown(message(Greeting, { text: "hi" })) }]);
    assert.deepEqual(await call(() => greeting), replied);
    assert.deepEqual(await call(async () => greeting), replied);
    assert.deepEqual(await call(() => greeting, { to: "example/registered/one" }), replied);
    assert.deepEqual(await call(async () => greeting, { to: "example/registered/one" }), replied);
  });

  test(`${generation}: a value returned to a function or an ingress, and undefined, are ignored`, async () => {
    for (const from of ["", "example/caller/x", "statefun.client/other/x", "other/call/x"]) {
      assert.deepEqual((await call(() => Greeting.create({ text: "hi" }), { from })).messages, [], from);
      assert.deepEqual((await call(async () => () => "no value", { from })).messages, [], from);
    }
    assert.deepEqual((await call(() => undefined)).messages, []);
    assert.deepEqual((await call(async () => undefined)).messages, []);
  });

  test(`${generation}: values that name no type are answered as a client reads them: doubles and JSON`, async () => {
    const answers: [unknown, unknown][] = [
      ["text", shown(primitive(generation, "string", "text"))],
      [true, shown(primitive(generation, "bool", true))],
      [2.5, shown(primitive(generation, "double", 2.5))],
      [Types.int.pack(5), shown(primitive(generation, "int", 5))],
      [new TypedValue("a/b", Buffer.of(7)), { typename: "a/b", hex: "07" }],
      [null, json("null")],
      [[1, "b"], json('[1,"b"]')],
      [{ total: 3, of: { what: null } }, json('{"total":3,"of":{"what":null}}')],
    ];
    for (const [value, argument] of answers) {
      assert.deepEqual((await call(() => value)).messages, [{ to: client, argument }], JSON.stringify(argument));
    }
  });

  test(`${generation}: a value that can't be an answer fails the call, in a sync and an async handler`, async () => {
    for (const act of [() => new Map(), async () => new Map()]) await rejectsCode(call(act), "VALUE_INVALID");
    for (const act of [() => () => 1, async () => Symbol("s")]) await rejectsCode(call(act), "VALUE_UNTYPED");
  });

  test(`${generation}: a client that was replied to is answered once`, async () => {
    const both = (context: Context) => {
      context.reply("first");
      return "second";
    };
    const first = [{ to: client, argument: shown(primitive(generation, "string", "first")) }];
    assert.deepEqual((await call(both)).messages, first);
    assert.deepEqual((await call(async (context) => both(context))).messages, first);
  });

  test(`${generation}: a deferred reply is the caller's address, which is no answer when it is returned`, async () => {
    const defer = (context: Context) => {
      const caller = context.deferReply<string>();
      assert.equal(String(caller), String(context.caller));
      return caller;
    };
    for (const from of [client, "example/caller/x"]) {
      assert.deepEqual((await call(defer, { from })).messages, []);
      assert.deepEqual((await call(async (context) => defer(context), { from })).messages, []);
    }
    await rejectsCode(call(defer, { from: "" }), "CALLER_MISSING");
  });

  test(`${generation}: a handler that defers its reply and then gives one, gives it at once`, async () => {
    const first = [{ to: client, argument: shown(primitive(generation, "string", "now")) }];
    const deferred = (act: (context: Context) => unknown) =>
      call((context) => {
        context.deferReply();
        return act(context);
      });
    assert.deepEqual((await deferred((context) => context.reply("now"))).messages, first);
    assert.deepEqual((await deferred(() => "now")).messages, first);
  });

  test(`${generation}: the context of a handler that returned a value is closed`, async () => {
    for (const isAsync of [false, true]) {
      let kept: Context | undefined;
      await call((context) => {
        kept = context;
        return isAsync ? Promise.resolve("done") : "done";
      });
      assert.throws(() => kept?.reply("late"), { code: "CONTEXT_CLOSED" });
      assert.throws(() => kept?.deferReply(), { code: "CONTEXT_CLOSED" });
    }
  });

  test(`${generation}: every message of a batch answers its own client`, async () => {
    let count = 0;
    Answering.act = () => `answer ${++count}`;
    const argument = primitive(generation, "string", "go");
    const froms = ["statefun.client/call/1", "example/caller/x", "statefun.client/call/2"];
    const { messages } = await engine.call({
      to: "example/answering/one",
      messages: froms.map((from) => ({ argument, from })),
    });
    assert.deepEqual(messages, [
      { to: froms[0], argument: shown(primitive(generation, "string", "answer 1")) },
      { to: froms[2], argument: shown(primitive(generation, "string", "answer 3")) },
    ]);
  });
}
