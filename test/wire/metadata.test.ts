// Metadata on the wire, in both generations: field 4 of a message's value, which other readers skip.

import assert from "node:assert/strict";
import { test } from "node:test";
import protobuf from "protobufjs";
import { Address, kafkaRecord, Metadata, TypedValue, Types } from "../../src/index.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { encodeResponse } from "../../src/wire/encode-response.js";
import { convertPacked, decodePacked, encodePacked, typenameOfPacked } from "../../src/wire/packed.js";
import { type Effects, generations } from "../support/calls.js";
import { throwsCode } from "../support/expect-code.js";
import { anyType, egressRecords, plain, reflected, toFunction } from "../support/reflection.js";

/** What the live fork of the engine knows: an independent description of the two forms. */
const { root } = protobuf.parse(
  `syntax = "proto3";
  message Pair { string key = 1; bytes value = 2; bool has_value = 3; }
  message V2 { string type_url = 1; bytes value = 2; repeated Pair metadata = 4; }
  message V3 { string typename = 1; bool has_value = 2; bytes value = 3; repeated Pair metadata = 4; }
  message Call { Batch invocation = 100; }
  message Address { string namespace = 1; string type = 2; string id = 3; }
  message Batch { Address target = 1; repeated State state = 2; repeated V2Message invocations = 3; }
  message State { string state_name = 1; bytes state_value = 2; }
  message V2Message { bytes argument = 2; }`,
  { keepCase: true },
);
const packedType = { v2: root.lookupType("V2"), v3: root.lookupType("V3") };
const callType = root.lookupType("Call");

const pairs = [
  ["trace", "00-abc"],
  ["hop", new Uint8Array([1, 0, 255])],
  ["hop", ""],
  ["hop", null],
  ["", "no name"],
] as const;
const onTheWire = [
  { key: "trace", value: Buffer.from("00-abc").toString("base64"), has_value: true },
  { key: "hop", value: "AQD/", has_value: true },
  { key: "hop", has_value: true },
  { key: "hop" },
  { value: Buffer.from("no name").toString("base64"), has_value: true },
];
const shown = (metadata: Metadata) =>
  [...metadata].map(([name, value]) => [name, value && Buffer.from(value).toString("hex")]);
const expected = shown(new Metadata(pairs));
const tagged = (value: TypedValue) => value.withMetadata(new Metadata(pairs));

/** The bytes of a request with one message and one state, whose values are these bytes. */
const request = (argument: Uint8Array, state?: Uint8Array) =>
  reflected(callType, {
    invocation: {
      target: { namespace: "a", type: "b", id: "c" },
      state: state === undefined ? [] : [{ state_name: "s", state_value: state }],
      invocations: [{ argument }],
    },
  });

