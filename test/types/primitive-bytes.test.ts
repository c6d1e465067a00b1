// The primitives' bytes against protobufjs's reflection of proto/types.proto (v3) and of google.protobuf's wrappers (v2).

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Type, TypedValue, Types } from "../../src/index.js";
import { primitive } from "../support/calls.js";
import { throwsCode } from "../support/expect-code.js";
import { type Random, randomOf } from "../support/random.js";
import { reflected, wrapperType } from "../support/reflection.js";

type Kind = "bool" | "int" | "long" | "float" | "double" | "string";

const typeOfKind: Record<Kind, Type<any>> = Types;
const edges: Record<Kind, readonly unknown[]> = {
  bool: [true, false],
  int: [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 300],
  long: [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 2n ** 32n, -(2n ** 32n)],
  float: [0, -0, 1.5, 0.1, -3.4028234663852886e38, Number.NaN, Number.POSITIVE_INFINITY],
  double: [0, -0, 0.1, Number.MAX_VALUE, Number.MIN_VALUE, Number.NaN, Number.NEGATIVE_INFINITY],
  string: ["", "Seth", "é字😀", "\u0000", "x".repeat(300)],
};
const randomly: Record<Kind, (random: Random) => unknown> = {
  bool: (random) => random.chance(),
  int: (random) => (random.below(2 ** 32) | 0) >> random.below(32),
  long: (random) =>
    BigInt.asIntN(64, (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32))) >>
    BigInt(random.below(64)),
  float: (random) => Math.fround((random.next() - 0.5) * 10 ** (random.below(70) - 35)),
  double: (random) => (random.next() - 0.5) * 10 ** (random.below(600) - 300),
  string: (random) => random.text(60),
};
const kinds = Object.keys(edges) as Kind[];

// Reflection leaves minus zero out, as if it were the default; Java and Go write it, since they compare the bits.
const omittedByReflection = (value: unknown) => Object.is(value, -0);

function assertSameBytes(kind: Kind, value: unknown): void {
  const type = typeOfKind[kind];
  for (const generation of ["v3", "v2"] as const) {
    const theirs = primitive(generation, kind, value);
    const ours = generation === "v3" ? type.pack(value) : type.pack(value).toV2();
    assert.equal(ours.typename, theirs.typename);
    if (!omittedByReflection(value)) assert.equal(Buffer.from(ours.value).toString("hex"), theirs.hex, String(value));
    const expected = omittedByReflection(value) && theirs.value.length === 0 ? 0 : value;
    const read = type.unpack(new TypedValue(theirs.typename, theirs.value));
    assert.deepStrictEqual(read, kind === "float" ? Math.fround(expected as number) : expected);
  }
}

for (const kind of kinds) {
  test(`${kind}: the edge values have reflection's bytes in both generations`, () => {
    for (const value of edges[kind]) assertSameBytes(kind, value);
  });

  test(`${kind}: random values have reflection's bytes in both generations`, (t) => {
    const random = randomOf(t);
    for (let round = 0; round < 500; round++) assertSameBytes(kind, randomly[kind](random));
  });

  for (const form of ["v3", "v2"] as const) {
    const type = () => (form === "v3" ? typeOfKind[kind] : (typeOfKind[kind].v2 as Type<any>));
    const [some, other] = edges[kind].filter((value) => value !== "" && value !== 0 && value !== 0n && value !== false);
    const first = other ?? true;

    test(`${kind} (${form}): the last of repeated fields wins`, () => {
      const bytes = Buffer.concat([primitive(form, kind, first).value, primitive(form, kind, some).value]);
      assert.deepStrictEqual(type().deserialize(bytes), kind === "float" ? Math.fround(some as number) : some);
    });

    test(`${kind} (${form}): unknown fields of every wire type are skipped`, () => {
      const unknown = Buffer.from([
        ...[0x10, 0x96, 0x01], // field 2, varint
        ...[0x19, 1, 2, 3, 4, 5, 6, 7, 8], // field 3, 64 bits
        ...[0x22, 0x02, 0xff, 0xff], // field 4, delimited
        ...[0x2b, 0x08, 0x01, 0x2c], // field 5, a group
        ...[0x35, 1, 2, 3, 4], // field 6, 32 bits
        ...[0xfa, 0xff, 0xff, 0xff, 0x0f, 0x00], // the highest field number, delimited and empty
      ]);
      const { value: bytes } = primitive(form, kind, some);
      const expected = kind === "float" ? Math.fround(some as number) : some;
      assert.deepStrictEqual(type().deserialize(Buffer.concat([unknown, bytes])), expected);
      assert.deepStrictEqual(type().deserialize(Buffer.concat([bytes, unknown])), expected);
    });

    test(`${kind} (${form}): field 1 of another wire type is an unknown field`, () => {
      const otherWireType = kind === "string" ? [0x08, 0x05] : [0x0a, 0x02, 0xff, 0x01];
      assert.deepStrictEqual(type().deserialize(Buffer.from(otherWireType)), type().deserialize(new Uint8Array(0)));
    });

    test(`${kind} (${form}): truncated bytes are VALUE_UNREADABLE`, () => {
      const { value: bytes } = primitive(form, kind, some);
      for (let length = 1; length < bytes.length; length++) {
        throwsCode(() => type().deserialize(bytes.subarray(0, length)), "VALUE_UNREADABLE", type().typename);
      }
    });
  }
}

test("garbage is VALUE_UNREADABLE for every type", () => {
  const garbage = [[0xff], [0x0f], [0x0e, 0x00], [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], Array(12).fill(0xff)];
  for (const type of Object.values(Types) as Type<any>[]) {
    for (const bytes of garbage) throwsCode(() => type.deserialize(Uint8Array.from(bytes)), "VALUE_UNREADABLE");
  }
});

test("bytes are google.protobuf.BytesValue in both generations", (t) => {
  const random = randomOf(t);
  for (let round = 0; round < 200; round++) {
    const value = random.bytes(200);
    const packed = Types.bytes.pack(value);
    const theirs = reflected(wrapperType("BytesValue"), { value });
    assert.equal(packed.typename, "type.googleapis.com/google.protobuf.BytesValue");
    assert.equal(packed.toV2(), packed);
    assert.deepEqual(Uint8Array.from(packed.value), theirs);
    assert.deepEqual(Types.bytes.deserialize(theirs), value);
  }
});

test("bytes: the last of repeated fields wins, and truncated bytes are VALUE_UNREADABLE", () => {
  const bytes = Buffer.from([0x0a, 1, 7, 0x0a, 2, 8, 9]);
  assert.deepEqual([...Types.bytes.deserialize(bytes)], [8, 9]);
  for (const length of [1, 2, 4, 5, 6]) {
    throwsCode(() => Types.bytes.deserialize(bytes.subarray(0, length)), "VALUE_UNREADABLE");
  }
});

test("a value that a pooled buffer holds at an odd offset is read", () => {
  const pool = Buffer.alloc(64, 0xee);
  const { value } = primitive("v3", "double", 0.1);
  pool.set(value, 13);
  assert.equal(Types.double.deserialize(pool.subarray(13, 13 + value.length)), 0.1);
});
