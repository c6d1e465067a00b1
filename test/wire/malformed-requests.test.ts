// Bytes that are no ToFunction are REQUEST_MALFORMED, and never anything else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { StatefunError } from "../../src/errors.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { generations, message, primitive, requestBytes } from "../support/calls.js";
import { throwsCode } from "../support/expect-code.js";

const hello = message(example.User, { name: "Seth" });

const garbage: [string, Uint8Array][] = [
  ["nothing", new Uint8Array(0)],
  ["text", Buffer.from("hello there, this is no protobuf")],
  ["JSON", Buffer.from('{"invocation":{}}')],
  ["zeros", new Uint8Array(20)],
  ["ones", new Uint8Array(20).fill(255)],
  ["only unknown fields", Buffer.from([0x08, 5])],
  ["an empty invocation", Buffer.from([0xa2, 0x06, 0])],
  ["an invocation that is a varint", Buffer.from([0xa0, 0x06, 1])],
  ["a tag that ends early", Buffer.from([0xa2])],
  ["a length that ends early", Buffer.from([0xa2, 0x06, 0x80])],
  ["a length beyond the end", Buffer.from([0xa2, 0x06, 5, 0])],
  ["a length of 4 GiB", Buffer.from([0xa2, 0x06, 0xff, 0xff, 0xff, 0xff, 0x0f])],
  ["a group that does not end", Buffer.from([0x0b, 0x08, 1])],
  ["the end of a group that did not begin", Buffer.from([0x0c])],
  ["a wire type that does not exist", Buffer.from([0x0f, 1])],
  ["groups nested ten thousand deep", new Uint8Array(10_000).fill(0x0b)],
];
for (const [what, bytes] of garbage) {
  test(`${what}: REQUEST_MALFORMED`, () => {
    throwsCode(() => decodeRequest(bytes), "REQUEST_MALFORMED");
    throwsCode(() => decodeRequest(bytes, "v2"), "REQUEST_MALFORMED");
  });
}

test("what is no bytes at all is REQUEST_MALFORMED", () => {
  for (const request of [undefined, null, "text", 5, {}]) {
    throwsCode(() => decodeRequest(request as unknown as Uint8Array), "REQUEST_MALFORMED");
  }
});

for (const generation of generations) {
  test(`${generation}: a request cut at any byte is REQUEST_MALFORMED`, () => {
    const bytes = requestBytes(generation, {
      to: "example/greeter/seth",
      state: { count: primitive(generation, "int", 5), name: primitive(generation, "string", "x"), unset: undefined },
      messages: [{ argument: hello }, { from: "a/b/c", argument: primitive(generation, "long", 2n ** 40n) }],
    });
    for (let length = 0; length < bytes.length; length++) {
      throwsCode(() => decodeRequest(bytes.subarray(0, length)), "REQUEST_MALFORMED");
    }
    assert.equal(decodeRequest(bytes).invocations.length, 2);
  });

  test(`${generation}: a batch cut at any byte is REQUEST_MALFORMED or ends between two fields`, () => {
    const whole = requestBytes(generation, {
      to: "example/greeter/seth",
      state: { count: primitive(generation, "int", 5) },
      messages: [{ argument: hello }, { from: "a/b/c", argument: hello }],
    });
    const batch = whole.subarray(whole.indexOf(0x0a)); // behind field 100's tag and length
    let decoded = 0;
    for (let length = 0; length < batch.length; length++) {
      try {
        decodeRequest(Buffer.from([0xa2, 0x06, (length & 0x7f) | 0x80, length >> 7, ...batch.subarray(0, length)]));
        decoded++;
      } catch (error) {
        assert.ok(error instanceof StatefunError, String(error));
        assert.equal(error.code, "REQUEST_MALFORMED");
      }
    }
    assert.equal(decoded, 3, "after the target, after the state, after the first message");
  });
}

