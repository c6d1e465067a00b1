// Messages: to functions, back to callers, out of egresses, of one type or another, in order.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Address,
  type Context,
  Handles,
  json,
  kafkaRecord,
  State,
  StatefulFunction,
  TypedValue,
  Types,
} from "statefun-ts";
import { example } from "../../../samples/messages/messages.js";
import { Gate } from "../../support/gate.js";
import { egressRecords, plain } from "../../support/reflection.js";
import { tell, type World } from "../world.js";

const User = example.User;
const userOf = (name: string) => packed(User, { name });
const packed = (type: { encode(m: any): { finish(): Uint8Array }; getTypeUrl(): string }, properties: object) =>
  new TypedValue(type.getTypeUrl(), type.encode(properties).finish());

@StatefulFunction("test/count")
class Count {
  @State("seen.count-1", Types.int) count = 0;

  @Handles(User)
  greet({ name }: example.User, context: Context) {
    this.count += 1;
    const texts = ["", `Hello ${name}`, "Hello again!", "Third time's the charm"];
    tell(context, texts[this.count] ?? `Hello for the ${this.count}th time`);
  }
}

@StatefulFunction("test/answerer")
class Answerer {
  @Handles(User)
  answer({ name }: example.User, context: Context) {
    tell(context, `asked by ${context.caller}`);
    context.reply(example.Greeting.create({ text: `Hello ${name}` }));
  }
}

@StatefulFunction("test/asker")
class Asker {
  @Handles(User)
  ask(user: example.User, context: Context) {
    tell(context, `called by ${context.caller}`);
    const { id } = context.address;
    context.send(Answerer, `${id}-class`, user);
    context.send("test/answerer", `${id}-name`, user);
    context.send(new Address("test", "answerer", `${id}-address`), user);
  }

  @Handles(example.Greeting)
  answered({ text }: example.Greeting, context: Context) {
    tell(context, `${context.caller}: ${text}`);
  }
}

@StatefulFunction("test/publisher")
class Publisher {
  @Handles(User)
  publish(user: example.User, context: Context) {
    context.sendEgress("test/plain", example.Greeting.create({ text: `Hello ${user.name}` }));
    context.sendEgress("test/kafka", kafkaRecord({ topic: "greets", key: user.name, value: user }));
  }
}

@StatefulFunction("test/dispatcher")
class Dispatcher {
  @Handles(User, example.Admin)
  known(person: example.User | example.Admin, context: Context) {
    tell(context, person instanceof example.Admin ? `admin of level ${person.level}` : `user ${person.name}`);
  }

  @Handles()
  forward(message: TypedValue, context: Context) {
    context.send(CatchAll, context.address.id, message);
  }
}

@StatefulFunction("test/catch-all")
class CatchAll {
  @Handles()
  any({ typename, value }: TypedValue, context: Context) {
    tell(context, [typename, Buffer.from(value).toString("hex")]);
  }
}

const Numbered = json<number>("test/Numbered");
const Fan = json<{ to: string; count: number }>("test/Fan");
const gates = new Map<string, Gate>();

@StatefulFunction("test/ordered")
class Ordered {
  @State("numbers", json<number[]>("test/Numbers")) numbers: number[] = [];
  @State("waiting", Types.bool) waiting = false;

  @Handles(Types.string)
  async wait(gate: string, context: Context) {
    assert.equal(this.waiting, false);
    this.waiting = true;
    await gates.get(gate)?.promise;
    tell(context, "waited");
    this.waiting = false;
  }

  @Handles(Numbered)
  add(number: number) {
    this.numbers.push(number);
  }

  @Handles(Fan)
  fan({ to, count }: { to: string; count: number }, context: Context) {
    for (let number = 0; number < count; number++) context.send(Ordered, to, Numbered.pack(number));
    context.send(Ordered, to, example.Visit.create());
  }

  @Handles(example.Visit)
  report(_: example.Visit, context: Context) {
    tell(context, this.numbers);
  }
}

export const messageFunctions = [Count, Answerer, Asker, Publisher, Dispatcher, CatchAll, Ordered];
export const messageEgresses = ["test/plain", "test/kafka"];

const upTo = (count: number) => Array.from({ length: count }, (_, number) => number);

