// Kafka and Kinesis records against reflection of proto/egress-*.proto, in both generations.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { json, type KafkaRecord, type KinesisRecord, kafkaRecord, kinesisRecord, Types } from "../../src/index.js";
import { Metadata } from "../../src/model/metadata.js";
import { TypedValue } from "../../src/model/typed-value.js";
import { readRecord } from "../../src/types/egress-records.js";
import { throwsCode } from "../support/expect-code.js";
import { randomOf } from "../support/random.js";
import { egressRecords, reflected } from "../support/reflection.js";

const prefix = {
  v2: "type.googleapis.com/org.apache.flink.statefun.flink.io.",
  v3: "type.googleapis.com/io.statefun.sdk.egress.",
} as const;

function assertRecord(record: { typename: string; value: Uint8Array; toV2(): any }, name: string, fields: object) {
  for (const generation of ["v2", "v3"] as const) {
    const ours = generation === "v2" ? record.toV2() : record;
    assert.equal(ours.typename, prefix[generation] + name);
    const theirs = reflected(egressRecords[generation].lookupType(name), fields as Record<string, unknown>);
    // Reflection leaves empty fields out only when they are absent, so both sides are decoded as well.
    assert.equal(Buffer.from(ours.value).toString("hex"), Buffer.from(theirs).toString("hex"));
  }
}

test("a Kafka record has reflection's bytes in both generations", () => {
  assertRecord(kafkaRecord({ topic: "greetings", key: "seth", value: "hi" }), "KafkaProducerRecord", {
    key: "seth",
    value_bytes: Buffer.from("hi"),
    topic: "greetings",
  });
});

test("a Kafka record may have no key, and an empty value", () => {
  assertRecord(kafkaRecord({ topic: "greetings", value: "" }), "KafkaProducerRecord", { topic: "greetings" });
  assertRecord(kafkaRecord({ topic: "greetings", value: new Uint8Array(0), key: undefined }), "KafkaProducerRecord", {
    topic: "greetings",
    value_typename: "bytes",
  });
  assertRecord(kafkaRecord({ topic: "greetings", value: "v", key: "" }), "KafkaProducerRecord", {
    topic: "greetings",
    value_bytes: Buffer.from("v"),
  });
});

test("a Kinesis record has reflection's bytes in both generations", () => {
  const record = kinesisRecord({ stream: "greetings", partitionKey: "seth", value: "hi", explicitHashKey: "12" });
  assertRecord(record, "KinesisEgressRecord", {
    partition_key: "seth",
    value_bytes: Buffer.from("hi"),
    stream: "greetings",
    explicit_hash_key: "12",
  });
});

test("a Kinesis record may have no explicit hash key", () => {
  assertRecord(kinesisRecord({ stream: "s", partitionKey: "p", value: "v" }), "KinesisEgressRecord", {
    partition_key: "p",
    value_bytes: Buffer.from("v"),
    stream: "s",
  });
});

test("random records have reflection's bytes in both generations", (t) => {
  const random = randomOf(t);
  const some = () => `x${random.text(20)}`;
  for (let round = 0; round < 300; round++) {
    const [topic, key, value] = [some(), some(), Buffer.concat([Buffer.from([1]), random.bytes(300)])];
    assertRecord(kafkaRecord({ topic, key, value }), "KafkaProducerRecord", {
      topic,
      key,
      value_bytes: value,
      value_typename: "bytes",
    });
    const kinesis = { stream: topic, partitionKey: key, value, explicitHashKey: some() };
    assertRecord(kinesisRecord(kinesis), "KinesisEgressRecord", {
      stream: topic,
      partition_key: key,
      value_bytes: value,
      explicit_hash_key: kinesis.explicitHashKey,
      value_typename: "bytes",
    });
  }
});

test("a record's value is text, bytes, a message or a packed value's bytes", () => {
  const bytesOf = (value: KafkaRecord["value"]) => {
    const type = egressRecords.v3.lookupType("KafkaProducerRecord");
    const { value_bytes } = type.toObject(type.decode(kafkaRecord({ topic: "t", value }).value)) as any;
    return Buffer.from(value_bytes).toString("hex");
  };
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  assert.equal(bytesOf("é"), hex(Buffer.from("é")));
  assert.equal(bytesOf(Uint8Array.of(1, 2)), "0102");
  const user = example.User.create({ name: "Seth" });
  assert.equal(bytesOf(user), hex(example.User.encode(user).finish()));
  assert.equal(bytesOf(json("shop/x").pack({ a: 1 })), hex(Buffer.from('{"a":1}')));
  assert.equal(bytesOf(Types.int.pack(5)), hex(Types.int.serialize(5)));
});