/** A ToFunction by hand: each body becomes one field of the message around it. */
const field = (number: number, body: readonly number[], length = body.length) => [
  ...(number < 16 ? [(number << 3) | 2] : [((number << 3) & 0x7f) | 2 | 0x80, number >> 4]),
  length,
  ...body,
];
const target = field(1, [...field(1, [0x61]), ...field(2, [0x62]), ...field(3, [0x63])]);
const argument = field(2, [...field(1, [0x78, 0x2f, 0x79]), 0x10, 1]);

test("the request by hand is well-formed", () => {
  const bytes = Buffer.from(field(100, [...target, ...field(3, argument)]));
  assert.equal(decodeRequest(bytes).invocations[0]?.argument.typename, "x/y");
});

const unreadable: [string, number[]][] = [
  ["the field number 0", [0x00, 1]],
  ["a tag of six bytes", [0xf8, 0x80, 0x80, 0x80, 0x80, 0x00, 1]],
  ["a tag of more than 32 bits", [0xf8, 0x80, 0x80, 0x80, 0x10, 1]],
  ["a length of six bytes", [0x7a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
  ["a length of more than 32 bits", [0x7a, 0x80, 0x80, 0x80, 0x80, 0x10]],
  ["a group that ends under another number", [0x7b, 0x74]],
];
for (const [what, bytes] of unreadable) {
  test(`${what} is REQUEST_MALFORMED, on every level`, () => {
    for (const request of [
      [...field(100, [...target, ...field(3, argument)]), ...bytes],
      field(100, [...target, ...field(3, argument), ...bytes]),
      field(100, [...target, ...field(3, [...argument, ...bytes])]),
      field(100, [...target, ...field(3, field(2, [...field(1, [0x78, 0x2f, 0x79]), 0x10, 1, ...bytes]))]),
    ]) {
      throwsCode(() => decodeRequest(Buffer.from(request)), "REQUEST_MALFORMED");
    }
  });
}

test("has_value is set by any bit of its number", () => {
  const high = field(2, [...field(1, [0x78, 0x2f, 0x79]), 0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]); // 2^35
  const state = field(2, [...field(1, [0x73]), ...high]);
  const { state: read } = decodeRequest(Buffer.from(field(100, [...target, ...state, ...field(3, argument)])));
  assert.equal(read[0]?.value?.typename, "x/y");
});

const overlong: [string, number[]][] = [
  ["the batch", field(100, target, target.length + 1)],
  ["the target", field(100, field(1, [...field(1, [0x61]), ...field(2, [0x62])], 7))],
  [
    "a text of the target",
    field(100, [...field(1, [...field(1, [0x61]), ...field(2, [0x62], 3)]), ...field(3, argument)]),
  ],
  ["a state", field(100, [...target, ...field(2, field(1, [0x73]), 5)])],
  ["a state's name", field(100, [...target, ...field(2, field(1, [0x73], 3)), ...field(3, argument)])],
  ["a state's value", field(100, [...target, ...field(2, field(2, [0x10, 1], 4)), ...field(3, argument)])],
  ["a message", field(100, [...target, ...field(3, argument, argument.length + 1)])],
  ["an argument", field(100, [...target, ...field(3, field(2, [0x10, 1], 5)), ...field(3, argument)])],
  [
    "an argument's typename",
    field(100, [...target, ...field(3, field(2, field(1, [0x78], 4))), ...field(3, argument)]),
  ],
  ["an argument's bytes", field(100, [...target, ...field(3, field(2, field(3, [0x78], 4))), ...field(3, argument)])],
  ["an unknown field", field(100, [...target, ...field(3, [...argument, ...field(9, [1], 4)]), ...field(3, argument)])],
];
for (const [what, bytes] of overlong) {
  test(`${what} that reaches beyond the message around it is REQUEST_MALFORMED`, () => {
    throwsCode(() => decodeRequest(Buffer.from(bytes)), "REQUEST_MALFORMED");
  });
}
