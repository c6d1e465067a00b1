// Half of a surrogate pair, as slice leaves it of an emoji, is refused wherever a function writes it: UTF-8 can't carry it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import {
  type Context,
  Handles,
  kafkaRecord,
  kinesisRecord,
  State,
  StatefulFunction,
  StatefulFunctions,
  TypedValue,
  Types,
} from "../../src/index.js";
import { clientName, clientNamespace } from "../../src/model/client-address.js";
import { Engine, generations, primitive } from "../support/calls.js";
import { rejectsCode } from "../support/expect-code.js";

const { User } = example;
const half = "😀".slice(0, 1);

@StatefulFunction("example/writer")
class Writer {
  static act: (self: Writer, context: Context) => unknown;
  @State("user", User) user?: example.User;
  @State("other", User) other = User.create({ name: "nobody" });
  @State("text", Types.string) text?: string;

  @Handles(Types.string)
  handle(_message: string, context: Context) {
    return Writer.act(this, context);
  }
}

const inMessage = User.create({ name: half });
const inTypename = new TypedValue(`example/${half}`);

const refused: [string, (self: Writer, context: Context) => unknown, string][] = [
  ["a state that is assigned", (self) => void Object.assign(self, { user: inMessage }), "VALUE_INVALID"],
  ["a state that is changed inside", (self) => void Object.assign(self.other, { name: half }), "VALUE_INVALID"],
  ["a state of text", (self) => void Object.assign(self, { text: half }), "VALUE_INVALID"],
  ["a state by name", (_, { state }) => state.set("user", inMessage), "VALUE_INVALID"],
  ["a message", (_, context) => context.send("example/other", "1", inMessage), "VALUE_INVALID"],
  ["a reply", (_, context) => context.reply(inMessage), "VALUE_INVALID"],
  ["a delayed message", (_, context) => context.sendAfter(1, "example/other", "1", inMessage), "VALUE_INVALID"],
  ["an egress record", (_, context) => context.sendEgress("example/out", inMessage), "VALUE_INVALID"],
  ["a returned value", () => inMessage, "VALUE_INVALID"],
  ["text as a message", (_, context) => context.send("example/other", "1", half), "VALUE_INVALID"],
  ["the typename of a message", (_, context) => context.send("example/other", "1", inTypename), "TYPE_NAME_INVALID"],
  ["the typename of a state", (_, { state }) => state.set("user", inTypename), "TYPE_NAME_INVALID"],
  ["the typename of a returned value", () => inTypename, "TYPE_NAME_INVALID"],
  ["the type name of a target", (_, context) => context.send(`example/${half}`, "1", "x"), "TYPE_NAME_INVALID"],
  ["the namespace of a target", (_, context) => context.send(`${half}/other`, "1", "x"), "TYPE_NAME_INVALID"],
  ["the id of a target", (_, context) => context.send("example/other", half, "x"), "ID_MISSING"],
  ["the name of an egress", (_, context) => context.sendEgress(`example/${half}`, "x"), "TYPE_NAME_INVALID"],
  ["a record's topic", () => kafkaRecord({ topic: half, value: "x" }), "EGRESS_RECORD_INVALID"],
  ["a record's key", () => kafkaRecord({ topic: "t", key: half, value: "x" }), "EGRESS_RECORD_INVALID"],
  ["a record's text", () => kafkaRecord({ topic: "t", value: half }), "EGRESS_RECORD_INVALID"],
  ["a record's message", () => kafkaRecord({ topic: "t", value: inMessage }), "VALUE_INVALID"],
  [
    "a record's hash key",
    () => kinesisRecord({ stream: "s", partitionKey: "p", explicitHashKey: half, value: "x" }),
    "EGRESS_RECORD_INVALID",
  ],
];

for (const generation of generations) {
  const engine = new Engine(new StatefulFunctions(Writer), generation);
  const call = (act: typeof Writer.act) => {
    Writer.act = act;
    return engine.call({
      to: "example/writer/1",
      state: { user: undefined, other: undefined, text: undefined },
      messages: [{ argument: primitive(generation, "string", "go"), from: `${clientNamespace}/${clientName}/1` }],
    });
  };

  for (const [place, act, code] of refused) {
    test(`${generation}: ${place}`, async () => {
      await rejectsCode(call(act), code as "VALUE_INVALID");
    });
  }

  test(`${generation}: an empty key of a record is no fault`, async () => {
    const { egresses } = await call((_, context) => {
      context.sendEgress("example/out", kafkaRecord({ topic: "t", key: "", value: "" }));
      context.sendEgress("example/out", kafkaRecord({ topic: "😀", key: "😀", value: "😀" }));
    });
    assert.equal(egresses.length, 2);
  });
}
