// The samples with an engine of StateFun 2, which gives a function the states that the module file declares.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { type StatefulFunctions, Types } from "statefun-ts";
import { functions as asyncFunctions } from "../../samples/async/functions.ts";
import { functions as caller } from "../../samples/caller/functions.ts";
import { functions as count } from "../../samples/count/functions.ts";
import { functions as delay } from "../../samples/delay/functions.ts";
import { functions as egress } from "../../samples/egress/functions.ts";
import { functions as expiration } from "../../samples/expiration/functions.ts";
import { functions as hello } from "../../samples/hello/functions.ts";
import { example } from "../../samples/messages/messages.js";
import { functions as union } from "../../samples/union/functions.ts";
import { declaredIn, TinyEngine } from "./tiny-engine.ts";

const { User, Admin, Greeting, Count, Echo, Logout } = example;
const bob = [User, { userId: "bob", name: "Bob" }] as const;

/** The functions, the one to send to, the messages, and the greetings that come of them. */
const samples: Record<string, [StatefulFunctions, string, (readonly [any, object])[], string[]]> = {
  hello: [hello, "example/hello", [bob], ["Hello Bob"]],
  count: [count, "example/count", [bob, bob, bob], ["Hello Bob", "Hello again!", "Third time's the charm"]],
  union: [
    union,
    "example/goodbye",
    [bob, [Admin, { level: 3 }], [Count, { value: 1 }]],
    ["Goodbye user", "Goodbye admin of level 3", "Goodbye type.googleapis.com/example.Count"],
  ],
  caller: [caller, "example/caller", [bob], ["example/greeter/bob said: Hello Bob"]],
  delay: [delay, "example/delay", [[Echo, { text: "later", afterMs: 1 }]], ["later"]],
  async: [asyncFunctions, "example/async", [[User, { userId: "dr-bob", name: "Bob" }]], ["Hello Dr. Bob"]],
  expiration: [
    expiration,
    "example/session",
    [bob, bob, [Logout, {}], bob],
    [1, 2, 1].map((visit) => `Bob: visit ${visit} of this session`),
  ],
  egress: [egress, "example/egress", [bob], ["Hello Bob"]],
};

for (const [sample, [functions, target, messages, greetings]] of Object.entries(samples)) {
  test(`${sample} does on StateFun 2 what it does elsewhere`, async () => {
    const engine = new TinyEngine(functions, "v2", declaredIn(sample));
    for (const [type, properties] of messages) await engine.send(target, "bob", type, properties);
    for (const { deliver } of engine.delayed) await deliver();
    assert.deepEqual(engine.greetings(Greeting), greetings);
  });
}

test("union takes a text as StateFun 2 sends it", async () => {
  const engine = new TinyEngine(union, "v2", declaredIn("union"));
  await engine.sendPacked("example/goodbye", "1", Types.string.pack("stranger").toV2());
  assert.deepEqual(engine.greetings(Greeting), ["Goodbye stranger"]);
});

test("egress sends Kafka's record of StateFun 2", async () => {
  const engine = new TinyEngine(egress, "v2", declaredIn("egress"));
  await engine.send("example/egress", "bob", ...bob);
  const file = fileURLToPath(new URL("../../proto/egress-v2.proto", import.meta.url));
  const KafkaProducerRecord = new protobuf.Root()
    .loadSync(file)
    .lookupType("org.apache.flink.statefun.flink.io.KafkaProducerRecord");
  const [kafka] = engine.egresses;
  assert.equal(`.${kafka?.record.typename.split("/")[1]}`, KafkaProducerRecord.fullName);
  const { topic, key, valueBytes } = KafkaProducerRecord.decode(kafka?.record.value ?? new Uint8Array()) as any;
  assert.deepEqual([topic, key, Greeting.decode(valueBytes).text], ["greets", "bob", "Hello Bob"]);
});
