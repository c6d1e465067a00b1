// Primitives that cross from functions of one generation to those of the other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Type, TypedValue, Types } from "statefun-ts";
import { convertPacked, decodePacked, encodePacked } from "../../src/wire/packed.js";

const values: [type: Type<any>, value: unknown][] = [
  [Types.bool, true],
  [Types.bool, false],
  ...[0, 1, -1, 127, 128, -2147483648, 2147483647].map((value): [Type<any>, unknown] => [Types.int, value]),
  ...[0n, -1n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n].map((value): [Type<any>, unknown] => [Types.long, value]),
  [Types.float, -0],
  [Types.double, 0.1],
  [Types.string, "é字😀"],
];

test("a primitive becomes the other generation's, and itself again on the way back", () => {
  for (const [type, value] of values) {
    const v3 = type.pack(value);
    const sent = encodePacked(new TypedValue(v3.typename, v3.value), "v3");
    const received = decodePacked(convertPacked(sent, "v3", "v2"), "v2");
    assert.equal(received.typename, type.v2?.typename);
    assert.deepEqual(Buffer.from(received.value), Buffer.from(type.v2?.serialize(value) as Uint8Array), type.typename);
    const back = convertPacked(encodePacked(received, "v2"), "v2", "v3");
    assert.deepEqual(Buffer.from(back), Buffer.from(sent), type.typename);
  }
});

test("what is no primitive, or not what its name says, keeps its name and its bytes", () => {
  for (const [typename, bytes] of [
    ["example/order", [1, 2, 3]],
    ["type.googleapis.com/google.protobuf.BytesValue", [10, 1, 7]],
    ["io.statefun.types/int", [0x0d, 1]],
  ] as const) {
    const converted = decodePacked(
      convertPacked(encodePacked(new TypedValue(typename, Uint8Array.from(bytes)), "v3"), "v3", "v2"),
      "v2",
    );
    assert.deepEqual([converted.typename, [...converted.value]], [typename, [...bytes]]);
  }
});
