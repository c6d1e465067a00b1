// Addresses as values: their bytes, their JSON, and what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Address } from "../../src/model/address.js";
import { Types } from "../../src/types/primitives.js";
import { throwsCode } from "../support/expect-code.js";

const { address } = Types;
const bob = new Address("a/b", "c", "d/é");

test("an address is the proto message Address of the protocol", () => {
  const packed = address.pack(bob);
  assert.equal(packed.typename, "type.googleapis.com/io.statefun.sdk.reqreply.Address");
  assert.equal(Buffer.from(packed.value).toString("latin1"), "\n\u0003a/b\u0012\u0001c\u001a\u0004d/\u00c3\u00a9");
  assert.deepEqual(packed.as(address), bob);
  assert.deepEqual(address.deserialize(Uint8Array.of(0x22, 1, 65)), new Address("", "", ""));
});

test("an address is JSON with the fields' names", () => {
  assert.deepEqual(address.toJson(bob), { namespace: "a/b", type: "c", id: "d/é" });
  assert.deepEqual(address.fromJson({ namespace: "a/b", type: "c", id: "d/é" }), bob);
  for (const wrong of [null, 5, {}, { namespace: "a", type: "c" }, { namespace: "a", type: "c", id: 5 }])
    throwsCode(() => address.fromJson(wrong), "VALUE_INVALID");
});

test("what is no address is refused", () => {
  for (const wrong of ["a/b/c", undefined, { namespace: "a", name: "b", id: "c" }, new Address("a", "b", "\ud800")])
    throwsCode(() => address.pack(wrong as Address), "VALUE_INVALID");
});