export function messageScenarios(world: World): void {
  test("greetings are counted for each id", async () => {
    for (const id of ["alice", "bob", "alice", "alice", "alice"]) world.send("test/count", id, userOf(id));
    assert.deepEqual(await world.told("test/count/alice", 4), [
      "Hello alice",
      "Hello again!",
      "Third time's the charm",
      "Hello for the 4th time",
    ]);
    assert.deepEqual(await world.told("test/count/bob", 1), ["Hello bob"]);
  });

  test("a function calls others by class, name and address, and each answers its caller", async () => {
    world.send("test/asker", "eve", userOf("eve"));
    const [first, ...answers] = await world.told("test/asker/eve", 4);
    assert.equal(first, "called by undefined");
    const ids = ["eve-address", "eve-class", "eve-name"];
    assert.deepEqual(
      answers.sort(),
      ids.map((id) => `test/answerer/${id}: Hello eve`),
    );
    for (const id of ids) {
      assert.deepEqual(await world.told(`test/answerer/${id}`, 1), ["asked by test/asker/eve"]);
    }
  });

  test("an egress gets a plain message, and Kafka's a record of the engine's generation", async () => {
    world.send("test/publisher", "p", userOf("päul"));
    const [greeting] = await world.records("test/plain", 1);
    assert.equal(greeting?.typename, "type.googleapis.com/example.Greeting");
    assert.equal(example.Greeting.decode(greeting.value).text, "Hello päul");

    const [record] = await world.records("test/kafka", 1);
    const { generation } = world.flavour;
    const name = { v2: "org.apache.flink.statefun.flink.io", v3: "io.statefun.sdk.egress" }[generation];
    assert.equal(record?.typename, `type.googleapis.com/${name}.KafkaProducerRecord`);
    const type = egressRecords[generation].lookupType(`${name}.KafkaProducerRecord`);
    const value = Buffer.from(User.encode({ name: "päul" }).finish()).toString("base64");
    // The typename is of this library alone. The engine passes over the field.
    const value_typename = "type.googleapis.com/example.User";
    assert.deepEqual(plain(type, record.value), { key: "päul", value_bytes: value, topic: "greets", value_typename });
  });

  test("a message goes to the handler of its type", async () => {
    world.send("test/dispatcher", "union", userOf("ann"));
    world.send("test/dispatcher", "union", packed(example.Admin, { level: 7 }));
    assert.deepEqual(await world.told("test/dispatcher/union", 2), ["user ann", "admin of level 7"]);
  });

  test("a catch-all forwards what it does not know, unchanged", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const messages = [
      new TypedValue("custom.example/Blob", bytes),
      new TypedValue("custom.example/Empty", new Uint8Array(0)),
      // Not canonical protobuf: a field number that User does not have.
      new TypedValue("type.googleapis.com/example.Other", Uint8Array.of(0xf8, 0x07, 0x01)),
    ];
    const shown = ({ typename, value }: TypedValue) => [typename, Buffer.from(value).toString("hex")];
    // One at a time: a message without bytes in a batch of its own does not show its generation.
    for (const [index, message] of messages.entries()) {
      world.send("test/dispatcher", "raw", message);
      await world.told("test/catch-all/raw", index + 1);
    }
    assert.deepEqual(await world.told("test/catch-all/raw", messages.length), messages.map(shown));
  });

  test("an id, a name or a key may hold any text", async () => {
    const id = "a/b c\u00e9字😀?&%2F";
    world.send("test/asker", id, userOf("字😀"));
    const answers = await world.told(`test/asker/${id}`, 4);
    assert.ok(answers.includes(`test/answerer/${id}-class: Hello 字😀`));
  });

  test("messages that arrive during a call make the next batch, in their order", async () => {
    const count = 300;
    const gate = new Gate();
    gates.set("batch", gate);
    world.send("test/ordered", "batch", Types.string.pack("batch"));
    await world.server.until("the call", () => world.server.callsTo("test/ordered/batch").length > 0);
    for (const number of upTo(count)) world.send("test/ordered", "batch", Numbered.pack(number));
    world.send("test/ordered", "batch", packed(example.Visit, {}));
    // The ingress reads the journal in order: when this message arrives, the others wait for their address.
    world.send("test/catch-all", "behind-batch", Types.string.pack(""));
    await world.told("test/catch-all/behind-batch", 1);
    gate.open();

    assert.deepEqual(await world.told("test/ordered/batch", 2), ["waited", upTo(count)]);
    const sizes = world.server.callsTo("test/ordered/batch").map(({ size }) => size);
    assert.equal(sizes.at(-1), count + 1);
  });

  test("an asynchronous handler holds up its own id alone", async () => {
    const gate = new Gate();
    gates.set("async", gate);
    world.send("test/ordered", "async", Types.string.pack("async"));
    world.send("test/ordered", "async", Types.string.pack("no gate"));
    world.send("test/ordered", "other", Types.string.pack("no gate"));
    assert.deepEqual(await world.told("test/ordered/other", 1), ["waited"]);
    const answered = world.server.callsTo("test/ordered/async").filter(({ answer }) => answer?.invocation_result);
    assert.equal(answered.length, 0);
    gate.open();
    assert.deepEqual(await world.told("test/ordered/async", 2), ["waited", "waited"]);
  });

  test("many messages of one function to another arrive in their order", async () => {
    const count = 1500; // more than one batch
    world.send("test/ordered", "source", Fan.pack({ to: "sink", count }));
    assert.deepEqual(await world.told("test/ordered/sink", 1), [upTo(count)]);
  });
}
