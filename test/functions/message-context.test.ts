// What the context sends, where to, in which order; and each wrong argument.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import {
  Address,
  type Context,
  Handles,
  kafkaRecord,
  kinesisRecord,
  StatefulFunction,
  StatefulFunctions,
  Types,
} from "../../src/index.js";
import { Engine, generations, message, primitive, shown } from "../support/calls.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { egressRecords, reflected } from "../support/reflection.js";

const { User, Greeting } = example;
const hello = Greeting.create({ text: "hello" });
const packedHello = shown(message(Greeting, { text: "hello" }));

@StatefulFunction("org.example/team/greeter")
class Greeter {
  @Handles(Greeting)
  greeting() {}
}
class Undecorated {}

@StatefulFunction("example/probe")
class Probe {
  static act: (context: Context) => unknown;
  @Handles(Types.string)
  handle(_message: string, context: Context) {
    return Probe.act(context);
  }
}
const functions = new StatefulFunctions(Probe);

for (const generation of generations) {
  const engine = new Engine(functions, generation);
  const act = (run: (context: Context) => unknown, from?: string) => {
    Probe.act = run;
    const argument = primitive(generation, "string", "go");
    return engine.call({ to: "example/probe/one", messages: [{ argument, ...(from !== undefined && { from }) }] });
  };

  test(`${generation}: the context has the address and the caller`, async () => {
    const seen: unknown[] = [];
    const note = ({ address, caller }: Context) => void seen.push(String(address), caller && String(caller));
    await act(note);
    await act(note, "a.b/c/caller/x");
    assert.deepEqual(seen, ["example/probe/one", undefined, "example/probe/one", "a.b/c/caller/x"]);
  });

  test(`${generation}: a function with an empty id sends to itself, and to a caller with one`, async () => {
    Probe.act = (context) => {
      context.send(context.address, hello);
      context.send("example/probe", "", hello);
      context.send(context.caller as Address, hello);
      context.sendAfter(5, context.address, hello);
    };
    const argument = primitive(generation, "string", "go");
    const { messages, delayed } = await engine.call({
      to: "example/probe/",
      messages: [{ argument, from: "a/caller/" }],
    });
    assert.deepEqual(
      messages.map(({ to }) => to),
      ["example/probe/", "example/probe/", "a/caller/"],
    );
    assert.equal((delayed[0] as { to: string }).to, "example/probe/");
  });

  test(`${generation}: a message is sent by class, by type name and by address`, async () => {
    const { messages } = await act((context) => {
      context.send(Greeter, "1", hello);
      context.send("a/b/c", "2", hello);
      context.send(Address.of("a/b", "3"), hello);
      context.send(context.address, hello);
    });
    assert.deepEqual(messages, [
      { to: "org.example/team/greeter/1", argument: packedHello },
      { to: "a/b/c/2", argument: packedHello },
      { to: "a/b/3", argument: packedHello },
      { to: "example/probe/one", argument: packedHello },
    ]);
  });

  test(`${generation}: a message is packed already or packs itself`, async () => {
    const { messages } = await act((context) => {
      context.send("a/b", "1", Types.int.pack(5));
      context.send("a/b", "1", "text");
      context.send("a/b", "1", false);
      context.send("a/b", "1", 5n);
      context.send("a/b", "1", Uint8Array.of(7));
      context.send("a/b", "1", User.create({ name: "Seth" }));
    });
    assert.deepEqual(
      messages.map(({ argument }) => argument),
      [
        shown(primitive(generation, "int", 5)),
        shown(primitive(generation, "string", "text")),
        shown(primitive(generation, "bool", false)),
        shown(primitive(generation, "long", 5n)),
        { typename: "type.googleapis.com/google.protobuf.BytesValue", hex: "0a0107" },
        shown(message(User, { name: "Seth" })),
      ],
    );
  });

  test(`${generation}: a message is sent as it was when it was sent`, async () => {
    const { messages } = await act((context) => {
      const user = User.create({ name: "one" });
      context.send("a/b", "1", user);
      user.name = "two";
      context.send("a/b", "1", user);
    });
    const sent = ["one", "two"].map((name) => shown(message(User, { name })));
    assert.deepEqual(
      messages.map(({ argument }) => argument),
      sent,
    );
  });

  test(`${generation}: a reply goes to the caller`, async () => {
    const { messages } = await act((context) => context.reply(hello), "a/b/caller");
    assert.deepEqual(messages, [{ to: "a/b/caller", argument: packedHello }]);
  });

  test(`${generation}: a reply without a caller is CALLER_MISSING and names the address`, async () => {
    await rejectsCode(
      act((context) => context.reply(hello)),
      "CALLER_MISSING",
      "example/probe/one",
    );
  });

  test(`${generation}: a delayed message is sent after milliseconds or units`, async () => {
    const { delayed, messages } = await act((context) => {
      context.sendAfter({ minutes: 30 }, Greeter, "1", hello);
      context.sendAfter(1500, "a/b", "2", hello);
      context.sendAfter({ days: 1, milliseconds: 1 }, Address.of("a/b", "3"), hello);
      context.sendAfter(0, context.address, hello);
    });
    assert.deepEqual(messages, []);
    assert.deepEqual(delayed, [
      { to: "org.example/team/greeter/1", argument: packedHello, delayMs: 1_800_000 },
      { to: "a/b/2", argument: packedHello, delayMs: 1500 },
      { to: "a/b/3", argument: packedHello, delayMs: 86_400_001 },
      { to: "example/probe/one", argument: packedHello, delayMs: 0 },
    ]);
  });

  test(`${generation}: a message to a date waits until then, and one to a past date does not wait`, async (t) => {
    const now = Date.UTC(2026, 0, 1);
    t.mock.method(Date, "now", () => now);
    const { delayed } = await act((context) => {
      context.sendAt(new Date(now + 60_000), Greeter, "1", hello);
      context.sendAt(now + 1500.2, "a/b", "2", hello);
      context.sendAt(new Date(now - 60_000), Address.of("a/b", "3"), hello);
      context.sendAt(0, context.address, hello);
    });
    const waits = delayed.map((entry) => "to" in entry && [entry.to, entry.delayMs]);
    assert.deepEqual(waits, [
      ["org.example/team/greeter/1", 60_000],
      ["a/b/2", 1501],
      ["a/b/3", 0],
      ["example/probe/one", 0],
    ]);
  });

  test(`${generation}: an egress is written to by its type name`, async () => {
    const { egresses } = await act((context) => {
      context.sendEgress("org.example/out/kafka", hello);
      context.sendEgress("a/b", "text");
    });
    assert.deepEqual(egresses, [
      { egress: "org.example/out/kafka", argument: packedHello },
      { egress: "a/b", argument: shown(primitive(generation, "string", "text")) },
    ]);
  });

  test(`${generation}: Kafka and Kinesis records are the generation's own`, async () => {
    const { egresses } = await act((context) => {
      context.sendEgress("a/kafka", kafkaRecord({ topic: "t", key: "k", value: "v" }));
      context.sendEgress("a/kinesis", kinesisRecord({ stream: "s", partitionKey: "p", value: "v" }));
    });
    const prefix = {
      v2: "type.googleapis.com/org.apache.flink.statefun.flink.io.",
      v3: "type.googleapis.com/io.statefun.sdk.egress.",
    }[generation];
    const record = (name: string, fields: Record<string, unknown>) => ({
      typename: prefix + name,
      hex: Buffer.from(reflected(egressRecords[generation].lookupType(name), fields)).toString("hex"),
    });
    const value = Buffer.from("v");
    assert.deepEqual(egresses, [
      { egress: "a/kafka", argument: record("KafkaProducerRecord", { topic: "t", key: "k", value_bytes: value }) },
      {
        egress: "a/kinesis",
        argument: record("KinesisEgressRecord", { stream: "s", partition_key: "p", value_bytes: value }),
      },
    ]);
  });

  test(`${generation}: order is kept within each list, over all messages of a batch`, async () => {
    let turn = 0;
    Probe.act = (context) => {
      turn++;
      context.sendEgress("a/b", `e${turn}1`);
      context.send("a/b", "1", `m${turn}1`);
      context.sendAfter(turn, "a/b", "1", `d${turn}1`);
      context.send("a/b", "1", `m${turn}2`);
      context.sendAfter(0, "a/b", "1", `d${turn}2`);
      context.sendEgress("a/b", `e${turn}2`);
    };
    const argument = primitive(generation, "string", "go");
    const answer = await engine.call({ to: "example/probe/one", messages: [{ argument }, { argument }] });
    const texts = (list: readonly { argument: { hex: string } }[]) =>
      list.map(({ argument: { hex } }) => Buffer.from(hex, "hex").subarray(2).toString()); // behind tag and length
    assert.deepEqual(texts(answer.messages), ["m11", "m12", "m21", "m22"]);
    assert.deepEqual(texts(answer.delayed as { argument: { hex: string } }[]), ["d11", "d12", "d21", "d22"]);
    assert.deepEqual(texts(answer.egresses), ["e11", "e12", "e21", "e22"]);
  });

  const bad = null as any;
  const wrong: [string, (context: Context) => void, Parameters<typeof throwsCode>[1], string?][] = [
    ["a missing target", (context) => context.send(bad, "1", hello), "TARGET_INVALID"],
    ["an undefined target", (context) => context.send(undefined as any, "1", hello), "TARGET_INVALID"],
    ["a number as target", (context) => context.send(5 as any, "1", hello), "TARGET_INVALID"],
    ["a plain object as target", (context) => context.send({ id: "1" } as any, "1", hello), "TARGET_INVALID"],
    ["a target without a prototype", (context) => context.send(Object.create(null), "1", hello), "TARGET_INVALID"],
    ["an empty target", (context) => context.send("", "1", hello), "TYPE_NAME_INVALID"],
    ["a target without a slash", (context) => context.send("greeter", "1", hello), "TYPE_NAME_INVALID", "greeter"],
    [
      "a class that is no function",
      (context) => context.send(Undecorated, "1", hello),
      "FUNCTION_UNDECORATED",
      "Undecorated",
    ],
    ["a missing id", (context) => context.send("a/b", undefined as any, hello), "ID_MISSING", "a/b"],
    ["an empty id", (context) => context.send(Greeter, "", hello), "ID_MISSING", "org.example/team/greeter"],
    ["a number as id", (context) => context.send("a/b", 5 as any, hello), "ID_MISSING"],
    ["an address without an id", (context) => context.send(Address.of("a/b", ""), hello), "ID_MISSING"],
    [
      "an address without a namespace",
      (context) => context.send(new Address("", "b", "1"), hello),
      "TYPE_NAME_INVALID",
    ],
    ["an address without a name", (context) => context.send(new Address("a", "", "1"), hello), "TYPE_NAME_INVALID"],
    ["a missing message", (context) => context.send("a/b", "1", undefined as any), "MESSAGE_MISSING"],
    ["a null message", (context) => context.send("a/b", "1", bad), "MESSAGE_MISSING"],
    ["a missing message to an address", (context) => context.send(Address.of("a/b", "1"), bad), "MESSAGE_MISSING"],
    ["a number as message", (context) => context.send("a/b", "1", 5 as any), "VALUE_UNTYPED", "Types.int.pack(5)"],
    ["a plain object as message", (context) => context.send("a/b", "1", { name: "x" } as any), "VALUE_UNTYPED"],
    ["a missing delay", (context) => context.sendAfter(bad, "a/b", "1", hello), "DELAY_INVALID"],
    ["an undefined delay", (context) => context.sendAfter(undefined as any, "a/b", "1", hello), "DELAY_INVALID"],
    ["a negative delay", (context) => context.sendAfter(-1, "a/b", "1", hello), "DELAY_INVALID"],
    ["a delay of less than nothing", (context) => context.sendAfter(-0.5, "a/b", "1", hello), "DELAY_INVALID"],
    ["a negative unit", (context) => context.sendAfter({ minutes: -1 }, "a/b", "1", hello), "DELAY_INVALID"],
    ["NaN as delay", (context) => context.sendAfter(Number.NaN, "a/b", "1", hello), "DURATION_INVALID"],
    ["text as delay", (context) => context.sendAfter("5s" as any, "a/b", "1", hello), "DURATION_INVALID"],
    [
      "an unknown unit",
      (context) => context.sendAfter({ weeks: 1 } as any, "a/b", "1", hello),
      "DURATION_INVALID",
      "weeks",
    ],
    ["a missing date", (context) => context.sendAt(bad, "a/b", "1", hello), "DELAY_INVALID"],
    ["a date that is none", (context) => context.sendAt(new Date("x"), "a/b", "1", hello), "DELAY_INVALID"],
    ["a date as text", (context) => context.sendAt("2026-01-01" as any, "a/b", "1", hello), "DELAY_INVALID"],
    ["a dated message's missing target", (context) => context.sendAt(5, bad, "1", hello), "TARGET_INVALID"],
    ["a delayed message's missing target", (context) => context.sendAfter(5, bad, "1", hello), "TARGET_INVALID"],
    ["a delayed message's missing id", (context) => context.sendAfter(5, "a/b", bad, hello), "ID_MISSING"],
    ["a delayed message that is missing", (context) => context.sendAfter(5, "a/b", "1", bad), "MESSAGE_MISSING"],
    ["an egress that is missing", (context) => context.sendEgress(bad, hello), "TYPE_NAME_INVALID"],
    ["an egress without a slash", (context) => context.sendEgress("kafka", hello), "TYPE_NAME_INVALID", "kafka"],
    ["an egress's missing message", (context) => context.sendEgress("a/b", bad), "MESSAGE_MISSING"],
    ["an egress's number", (context) => context.sendEgress("a/b", 5 as any), "VALUE_UNTYPED"],
    ["an empty token to cancel", (context) => context.cancelDelayedMessage(""), "TOKEN_INVALID"],
    ["a missing token to cancel", (context) => context.cancelDelayedMessage(bad), "TOKEN_INVALID"],
    [
      "an empty token",
      (context) => context.sendAfter(5, "a/b", "1", hello, { cancellationToken: "" }),
      "TOKEN_INVALID",
    ],
  ];
  for (const [what, run, code, name] of wrong) {
    test(`${generation}: ${what} is ${code}, and nothing is sent`, async () => {
      const answer = await act((context) =>
        throwsCode(() => run(context), code, ...(name === undefined ? [] : [name])),
      );
      assert.deepEqual(answer, { mutations: [], messages: [], delayed: [], egresses: [] });
    });
  }

  test(`${generation}: a reply that is missing is MESSAGE_MISSING`, async () => {
    const answer = await act(
      (context) => throwsCode(() => context.reply(undefined as any), "MESSAGE_MISSING"),
      "a/b/c",
    );
    assert.deepEqual(answer.messages, []);
  });
}

