import assert from "node:assert/strict";
import { test } from "node:test";
import protobuf from "protobufjs";
import { example } from "../../samples/messages/messages.js";
import type { TypedValue } from "../../src/index.js";
import type { InvocationBatch } from "../../src/model/invocation.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { type Call, generations, message, packed, primitive, requestBytes } from "../support/calls.js";
import { throwsCode } from "../support/expect-code.js";
import { reflected, toFunction } from "../support/reflection.js";

const hello = message(example.User, { name: "Seth" });
const to = "org.example/team/greeter/seth";

for (const generation of generations) {
  const decode = (call: Call) => decodeRequest(requestBytes(generation, call));

  test(`${generation}: target, callers, arguments and their order are read`, () => {
    const batch = decode({
      to,
      messages: [
        { argument: hello },
        { from: "a/b/c", argument: packed("example/text", "two") },
        { argument: packed("example/text", "three") },
      ],
    });
    assert.equal(batch.generation, generation);
    assert.equal(batch.target.typeName, "org.example/team/greeter");
    assert.equal(batch.target.id, "seth");
    assert.deepEqual(batch.state, []);
    assert.deepEqual(
      batch.invocations.map(({ caller, argument }) => [String(caller), argument.typename, argument.value.length]),
      [
        ["undefined", hello.typename, hello.value.length],
        ["a/b/c", "example/text", 3],
        ["undefined", "example/text", 5],
      ],
    );
    assert.deepEqual(Buffer.from(batch.invocations[0]?.argument.value ?? []), Buffer.from(hello.value));
  });

  test(`${generation}: states are read by name, with a value or without`, () => {
    const batch = decode({
      to,
      state: new Map([
        ["count", primitive(generation, "int", 5)],
        ["unset", undefined],
        ["zero", primitive(generation, "int", 0)],
        ["__proto__", packed("example/text", "p")],
        ["Seen.Count_2", packed("example/text", "")],
      ]),
      messages: [{ argument: hello }],
    });
    assert.deepEqual(
      batch.state.map(({ name, value }) => [name, value?.typename, value && Buffer.from(value.value).toString("hex")]),
      [
        ["count", primitive(generation, "int", 5).typename, primitive(generation, "int", 5).hex],
        ["unset", undefined, undefined],
        ["zero", primitive(generation, "int", 0).typename, ""],
        ["__proto__", "example/text", "70"],
        ["Seen.Count_2", "example/text", ""],
      ],
    );
  });

  test(`${generation}: a caller without a type is no caller`, () => {
    const bytes = reflected(toFunction[generation], {
      invocation: {
        target: { namespace: "a", type: "b", id: "c" },
        invocations: [
          { caller: {}, argument: argumentField(generation) },
          { caller: { namespace: "", type: "", id: "" }, argument: argumentField(generation) },
          { caller: { namespace: "x", type: "y", id: "" }, argument: argumentField(generation) },
        ],
      },
    });
    const callers = decodeRequest(bytes).invocations.map(({ caller }) => caller && String(caller));
    assert.deepEqual(callers, [undefined, undefined, "x/y/"]);
  });

  test(`${generation}: a batch without messages is read`, () => {
    assert.deepEqual(decode({ to, messages: [], state: { a: primitive(generation, "int", 1) } }).invocations, []);
  });

  test(`${generation}: unknown fields are skipped on every level`, () => {
    const plain = requestBytes(generation, {
      to,
      state: { count: primitive(generation, "int", 5) },
      messages: [{ from: "a/b/c", argument: hello }],
    });
    const decorated = withUnknownFields(plain);
    assert.ok(decorated.length > plain.length + 50);
    assert.deepEqual(comparable(decodeRequest(decorated)), comparable(decodeRequest(plain)));
  });

  test(`${generation}: an invocation given twice is merged, as protobuf merges a oneof`, () => {
    const first = requestBytes(generation, { to: "a/b/old", messages: [{ argument: packed("example/x", "1") }] });
    const second = requestBytes(generation, {
      to: "a/b/new",
      state: { s: undefined },
      messages: [{ argument: packed("example/x", "2") }],
    });
    const batch = decodeRequest(Buffer.concat([first, second]));
    assert.equal(String(batch.target), "a/b/new");
    assert.deepEqual(batch.state, [{ name: "s", value: undefined }]);
    assert.deepEqual(
      batch.invocations.map(({ argument }) => Buffer.from(argument.value).toString()),
      ["1", "2"],
    );
  });
}

