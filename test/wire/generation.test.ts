// Telling v2 from v3 in one request, as docs of the protocol say: by the argument's field 2.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { throwsCode } from "../support/expect-code.js";
import { reflected, toFunction } from "../support/reflection.js";

const target = { namespace: "a", type: "b", id: "c" };
const value = Buffer.from("v");
const url = "type.googleapis.com/example.User";

const v2 = (invocations: object[], state: object[] = []) =>
  reflected(toFunction.v2, { invocation: { target, state, invocations } });
const v3 = (invocations: object[], state: object[] = []) =>
  reflected(toFunction.v3, { invocation: { target, state, invocations } });

test("an Any with a value is v2", () => {
  assert.equal(decodeRequest(v2([{ argument: { type_url: url, value } }])).generation, "v2");
  assert.equal(decodeRequest(v2([{ argument: { type_url: "example.com/x", value } }])).generation, "v2");
});

test("a TypedValue with has_value is v3, whatever its typename and with no bytes too", () => {
  assert.equal(decodeRequest(v3([{ argument: { typename: url, has_value: true, value } }])).generation, "v3");
  assert.equal(decodeRequest(v3([{ argument: { typename: url, has_value: true } }])).generation, "v3");
  assert.equal(decodeRequest(v3([{ argument: { typename: "x/y", has_value: true } }])).generation, "v3");
});

test("a TypedValue with bytes and no has_value is v3", () => {
  assert.equal(decodeRequest(v3([{ argument: { typename: "x/y", value } }])).generation, "v3");
});

test("an argument with neither field is v2 when its name is a protobuf type URL", () => {
  assert.equal(decodeRequest(v2([{ argument: { type_url: url } }])).generation, "v2");
});

test("an argument with neither field is v3 only when its name is one of v3's own", () => {
  assert.equal(decodeRequest(v3([{ argument: { typename: "io.statefun.types/string" } }])).generation, "v3");
  assert.equal(decodeRequest(v2([{ argument: { type_url: "shop/Ping" } }])).generation, "v2");
});

test("a later message tells when the first can't", () => {
  const ambiguous = { argument: { type_url: "example.com/Empty" } };
  assert.equal(decodeRequest(v2([ambiguous, { argument: { type_url: url, value } }])).generation, "v2");
  const empty = { argument: { typename: url } };
  assert.equal(decodeRequest(v3([empty, { argument: { typename: url, has_value: true } }])).generation, "v3");
});

test("a state tells when no message can", () => {
  const any = Buffer.from([0x0a, 3, 0x78, 0x2f, 0x79, 0x12, 1, 7]);
  const ambiguous = { argument: { type_url: "example.com/Empty" } };
  assert.equal(decodeRequest(v2([ambiguous], [{ state_name: "s", state_value: any }])).generation, "v2");
  const empty = { argument: { typename: url } };
  const typed = { state_name: "s", state_value: { typename: "x/y", has_value: true } };
  assert.equal(decodeRequest(v3([empty], [typed])).generation, "v3");
});

test("a pinned generation decides where the bytes tell none, and must not contradict them", () => {
  const ambiguous = v2([{ argument: { type_url: "example.com/Empty" } }]);
  assert.equal(decodeRequest(ambiguous, "v2").generation, "v2");
  assert.equal(decodeRequest(ambiguous, "v3").generation, "v3");
  assert.equal(decodeRequest(v3([{ argument: { typename: url } }]), "v3").generation, "v3");
  throwsCode(
    () => decodeRequest(v2([{ argument: { type_url: url, value } }]), "v3"),
    "GENERATION_MISMATCH",
    "v2",
    "v3",
  );
});

test("a pinned v2 reads a state that holds an Any of no bytes", () => {
  const any = Buffer.from([0x0a, 3, 0x78, 0x2f, 0x79]);
  const bytes = v2([{ argument: { type_url: "example.com/Empty" } }], [{ state_name: "s", state_value: any }]);
  assert.equal(decodeRequest(bytes, "v2").state[0]?.value?.typename, "x/y");
});
