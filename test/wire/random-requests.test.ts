// Seeded random requests, encoded by reflection and decoded by both.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { type Generation, generations } from "../support/calls.js";
import { type Random, randomOf } from "../support/random.js";
import { anyType, plain, reflected, toFunction } from "../support/reflection.js";

/** `npm run test:fuzz` makes more. */
const rounds = Number(process.env.STATEFUN_WIRE_ROUNDS ?? 500);

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString("hex");

function randomValue(random: Random, generation: Generation): Record<string, unknown> {
  const some: Record<string, unknown> = {};
  const name = random.chance() ? `type.googleapis.com/${random.text(8)}` : random.text(12);
  if (random.chance(0.95)) some[generation === "v2" ? "type_url" : "typename"] = name;
  if (random.chance(0.8)) some.value = random.bytes(40);
  if (generation === "v3" && random.chance(0.8)) some.has_value = random.chance(0.9);
  // An Any has no such field, so reflection can't write it there: test/wire/metadata.test.ts does.
  if (generation === "v3" && random.chance(0.3)) some.metadata = random.list(3, () => randomPair(random));
  return some;
}

function randomPair(random: Random): Record<string, unknown> {
  return {
    ...(random.chance(0.9) && { key: random.text(6) }),
    ...(random.chance(0.8) && { value: random.bytes(6) }),
    ...(random.chance(0.8) && { has_value: random.chance(0.9) }),
  };
}

function randomAddress(random: Random): Record<string, unknown> {
  return {
    ...(random.chance(0.9) && { namespace: random.text(6) }),
    ...(random.chance(0.9) && { type: random.text(6) }),
    ...(random.chance(0.9) && { id: random.text(10) }),
  };
}

function randomRequest(random: Random, generation: Generation): Record<string, unknown> {
  const state = random.list(4, () => {
    const value = randomValue(random, generation);
    return {
      ...(random.chance(0.95) && { state_name: random.text(8) }),
      ...(random.chance(0.8) && { state_value: generation === "v2" ? reflected(anyType, value) : value }),
    };
  });
  const invocations = random.list(5, () => ({
    ...(random.chance() && { caller: randomAddress(random) }),
    argument: randomValue(random, generation),
  }));
  const target = { ...randomAddress(random), namespace: `n${random.text(4)}`, type: `t${random.text(4)}` };
  return { invocation: { target, state, invocations } };
}

/** What decodeRequest should say, worked out from what reflection reads. */
function expected(generation: Generation, bytes: Uint8Array) {
  const type = toFunction[generation];
  const { invocation } = type.toObject(type.decode(bytes)) as any;
  const address = ({ namespace = "", type = "", id = "" }: any) => [namespace, type, id];
  const stateValue = (value: any) => {
    if (generation === "v3") return value?.has_value ? [value.typename ?? "", hex(value.value)] : undefined;
    const any = anyType.toObject(anyType.decode(value ?? new Uint8Array(0))) as any;
    return any.type_url ? [any.type_url, hex(any.value)] : undefined;
  };
  return {
    target: address(invocation.target),
    state: (invocation.state ?? []).map((state: any) => [state.state_name ?? "", stateValue(state.state_value)]),
    invocations: (invocation.invocations ?? []).map(({ caller, argument }: any) => ({
      caller: caller?.type ? address(caller) : undefined,
      argument: [(generation === "v2" ? argument.type_url : argument.typename) ?? "", hex(argument.value)],
      metadata: (argument.metadata ?? []).map(({ key = "", value, has_value }: any) => [
        key,
        has_value ? hex(value) : null,
      ]),
    })),
  };
}

function decoded(generation: Generation, bytes: Uint8Array) {
  const batch = decodeRequest(bytes, generation);
  return {
    target: [batch.target.namespace, batch.target.name, batch.target.id],
    state: batch.state.map(({ name, value }) => [name, value && [value.typename, hex(value.value)]]),
    invocations: batch.invocations.map(({ caller, argument }) => ({
      caller: caller && [caller.namespace, caller.name, caller.id],
      argument: [argument.typename, hex(argument.value)],
      metadata: [...argument.metadata].map(([name, value]) => [name, value && hex(value)]),
    })),
  };
}

for (const generation of generations) {
  test(`${generation}: ${rounds} random requests are read as reflection reads them`, (t) => {
    const random = randomOf(t);
    for (let round = 0; round < rounds; round++) {
      const bytes = reflected(toFunction[generation], randomRequest(random, generation));
      assert.deepEqual(decoded(generation, bytes), expected(generation, bytes), `round ${round}`);
    }
  });

  test(`${generation}: ${rounds} random requests with a value tell their own generation`, (t) => {
    const random = randomOf(t);
    for (let round = 0; round < rounds; round++) {
      const request = randomRequest(random, generation) as any;
      const value = { value: Uint8Array.of(1), ...(generation === "v3" && { has_value: true }) };
      request.invocation.invocations.push({ argument: { ...randomValue(random, generation), ...value } });
      const bytes = reflected(toFunction[generation], request);
      assert.equal(decodeRequest(bytes).generation, generation, JSON.stringify(plain(toFunction[generation], bytes)));
    }
  });
}