test("v3: a state whose value says has_value = false is not set, whatever else it says", () => {
  const bytes = reflected(toFunction.v3, {
    invocation: {
      target: { namespace: "a", type: "b", id: "c" },
      state: [
        { state_name: "typed", state_value: { typename: "io.statefun.types/int", has_value: false } },
        { state_name: "bytes", state_value: { typename: "x/y", has_value: false, value: Buffer.from("v") } },
        { state_name: "absent" },
        { state_name: "set", state_value: { typename: "x/y", has_value: true } },
      ],
      invocations: [{ argument: argumentField("v3") }],
    },
  });
  assert.deepEqual(
    decodeRequest(bytes).state.map(({ name, value }) => [name, value?.typename]),
    [
      ["typed", undefined],
      ["bytes", undefined],
      ["absent", undefined],
      ["set", "x/y"],
    ],
  );
});

test("v2: a state whose bytes are absent or empty is not set, and an Any of no bytes is", () => {
  const bytes = reflected(toFunction.v2, {
    invocation: {
      target: { namespace: "a", type: "b", id: "c" },
      state: [
        { state_name: "absent" },
        { state_name: "empty", state_value: new Uint8Array(0) },
        { state_name: "any", state_value: Buffer.from([0x0a, 3, 0x78, 0x2f, 0x79]) },
      ],
      invocations: [{ argument: argumentField("v2") }],
    },
  });
  assert.deepEqual(
    decodeRequest(bytes).state.map(({ name, value }) => [name, value?.typename, value?.value.length]),
    [
      ["absent", undefined, undefined],
      ["empty", undefined, undefined],
      ["any", "x/y", 0],
    ],
  );
});

test("a request whose target is missing, or has no namespace or no type, is REQUEST_MALFORMED", () => {
  for (const target of [undefined, {}, { namespace: "a" }, { type: "b" }, { namespace: "", type: "", id: "c" }]) {
    const bytes = reflected(toFunction.v3, {
      invocation: { target, invocations: [{ argument: argumentField("v3") }] },
    });
    throwsCode(() => decodeRequest(bytes), "REQUEST_MALFORMED");
  }
});

test("a target with an empty id is read: ids are the engine's", () => {
  const bytes = reflected(toFunction.v3, { invocation: { target: { namespace: "a", type: "b" } } });
  assert.equal(decodeRequest(bytes).target.id, "");
});

test("a message without an argument is REQUEST_MALFORMED", () => {
  const bytes = reflected(toFunction.v3, {
    invocation: { target: { namespace: "a", type: "b" }, invocations: [{ caller: { namespace: "a", type: "b" } }] },
  });
  throwsCode(() => decodeRequest(bytes), "REQUEST_MALFORMED");
});

test("bytes in the middle of a larger buffer are read", () => {
  const bytes = requestBytes("v3", { to, messages: [{ argument: hello }] });
  const pool = Buffer.alloc(bytes.length + 20, 0xff);
  pool.set(bytes, 7);
  assert.equal(decodeRequest(pool.subarray(7, 7 + bytes.length)).target.id, "seth");
});

function argumentField(generation: "v2" | "v3") {
  const value = Buffer.from("v");
  return generation === "v2" ? { type_url: "x/y", value } : { typename: "x/y", has_value: true, value };
}

/** Which delimited fields are messages, and theirs: only these are opened. */
interface Opened {
  readonly [field: number]: Opened;
}
const address: Opened = {};
const packedValue: Opened = {};
const opened: Opened = { 100: { 1: address, 2: { 2: packedValue }, 3: { 1: address, 2: packedValue } } };

/** Puts unknown fields of every wire type before and after the fields of each message. */
function withUnknownFields(bytes: Uint8Array, shape: Opened = opened): Uint8Array {
  const unknown = Buffer.from([
    ...[0xf0, 0x07, 0x96, 0x01], // field 126, varint
    ...[0xf9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8], // field 127, 64 bits
    ...[0xf2, 0x07, 0x02, 0xff, 0xff], // field 126, delimited
    ...[0xf3, 0x07, 0x08, 0x01, 0xf4, 0x07], // field 126, a group
    ...[0xf5, 0x07, 1, 2, 3, 4], // field 126, 32 bits
  ]);
  const parts: Uint8Array[] = [unknown];
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    const inner = (tag & 7) === 2 ? shape[tag >>> 3] : undefined;
    if (inner === undefined) {
      reader.skipType(tag & 7);
      parts.push(bytes.subarray(start, reader.pos));
    } else {
      const body = withUnknownFields(reader.bytes(), inner);
      parts.push(protobuf.Writer.create().uint32(tag).bytes(body).finish());
    }
  }
  return Buffer.concat([...parts, unknown]);
}

/** Everything a batch holds, in values that compare alike whatever kind of bytes they came from. */
function comparable(batch: InvocationBatch) {
  const value = (packed: TypedValue | undefined) =>
    packed && [packed.typename, Buffer.from(packed.value).toString("hex")];
  return {
    generation: batch.generation,
    target: String(batch.target),
    state: batch.state.map((state) => [state.name, value(state.value)]),
    invocations: batch.invocations.map(({ caller, argument }) => [caller && String(caller), value(argument)]),
  };
}