for (const generation of generations) {
  test(`${generation}: metadata is field 4, with its order, repeated names, nulls and empty values`, () => {
    const bytes = encodePacked(tagged(new TypedValue("example/text", Buffer.from("hi"))), generation);
    assert.deepEqual(plain(packedType[generation], bytes).metadata, onTheWire);
    assert.equal(typenameOfPacked(bytes), "example/text");
    const read = decodePacked(bytes, generation);
    assert.deepEqual(shown(read.metadata), expected);
    assert.equal(Buffer.from(read.value).toString(), "hi");
  });

  test(`${generation}: a request is read with the metadata of its messages, and a state has none`, () => {
    const bytes = encodePacked(tagged(Types.string.pack("hi")), generation);
    const batch = decodeRequest(request(bytes, bytes));
    assert.equal(batch.generation, generation);
    assert.deepEqual(shown(batch.invocations[0]?.argument.metadata as Metadata), expected);
    assert.equal(batch.invocations[0]?.argument.as(Types.string), "hi");
    assert.equal(batch.state[0]?.value?.metadata.size, 0);
    assert.equal(batch.state[0]?.value?.as(Types.string), "hi");
  });

  test(`${generation}: fields of a pair that are not known are skipped, wherever the pair stands`, () => {
    const pair = Buffer.from("220a0a016b12017620012801", "hex"); // a key, a value, and the fields 4 and 5
    const bytes = Buffer.concat([pair, encodePacked(Types.string.pack("hi"), generation)]);
    const read = decodePacked(bytes, generation);
    assert.deepEqual(shown(read.metadata), [["k", null]]);
    assert.equal(read.as(Types.string), "hi");
  });

  test(`${generation}: a pair that is cut short makes the request malformed, and is found at its sender`, () => {
    const good = encodePacked(Types.string.pack("hi"), generation);
    for (const pair of ["2205", "22020a05", "2203120261", "22020a80", "220218"]) {
      const bytes = Buffer.concat([good, Buffer.from(pair, "hex")]);
      throwsCode(() => decodeRequest(request(bytes)), "REQUEST_MALFORMED");
      assert.throws(() => typenameOfPacked(bytes), Error, pair);
    }
  });

  test(`${generation}: every kind of message is sent with its metadata, and other readers skip the field`, () => {
    const argument = tagged(Types.int.pack(7));
    const target = Address.of("a/b", "c");
    const effects: Effects = { mutations: [], messages: [], delayed: [], egresses: [] };
    effects.messages.push({ target, argument });
    effects.delayed.push({ target, argument, delayMs: 5, cancellationToken: undefined });
    effects.egresses.push({ namespace: "a", name: "out", argument });
    const text = Buffer.from(encodeResponse(effects, generation)).toString("latin1");
    assert.equal(text.split("00-abc").length, 4);
    if (generation === "v2") {
      const any = anyType.decode(encodePacked(argument, "v2")) as unknown as { type_url: string };
      assert.equal(any.type_url, "type.googleapis.com/google.protobuf.Int32Value");
    }
  });
}

test("metadata stays with a value that crosses from one generation to the other and back", () => {
  for (const value of [Types.int.pack(-7), Types.string.pack("hi"), new TypedValue("example/text", Buffer.from("x"))]) {
    const v3 = encodePacked(tagged(value), "v3");
    const v2 = convertPacked(v3, "v3", "v2");
    assert.deepEqual(shown(decodePacked(v2, "v2").metadata), expected);
    assert.deepEqual(Buffer.from(convertPacked(v2, "v2", "v3")), Buffer.from(v3));
  }
});

test("a value without metadata has the bytes that it always had", () => {
  for (const generation of generations) {
    const bare = encodePacked(Types.string.pack("hi"), generation);
    assert.deepEqual(encodePacked(Types.string.pack("hi").withMetadata(new Metadata()), generation), bare);
    assert.equal(plain(packedType[generation], bare).metadata, undefined);
  }
});

test("a million pairs in one request are too many", () => {
  const pair = Buffer.from("2200", "hex");
  const argument = Buffer.concat([encodePacked(Types.string.pack("hi"), "v3"), Buffer.alloc(2_000_010, pair)]);
  throwsCode(() => decodeRequest(request(argument)), "REQUEST_TOO_LARGE", "metadata");
});

test("the .proto files say what the code writes", () => {
  const bytes = request(encodePacked(tagged(Types.string.pack("hi")), "v3"));
  assert.deepEqual(plain(toFunction.v3, bytes).invocation.invocations[0].argument.metadata, onTheWire);
});

test("a Kafka record carries headers, in the same form, for both generations", () => {
  const record = kafkaRecord({ topic: "t", value: "v", headers: pairs });
  const v2 = egressRecords.v2.lookupType("KafkaProducerRecord");
  const v3 = egressRecords.v3.lookupType("KafkaProducerRecord");
  assert.deepEqual(plain(v3, record.value).headers, onTheWire);
  assert.deepEqual(plain(v2, record.toV2().value).headers, onTheWire);
  assert.deepEqual(plain(v3, kafkaRecord({ topic: "t", value: "v" }).value), { topic: "t", value_bytes: "dg==" });
  throwsCode(() => kafkaRecord({ topic: "t", value: "v", headers: { a: 1 } as never }), "METADATA_INVALID");
});
