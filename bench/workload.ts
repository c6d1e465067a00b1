// The requests to measure, and the check of their answers. Both are made by protobufjs's reflection of proto/, which is
// independent of the codec under test.

import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { answerOf, type CallMessage, type Generation, type Packed, requestBytes } from "../test/support/calls.ts";
import { primitiveType, reflected, wrapperType } from "../test/support/reflection.ts";

const packedString = (generation: Generation, value: string): Packed =>
  generation === "v3"
    ? { typename: "io.statefun.types/string", value: reflected(primitiveType("StringWrapper"), { value }) }
    : {
        typename: "type.googleapis.com/google.protobuf.StringValue",
        value: reflected(wrapperType("StringValue"), { value }),
      };
const packedInt = (generation: Generation, value: number): Packed =>
  generation === "v3"
    ? { typename: "io.statefun.types/int", value: reflected(primitiveType("IntWrapper"), { value }) }
    : {
        typename: "type.googleapis.com/google.protobuf.Int32Value",
        value: reflected(wrapperType("Int32Value"), { value }),
      };

/** One request, and the check that an answer is right. */
export interface Work {
  readonly request: Uint8Array;
  check(answer: Uint8Array): void;
}

/** The reference workload: a batch of messages for one counter. Every `variant` has other messages. */
export function counterWork(batchSize: number, variant: number, generation: Generation = "v3"): Work {
  const start = 1000 + variant;
  const names = Array.from({ length: batchSize }, (_, index) => `name-${eight(variant * batchSize + index)}`);
  const caller = `bench/driver/caller-${eight(variant)}`;
  const messages = names.map((name): CallMessage => ({ from: caller, argument: packedString(generation, name) }));
  const request = requestBytes(generation, {
    to: `bench/counter/counter-${eight(variant)}`,
    state: { count: packedInt(generation, start) },
    messages,
  });
  const greetings = names.map((name, index) => packedString(generation, `Hello ${name} ${start + 1 + index}`));
  const shown = ({ typename, value }: Packed) => ({ typename, hex: Buffer.from(value).toString("hex") });
  const expected = {
    mutations: [{ name: "count", value: shown(packedInt(generation, start + batchSize)) }],
    messages: greetings.map((greeting) => ({ to: caller, argument: shown(greeting) })),
    delayed: [],
    egresses: greetings.map((greeting) => ({ egress: "bench/greetings", argument: shown(greeting) })),
  };
  return { request, check: (answer) => assert.deepEqual(answerOf(generation, answer), expected) };
}

/** Eight digits, which a soak replaces by other digits. */
const eight = (number: number) => String(number).padStart(8, "0");

/** Several requests, so that V8 does not optimise for a single request. */
export const counterWorks = (batchSize: number, variants = 16, generation: Generation = "v3"): Work[] =>
  Array.from({ length: variants }, (_, variant) => counterWork(batchSize, variant, generation));

const basketMessage = protobuf
  .parse(
    `syntax = "proto3"; message Basket { int32 version = 1; repeated Item items = 2;
     message Item { string name = 1; int32 count = 2; double price = 3; } }`,
  )
  .root.lookupType("Basket");

/** The bytes of a basket, about as many as asked for. */
function basketBytes(format: "protobuf" | "json", bytes: number): Uint8Array {
  const encode = (count: number) => {
    const items = Array.from({ length: count }, (_, index) => ({
      name: `article ${index}`,
      count: index,
      price: 9.5 + index,
    }));
    const basket = { version: 1, items };
    return format === "json" ? Buffer.from(JSON.stringify(basket)) : reflected(basketMessage, basket);
  };
  return encode(Math.max(1, Math.round(bytes / (encode(100).length / 100))));
}

/** A call of a function that changes a state, or of one that doesn't. The check counts the changed states. */
function stateWork(to: string, state: Record<string, Packed>, touched: boolean, generation: Generation): Work {
  const argument = packedString(generation, touched ? "touch" : "leave");
  return {
    request: requestBytes(generation, { to: `${to}/1`, state, messages: [{ argument }] }),
    check: (answer) => assert.equal(answerOf(generation, answer).mutations.length, touched ? 1 : 0),
  };
}

export function basketWork(
  format: "protobuf" | "json",
  bytes: number,
  touched: boolean,
  generation: Generation = "v3",
  name = `bench/${format}`,
): Work {
  const basket = { typename: "bench/Basket", value: basketBytes(format, bytes) };
  return stateWork(name, { basket }, touched, generation);
}

/** Twenty states, of which at most one is changed: numbers, or JSON of 1 kB each. */
export function twentyWork(kind: "int" | "json", touched: boolean): Work {
  const value = kind === "int" ? packedInt("v3", 5) : { typename: "bench/Basket", value: basketBytes("json", 1000) };
  const state = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`n${index}`, value]));
  return stateWork(kind === "int" ? "bench/twenty" : "bench/twenty-json", state, touched, "v3");
}
