import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { Types } from "statefun-ts";
import { functions as asyncFunctions } from "../../samples/async/functions.ts";
import { functions as caller } from "../../samples/caller/functions.ts";
import { functions as count } from "../../samples/count/functions.ts";
import { functions as delay } from "../../samples/delay/functions.ts";
import { functions as egress } from "../../samples/egress/functions.ts";
import { functions as expiration } from "../../samples/expiration/functions.ts";
import { functions as hello } from "../../samples/hello/functions.ts";
import { example } from "../../samples/messages/messages.js";
import { functions as union } from "../../samples/union/functions.ts";
import { address, declaredIn, TinyEngine } from "./tiny-engine.ts";

const { User, Admin, Greeting, Count, Echo, Visit, Logout } = example;
const kafkaTypes = {
  v2: kafkaType("v2", "org.apache.flink.statefun.flink.io"),
  v3: kafkaType("v3", "io.statefun.sdk.egress"),
};
const bob = { userId: "bob", name: "Bob" };

function kafkaType(generation: string, packageName: string): protobuf.Type {
  const file = fileURLToPath(new URL(`../../proto/egress-${generation}.proto`, import.meta.url));
  return new protobuf.Root().loadSync(file).lookupType(`${packageName}.KafkaProducerRecord`);
}

for (const generation of ["v2", "v3"] as const) {
  describe(`on ${generation}`, () => {
    test("hello greets", async () => {
      const engine = new TinyEngine(hello, generation, declaredIn("hello"));
      await engine.send("example/hello", "bob", User, bob);
      assert.deepEqual(engine.greetings(Greeting), ["Hello Bob"]);
    });

    test("count greets each user by how often it has seen them", async () => {
      const engine = new TinyEngine(count, generation, declaredIn("count"));
      for (let visit = 1; visit <= 4; visit++) await engine.send("example/count", "bob", User, bob);
      await engine.send("example/count", "ann", User, { userId: "ann", name: "Ann" });
      assert.deepEqual(engine.greetings(Greeting), [
        "Hello Bob",
        "Hello again!",
        "Third time's the charm",
        "Hello for the 4th time",
        "Hello Ann",
      ]);
    });

    test("union takes users and admins in one handler and anything else in another", async () => {
      const engine = new TinyEngine(union, generation, declaredIn("union"));
      await engine.send("example/goodbye", "1", User, bob);
      await engine.send("example/goodbye", "1", Admin, { name: "Eve", level: 3 });
      await engine.send("example/goodbye", "1", Count, { value: 1 });
      const text = Types.string.pack("stranger");
      await engine.sendPacked("example/goodbye", "1", generation === "v2" ? text.toV2() : text);
      assert.deepEqual(engine.greetings(Greeting), [
        "Goodbye user",
        "Goodbye admin of level 3",
        "Goodbye type.googleapis.com/example.Count",
        "Goodbye stranger",
      ]);
    });

    test("caller asks the greeter and is answered", async () => {
      const engine = new TinyEngine(caller, generation, declaredIn("caller"));
      await engine.send("example/caller", "1", User, bob);
      assert.deepEqual(engine.greetings(Greeting), ["example/greeter/bob said: Hello Bob"]);
    });

    test("delay sends a text back to itself when an ingress asks", async () => {
      const engine = new TinyEngine(delay, generation, declaredIn("delay"));
      await engine.send("example/delay", "1", Echo, { text: "hello from the past", afterMs: 1_800_000 });
      const [message, ...more] = engine.delayed;
      assert.equal(message?.delayMs, 1_800_000);
      assert.equal(more.length, 0);
      await message.deliver();
      assert.deepEqual(engine.greetings(Greeting), ["hello from the past"]);
    });

    test("delay sends a text back to a function that asks", async () => {
      const engine = new TinyEngine(delay, generation, declaredIn("delay"));
      await engine.send("example/delay", "1", Echo, { text: "later", afterMs: 1 }, address("example/delay", "other"));
      await engine.delayed[0]?.deliver();
      assert.deepEqual(engine.greetings(Greeting), ["later"]);
    });

    test("async waits for its answer and then greets", async () => {
      const engine = new TinyEngine(asyncFunctions, generation, declaredIn("async"));
      await engine.send("example/async", "1", User, { userId: "dr-bob", name: "Bob" });
      assert.deepEqual(engine.greetings(Greeting), ["Hello Dr. Bob"]);
    });

    test("expiration counts a session's visits until it is logged out", async () => {
      const engine = new TinyEngine(expiration, generation, declaredIn("expiration"));
      await engine.send("example/session", "bob", User, bob);
      await engine.send("example/session", "bob", User, bob);
      assert.equal(engine.hasState("example/session", "bob", "visits"), true);
      await engine.send("example/session", "bob", Logout, {});
      assert.equal(engine.hasState("example/session", "bob", "visits"), false);
      await engine.send("example/session", "bob", User, bob);
      assert.deepEqual(engine.greetings(Greeting), [
        "Bob: visit 1 of this session",
        "Bob: visit 2 of this session",
        "Bob: visit 1 of this session",
      ]);
    });

    test("egress sends a Kafka record and a plain message", async () => {
      const engine = new TinyEngine(egress, generation, declaredIn("egress"));
      await engine.send("example/egress", "bob", User, bob);
      const [kafka] = engine.egresses;
      assert.equal(kafka?.egress, "example/kafka");
      const KafkaProducerRecord = kafkaTypes[generation];
      assert.equal(`.${kafka.record.typename.split("/")[1]}`, KafkaProducerRecord.fullName);
      const { topic, key, valueBytes } = KafkaProducerRecord.decode(kafka.record.value) as any;
      assert.deepEqual(
        { topic, key, text: Greeting.decode(valueBytes).text },
        { topic: "greets", key: "bob", text: "Hello Bob" },
      );
      assert.deepEqual(engine.greetings(Greeting), ["Hello Bob"]);
    });
  });
}

test("expiration tells a v3 engine when its state ends", async () => {
  const engine = new TinyEngine(expiration, "v3", declaredIn("expiration"));
  await engine.send("example/session", "bob", User, bob);
  assert.deepEqual(engine.registered, [
    {
      state_name: "visits",
      expiration_spec: { mode: 1, expire_after_millis: 2000 },
      type_typename: "io.statefun.types/int",
    },
  ]);
});

test("visits cancels the last reminder before it sends the next one", async () => {
  const engine = new TinyEngine(delay, "v3", declaredIn("delay"));
  const visit = { name: "Bob", remindAfterMs: 1000 };
  await engine.send("example/visits", "bob", Visit, visit);
  await engine.send("example/visits", "bob", Visit, visit);
  assert.deepEqual(
    engine.delayed.map(({ token, cancels }) => ({ token, cancels })),
    [
      { token: "reminder-1", cancels: false },
      { token: "reminder-1", cancels: true },
      { token: "reminder-2", cancels: false },
    ],
  );
  await engine.delayed[2]?.deliver();
  assert.deepEqual(engine.greetings(Greeting), ["We miss you, Bob"]);
});
