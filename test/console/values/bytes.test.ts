import assert from "node:assert/strict";
import { test } from "node:test";
import { base64Of, bytesOfBase64, bytesOfHex, hexRows, hexText } from "../../../console/values/bytes.js";

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

test("bytes come back from base64, also a megabyte of them", () => {
  const many = new Uint8Array(1 << 20).map((_, place) => place * 7);
  for (const bytes of [new Uint8Array(), everyByte, many]) {
    assert.deepEqual(bytesOfBase64(base64Of(bytes)), bytes);
    assert.equal(base64Of(bytes), Buffer.from(bytes).toString("base64"));
  }
});

test("text that is no base64 is refused", () => {
  assert.throws(() => bytesOfBase64("%%"), SyntaxError);
});

test("a hex dump has sixteen bytes in a row, with their place and their text", () => {
  assert.deepEqual(hexRows(new TextEncoder().encode("Hello, stateful\nworld")), [
    { offset: "00000000", hex: "48 65 6c 6c 6f 2c 20 73 74 61 74 65 66 75 6c 0a", text: "Hello, stateful." },
    { offset: "00000010", hex: "77 6f 72 6c 64", text: "world" },
  ]);
  assert.deepEqual(hexRows(new Uint8Array()), []);
});

test("bytes come back from what the editor shows", () => {
  assert.deepEqual(bytesOfHex(hexText(everyByte)), everyByte);
});

test("hexadecimal digits are read with or without spaces, in both cases", () => {
  const expected = Uint8Array.of(0, 0xab, 0xcd, 0xef);
  for (const text of ["00abcdef", "00 AB cd\nEF", "  00ab\r\n\tcdef  \n"]) assert.deepEqual(bytesOfHex(text), expected);
  assert.deepEqual(bytesOfHex(" \n"), new Uint8Array());
});

test("half a byte and a wrong character are refused with their place", () => {
  assert.throws(() => bytesOfHex("00 01\n0"), { name: "SyntaxError", message: /^Line 2, column 1: a byte has two/ });
  assert.throws(() => bytesOfHex("00 a b"), { name: "SyntaxError", message: /^Line 1, column 4: a byte has two/ });
  assert.throws(() => bytesOfHex("00 01\n 0x"), { name: "SyntaxError", message: /^Line 2, column 2/ });
  assert.throws(() => bytesOfHex("zz"), { name: "SyntaxError", message: /^Line 1, column 1: "z" is no/ });
});