test("v3: a delayed message is cancelled by its token, and the cancellation keeps its place", async () => {
  Probe.act = (context) => {
    context.sendAfter(5, "a/b", "1", "one", { cancellationToken: "token" });
    context.cancelDelayedMessage("token");
    context.sendAfter(6, Address.of("a/b", "2"), "two", { cancellationToken: "token" });
    context.sendAfter(7, Greeter, "3", hello, {});
  };
  const argument = primitive("v3", "string", "go");
  const { delayed } = await new Engine(functions, "v3").call({ to: "example/probe/one", messages: [{ argument }] });
  assert.deepEqual(delayed, [
    { to: "a/b/1", argument: shown(primitive("v3", "string", "one")), delayMs: 5, token: "token" },
    { cancel: "token" },
    { to: "a/b/2", argument: shown(primitive("v3", "string", "two")), delayMs: 6, token: "token" },
    { to: "org.example/team/greeter/3", argument: packedHello, delayMs: 7 },
  ]);
});

test("v3: a token that is still pending in the same batch is TOKEN_INVALID, and free again once it is cancelled", async () => {
  let turn = 0;
  const send = (context: Context, token = "t") => context.sendAfter(5, "a/b", "1", "x", { cancellationToken: token });
  Probe.act = (context) => {
    turn++;
    if (turn === 1) {
      throwsCode(
        () => context.sendAfter(5, "a/b", "1", undefined as any, { cancellationToken: "t" }),
        "MESSAGE_MISSING",
      );
      send(context);
      send(context, "__proto__");
    } else {
      throwsCode(() => send(context), "TOKEN_INVALID", '"t"', "example/probe/one");
      context.cancelDelayedMessage("t");
      send(context);
    }
  };
  const engine = new Engine(functions, "v3");
  const argument = primitive("v3", "string", "go");
  const call = { to: "example/probe/one", messages: [{ argument }, { argument }] };
  const { delayed } = await engine.call(call);
  const told = delayed.map((entry) => ("cancel" in entry ? `cancel ${entry.cancel}` : entry.token));
  assert.deepEqual(told, ["t", "__proto__", "cancel t", "t"]);
  turn = 0;
  assert.equal((await engine.call(call)).delayed.length, 4, "another batch is not held to this one's tokens");
});

test("v2: a token, and a cancellation, are CANCELLATION_UNSUPPORTED and nothing is sent", async () => {
  Probe.act = (context) => {
    throwsCode(() => context.cancelDelayedMessage("token"), "CANCELLATION_UNSUPPORTED");
    const send = () => context.sendAfter(5, "a/b", "1", "one", { cancellationToken: "token" });
    throwsCode(send, "CANCELLATION_UNSUPPORTED");
  };
  const argument = primitive("v2", "string", "go");
  const answer = await new Engine(functions, "v2").call({ to: "example/probe/one", messages: [{ argument }] });
  assert.deepEqual(answer.delayed, []);
});