test("a record says what its value's bytes are, unless they are text", () => {
  const cart = json("shop/cart").pack({ a: 1 });
  assertRecord(kafkaRecord({ topic: "t", value: cart, headers: { a: "b" } }), "KafkaProducerRecord", {
    topic: "t",
    value_bytes: Buffer.from('{"a":1}'),
    headers: [{ key: "a", value: Buffer.from("b"), has_value: true }],
    value_typename: "shop/cart",
  });
  assert.deepEqual(readRecord(kafkaRecord({ topic: "t", value: "text" })), {
    topic: "t",
    value: "text",
    key: undefined,
    headers: Metadata.none,
  });
});

test("a record of another SDK is read: its value is text where the bytes are valid UTF-8", () => {
  for (const generation of ["v2", "v3"] as const) {
    const typeName = generation === "v2" ? `${prefix.v2}KinesisEgressRecord` : `${prefix.v3}KinesisEgressRecord`;
    const type = egressRecords[generation].lookupType("KinesisEgressRecord");
    const of = (value_bytes: Uint8Array) =>
      readRecord(new TypedValue(typeName, reflected(type, { stream: "s", partition_key: "p", value_bytes })));
    const read = { stream: "s", partitionKey: "p", explicitHashKey: undefined };
    assert.deepEqual(of(Buffer.from("\ufeffhé")), { ...read, value: "\ufeffhé" });
    assert.deepEqual(of(Uint8Array.of(0xff, 0)), { ...read, value: Uint8Array.of(0xff, 0) });
    assert.equal(readRecord(new TypedValue(typeName, Uint8Array.of(0x0a, 200))), undefined, "no record");
  }
  assert.equal(readRecord(new TypedValue("shop/KafkaProducerRecord", new Uint8Array(0))), undefined);
});

test("a record keeps a copy of its value", () => {
  const value = Uint8Array.of(1, 2, 3);
  const record = kafkaRecord({ topic: "t", value });
  const before = Buffer.from(record.value).toString("hex");
  value.fill(9);
  assert.equal(Buffer.from(record.value).toString("hex"), before);
});

const kafka = { topic: "t", value: "v" };
const badKafka: [string, object][] = [
  ["no topic", { ...kafka, topic: undefined }],
  ["an empty topic", { ...kafka, topic: "" }],
  ["a topic that is no text", { ...kafka, topic: 5 }],
  ["no value", { topic: "t" }],
  ["a null value", { ...kafka, value: null }],
  ["a number as value", { ...kafka, value: 5 }],
  ["a boolean as value", { ...kafka, value: true }],
  ["a bigint as value", { ...kafka, value: 5n }],
  ["a key that is no text", { ...kafka, key: 5 }],
  ["a null key", { ...kafka, key: null }],
];
for (const [what, record] of badKafka) {
  test(`a Kafka record with ${what} is EGRESS_RECORD_INVALID`, () => {
    throwsCode(() => kafkaRecord(record as KafkaRecord), "EGRESS_RECORD_INVALID", "Kafka");
  });
}

const kinesis = { stream: "s", partitionKey: "p", value: "v" };
const badKinesis: [string, object][] = [
  ["no stream", { ...kinesis, stream: undefined }],
  ["an empty stream", { ...kinesis, stream: "" }],
  ["no partition key", { ...kinesis, partitionKey: undefined }],
  ["an empty partition key", { ...kinesis, partitionKey: "" }],
  ["no value", { ...kinesis, value: undefined }],
  ["a number as value", { ...kinesis, value: 5 }],
  ["an explicit hash key that is no text", { ...kinesis, explicitHashKey: 12 }],
];
for (const [what, record] of badKinesis) {
  test(`a Kinesis record with ${what} is EGRESS_RECORD_INVALID`, () => {
    throwsCode(() => kinesisRecord(record as KinesisRecord), "EGRESS_RECORD_INVALID", "Kinesis");
  });
}

test("a plain object as value is VALUE_UNTYPED: it does not say how it is written", () => {
  throwsCode(() => kafkaRecord({ topic: "t", value: { a: 1 } as any }), "VALUE_UNTYPED");
});
