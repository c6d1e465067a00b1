// What the engine reads of an answer, which reflection has written; and each answer that it refuses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeResponse } from "../../src/wire/decode-response.js";
import { generations } from "../support/calls.js";
import { throwsCode } from "../support/expect-code.js";
import { anyType, fromFunction, reflected } from "../support/reflection.js";

const target = { namespace: "a/b", type: "c", id: "1" };

for (const generation of generations) {
  const value =
    generation === "v3"
      ? { typename: "x/y", has_value: true, value: Buffer.from("hi") }
      : { type_url: "x/y", value: Buffer.from("hi") };
  const valueType =
    generation === "v3" ? fromFunction.v3.root.lookupType("io.statefun.sdk.reqreply.TypedValue") : anyType;
  const packed = Buffer.from(reflected(valueType, value));
  // On v2 a state's value is bytes that hold an Any.
  const stateValue = generation === "v3" ? value : packed;
  const answer = (result: object) =>
    (decodeResponse(reflected(fromFunction[generation], { invocation_result: result })) as any).effects;

  test(`${generation}: every effect is read, with its value unopened`, () => {
    const { mutations, messages, delayed, egresses } = answer({
      state_mutations: [
        { state_name: "kept", mutation_type: "MODIFY", state_value: stateValue },
        { state_name: "gone", mutation_type: "DELETE" },
      ],
      outgoing_messages: [{ target, argument: value }],
      delayed_invocations: [{ delay_in_ms: 5, target, argument: value }],
      outgoing_egresses: [{ egress_namespace: "n/s", egress_type: "out", argument: value }],
    });
    assert.deepEqual(
      mutations.map((mutation: any) => [mutation.name, mutation.value && Buffer.from(mutation.value)]),
      [
        ["kept", packed],
        ["gone", undefined],
      ],
    );
    assert.equal(String(messages[0].target), "a/b/c/1");
    assert.deepEqual(Buffer.from(messages[0].argument), packed);
    assert.equal(delayed[0].delayMs, 5);
    assert.equal(delayed[0].cancellationToken, undefined);
    assert.deepEqual(Buffer.from(delayed[0].argument), packed);
    assert.deepEqual([egresses[0].namespace, egresses[0].name], ["n/s", "out"]);
    assert.deepEqual(Buffer.from(egresses[0].argument), packed);
  });

  test(`${generation}: an empty answer is one without effects`, () => {
    const nothing = { mutations: [], messages: [], delayed: [], egresses: [] };
    assert.deepEqual(answer({}), nothing);
    assert.deepEqual(decodeResponse(new Uint8Array(0)), { effects: nothing, end: undefined });
  });

  const malformed: [string, object][] = [
    ["a state to be written without a value", { state_mutations: [{ state_name: "a", mutation_type: "MODIFY" }] }],
    ["a message without a target", { outgoing_messages: [{ argument: value }] }],
    ["a message without an argument", { outgoing_messages: [{ target }] }],
    ["a delayed message without a target", { delayed_invocations: [{ delay_in_ms: 1, argument: value }] }],
    ["a delay below zero", { delayed_invocations: [{ delay_in_ms: -1, target, argument: value }] }],
    ["a record without an argument", { outgoing_egresses: [{ egress_namespace: "a", egress_type: "b" }] }],
  ];
  for (const [what, result] of malformed) {
    test(`${generation}: ${what} is RESPONSE_MALFORMED`, () => {
      throwsCode(() => answer(result), "RESPONSE_MALFORMED");
    });
  }

  test(`${generation}: an answer that is cut short is RESPONSE_MALFORMED, or one with fewer effects`, () => {
    const bytes = reflected(fromFunction[generation], {
      invocation_result: { outgoing_messages: [{ target, argument: value }] },
    });
    for (let length = 1; length < bytes.length; length++) {
      throwsCode(() => decodeResponse(bytes.subarray(0, length)), "RESPONSE_MALFORMED");
    }
  });
}

test("v3: a cancellation carries its token, and one without a token is RESPONSE_MALFORMED", () => {
  const answer = (entry: object) =>
    (decodeResponse(reflected(fromFunction.v3, { invocation_result: { delayed_invocations: [entry] } })) as any)
      .effects;
  const cancelled = answer({ is_cancellation_request: true, cancellation_token: "t" });
  assert.deepEqual(cancelled.delayed, [{ cancel: "t" }]);
  throwsCode(() => answer({ is_cancellation_request: true }), "RESPONSE_MALFORMED");
});

test("v3: missing states are read with their types and expirations", () => {
  const spec = (name: string, expiration?: object) => ({
    state_name: name,
    type_typename: "x/y",
    ...(expiration === undefined ? {} : { expiration_spec: expiration }),
  });
  const bytes = reflected(fromFunction.v3, {
    incomplete_invocation_context: {
      missing_values: [
        spec("never"),
        spec("written", { mode: "AFTER_WRITE", expire_after_millis: 5 }),
        spec("called", { mode: "AFTER_INVOKE", expire_after_millis: 2 ** 40 }),
      ],
    },
  });
  assert.deepEqual(decodeResponse(bytes), {
    missing: [
      { name: "never", typename: "x/y", expiration: { mode: "none", afterMs: 0 } },
      { name: "written", typename: "x/y", expiration: { mode: "after-write", afterMs: 5 } },
      { name: "called", typename: "x/y", expiration: { mode: "after-call", afterMs: 2 ** 40 } },
    ],
  });
});

test("v3: a missing state without a name, or with an unknown mode, is RESPONSE_MALFORMED", () => {
  const answer = (spec: object) =>
    decodeResponse(reflected(fromFunction.v3, { incomplete_invocation_context: { missing_values: [spec] } }));
  throwsCode(() => answer({ type_typename: "x/y" }), "RESPONSE_MALFORMED");
  throwsCode(() => answer({ state_name: "a", expiration_spec: { mode: 7 } }), "RESPONSE_MALFORMED");
});
