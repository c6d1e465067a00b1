// Requests of real engines: our decoder and protobufjs's reflection read the same.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { InvocationBatch } from "../../src/model/invocation.js";
import type { TypedValue } from "../../src/model/typed-value.js";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { kinds, packed, shown, types } from "../interop/catalogue.ts";
import { anyType, toFunction } from "../support/reflection.js";
import { readGolden } from "./files.ts";
import { scenarios } from "./scenarios.ts";

for (const [file, generation] of [
  ["requests/statefun-3.3", "v3"],
  ["requests/statefun-2.2", "v2"],
] as const) {
  const requests = readGolden(file);
  const request = (name: string): InvocationBatch => decodeRequest(requests.get(name) as Uint8Array);

  describe(file, () => {
    for (const [name, bytes] of requests) {
      test(`${name}: is decoded, and told to be ${generation}`, () => {
        const type = toFunction[generation];
        const { invocation } = type.toObject(type.decode(bytes));
        const batch = decodeRequest(bytes);
        assert.equal(batch.generation, generation);
        assert.deepEqual(addressOf(batch.target), invocation.target);
        assert.deepEqual(
          batch.state.map(({ name: state_name, value }) => ({ state_name, value: plain(value) })),
          (invocation.state ?? []).map(({ state_name, state_value }: any) => ({
            state_name,
            value: generation === "v3" ? typedValue(state_value) : serializedAny(state_value),
          })),
        );
        assert.deepEqual(
          batch.invocations.map(({ caller, argument }) => ({
            caller: caller && addressOf(caller),
            argument: plain(argument),
          })),
          invocation.invocations.map(({ caller, argument }: any) => ({
            caller,
            argument: generation === "v3" ? typedValue(argument) : any(argument),
          })),
        );
      });
    }

    test("there is one for every scenario", () => {
      for (const { name, only } of scenarios) {
        assert.equal(requests.has(name), only === undefined || only === generation, name);
      }
    });

    test("a state that is not set is there without a value", () => {
      const { state } = request("no effects");
      const names = state.map(({ name }) => name);
      assert.deepEqual(names.sort(), kinds.map((kind) => `${kind}_value`).sort());
      for (const { value } of state) assert.equal(value, undefined);
    });

    test("states that were set hold what was set", () => {
      const state = new Map(request("states deleted").state.map(({ name, value }) => [name, value]));
      for (const value of ["bool true", "int max", "float 1.5", "string unicode", "parcel full"]) {
        const kind = kinds.find((candidate) => value.startsWith(candidate)) as (typeof kinds)[number];
        const stored = state.get(`${kind}_value`) as TypedValue;
        assert.deepEqual(shown(kind, stored.as(types[kind])), shown(kind, packed(value).as(types[kind])));
      }
      assert.equal(state.get("long_value"), undefined);
    });

    test("states that hold a default are set, though they have no bytes", () => {
      const state = request("states set to what they are").state.filter(({ value }) => value !== undefined);
      assert.equal(state.length, 5);
      for (const { value } of state) assert.equal(value?.value.length, 0);
    });

    test("messages that wait for one address come in one batch, in their order", () => {
      const { invocations } = request("a batch of messages");
      assert.equal(invocations.length, 4);
      const values = invocations.map(({ argument }) => JSON.parse(Buffer.from(argument.value).toString())[0].value);
      assert.deepEqual(values, ["int 1", "int -1", "int 1", "int -1"]);
    });

    test("only a message of a function has a caller", () => {
      assert.equal(request("a message arrives from an ingress").invocations[0]?.caller, undefined);
      assert.equal(`${request("a reply").invocations[0]?.caller}`, "golden/forwarder/a-reply");
      assert.match(
        `${request("a delayed message arrives").invocations[0]?.caller}`,
        /^golden\/actor\/delayed-messages/,
      );
    });
  });
}

test("a 3.3 engine sends no states before the function has asked for them", () => {
  const requests = readGolden("requests/statefun-3.3");
  for (const name of ["the first call of a function with states", "the first call of a function with expirations"]) {
    assert.deepEqual(decodeRequest(requests.get(name) as Uint8Array).state, []);
  }
});

function addressOf({ namespace, name: type, id }: InvocationBatch["target"]) {
  return { namespace, type, id };
}

function plain(value: TypedValue | undefined) {
  return value && { typename: value.typename, value: hex(value.value) };
}

function typedValue(value: any) {
  return value?.has_value ? { typename: value.typename, value: hex(value.value) } : undefined;
}

function any({ type_url, value }: any) {
  return { typename: type_url, value: hex(value) };
}

function serializedAny(bytes: Uint8Array | undefined) {
  return bytes === undefined || bytes.length === 0 ? undefined : any(anyType.toObject(anyType.decode(bytes)));
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("hex");
}
