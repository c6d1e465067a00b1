// Every length around the borders of its encoding, and texts that are easily taken for one another.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Address, TypedValue } from "../../src/index.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { encodeResponse } from "../../src/wire/encode-response.js";
import { answerOf, type Effects, generations, packed, requestBytes, shown } from "../support/calls.js";
import { throwsCode } from "../support/expect-code.js";
import { fromFunction, plain } from "../support/reflection.js";

const none = (): Effects => ({ mutations: [], messages: [], delayed: [], egresses: [] });
const borders = [127, 128, 16_383, 16_384, 2_097_151, 2_097_152];
const around = borders.flatMap((border) => [
  border - 40,
  border - 12,
  border - 8,
  border - 4,
  border - 1,
  border,
  border + 1,
]);

for (const generation of generations) {
  test(`${generation}: values of every length are written and read`, () => {
    for (const length of around) {
      const value = Buffer.alloc(length, length % 251);
      const argument = new TypedValue("a/b", value);
      const effects = none();
      effects.messages.push({ target: Address.of("a/b", "1"), argument }, { target: Address.of("a/b", "2"), argument });
      effects.mutations.push({ name: "s", value: argument });
      const bytes = encodeResponse(effects, generation);
      const answer = answerOf(generation, bytes);
      assert.deepEqual(
        answer.messages.map(({ to }) => to),
        ["a/b/1", "a/b/2"],
      );
      for (const { argument: sent } of answer.messages) assert.ok(sent.hex === value.toString("hex"), String(length));
      assert.ok(answer.mutations[0]?.value?.hex === value.toString("hex"));

      const request = requestBytes(generation, { to: "a/b/1", state: { s: argument }, messages: [{ argument }] });
      const batch = decodeRequest(request);
      assert.ok(value.equals(batch.invocations[0]?.argument.value ?? Buffer.alloc(0)), String(length));
      assert.ok(value.equals(batch.state[0]?.value?.value ?? Buffer.alloc(0)), String(length));
    }
  });

  test(`${generation}: texts of every length are written and read, of one, two, three and four bytes a character`, () => {
    for (const character of ["a", "é", "字", "😀"]) {
      for (const length of [0, 1, 2, 22, 23, 24, 39, 40, 95, 96, 97, 127, 128, 16_383, 16_384, 70_000]) {
        const id = `x${character.repeat(length)}`;
        const effects = none();
        effects.messages.push({ target: Address.of("a/b", id), argument: new TypedValue("c/d") });
        effects.egresses.push({ namespace: id, name: `${id}y`, argument: new TypedValue("c/d") });
        const read = plain(fromFunction[generation], encodeResponse(effects, generation)).invocation_result;
        assert.equal(read.outgoing_messages[0].target.id, id);
        assert.equal(read.outgoing_egresses[0].egress_namespace, id);
        assert.equal(read.outgoing_egresses[0].egress_type, `${id}y`);
        const request = requestBytes(generation, { to: `a/b/${id}`, messages: [{ argument: packed("c/d", "v") }] });
        assert.equal(decodeRequest(request).target.id, id);
      }
    }
  });
}

test("many answers, large and small in turn, do not disturb each other", () => {
  const answers = Array.from({ length: 60 }, (_, index) => {
    const effects = none();
    const argument = new TypedValue("a/b", Buffer.alloc(index % 7 === 0 ? 1_500_000 : index, index));
    effects.messages.push({ target: Address.of("a/b", String(index)), argument });
    return { bytes: encodeResponse(effects, "v3"), argument };
  });
  answers.forEach(({ bytes, argument }, index) => {
    const [sent] = answerOf("v3", bytes).messages;
    assert.equal(sent?.to, `a/b/${index}`);
    assert.ok(sent?.argument.hex === shown(argument).hex, String(index));
  });
});

test("texts of one length that differ in one character are told apart, however often they come", () => {
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const base = "org.example.functions";
  const ids: string[] = [];
  for (let at = 0; at < base.length; at++)
    for (const letter of letters) ids.push(base.slice(0, at) + letter + base.slice(at + 1));
  for (let round = 0; round < 2; round++) {
    for (const id of ids) {
      const request = requestBytes("v3", { to: `a/b/${id}`, state: { [id]: undefined }, messages: [] });
      const batch = decodeRequest(request);
      assert.equal(batch.target.id, id);
      assert.equal(batch.state[0]?.name, id);
    }
  }
});

test("a text of characters beyond ASCII is not taken for one of the same bytes' length", () => {
  for (const id of [
    "ab",
    "é",
    "ba",
    "é",
    "abc",
    "字",
    "a\u00e9",
    "\ufeffa",
    "\ufeff",
    "\u0000\u0000",
    "\u007f\u0080",
  ]) {
    assert.equal(decodeRequest(requestBytes("v3", { to: `a/b/${id}`, messages: [] })).target.id, id);
  }
});

test("a text that is no UTF-8 is REQUEST_MALFORMED, short or long", () => {
  for (const filler of ["", "x".repeat(30), "x".repeat(100)]) {
    for (const bad of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80]]) {
      const id = Buffer.concat([Buffer.from(filler), Buffer.from(bad)]);
      const address = Buffer.concat([Buffer.from([0x0a, 1, 0x61, 0x12, 1, 0x62, 0x1a, id.length]), id]);
      const batch = Buffer.concat([Buffer.from([0x0a, address.length]), address]);
      const length = [(batch.length & 0x7f) | 0x80, batch.length >> 7];
      const bytes = Buffer.concat([Buffer.from([0xa2, 0x06, ...length]), batch]);
      throwsCode(() => decodeRequest(bytes), "REQUEST_MALFORMED");
    }
  }
});

test("numbers may be written with more bytes than they need", () => {
  const padded = Buffer.from([0x10, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]); // has_value = 1
  const argument = Buffer.concat([Buffer.from([0x0a, 3, 0x78, 0x2f, 0x79]), padded]);
  const invocation = Buffer.concat([Buffer.from([0x12, argument.length | 0x80, 0x00]), argument]);
  const target = Buffer.from([0x0a, 6, 0x0a, 1, 0x61, 0x12, 1, 0x62]);
  const batch = Buffer.concat([target, Buffer.from([0x1a, invocation.length]), invocation]);
  const bytes = Buffer.concat([Buffer.from([0xa2, 0x06, batch.length]), batch]);
  const read = decodeRequest(bytes);
  assert.equal(read.generation, "v3");
  assert.equal(read.invocations[0]?.argument.typename, "x/y");
});
