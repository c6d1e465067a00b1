// One function with a state of each kind, whose only handler does what a test says to its states.

import protobufjs from "protobufjs";
import { example } from "../../samples/messages/messages.js";
import { Handles, json, State, StatefulFunction, StatefulFunctions, Types } from "../../src/index.js";
import type { MessageClass } from "../../src/model/protobuf-class.js";
import { type AnswerValue, Engine, type Generation, type Packed, packed, primitive } from "../support/calls.js";

const { User } = example;
export const to = "example/probe/1";

export interface Cart {
  items: { sku: string; count: number }[];
  note?: string | undefined;
}
const cartType = json<Cart>("shop/cart");

const { root } = protobufjs.parse(`
  syntax = "proto3";
  package shop;
  message Line { string sku = 1; int32 count = 2; bytes blob = 3; }
  message Order { Line line = 1; repeated Line lines = 2; }
`);
export interface Line {
  sku: string;
  count: number;
  blob: Uint8Array;
}
export const Order = root.lookupType("shop.Order").ctor as unknown as MessageClass<{ line: Line; lines: Line[] }>;
export const encodeOrder = (order: object) => packed("type.googleapis.com/shop.Order", Order.encode(order).finish());

@StatefulFunction("example/probe")
export class Probe {
  @State("count", Types.int) count = 0;
  @State("total", Types.long) total?: bigint;
  @State("name", Types.string) name: string | undefined | null;
  @State("cart", cartType) cart: Cart = { items: [] };
  @State("order", Order) order?: { line: Line; lines: Line[] };
  @State("user", User) user?: example.User;
  @State("blob", Types.bytes) blob: Uint8Array = new Uint8Array(2);
  @State("ratio", Types.double) ratio = 0;

  static act: (probe: Probe, turn: number) => unknown = () => {};
  static turn = 0;

  @Handles(Types.string)
  handle() {
    return Probe.act(this, Probe.turn++);
  }
}
export const names = ["count", "total", "name", "cart", "order", "user", "blob", "ratio"];
export const functions = new StatefulFunctions(Probe);

/** Runs one batch with these states stored; resolves to the mutations as name → value, null for a deletion. */
export type Batch = (
  stored: Record<string, Packed>,
  act: (probe: Probe, turn: number) => unknown,
  turns?: number,
) => Promise<Record<string, AnswerValue | null>>;

export function batchesOf(generation: Generation): Batch {
  const engine = new Engine(functions, generation);
  return async (stored, act, turns = 1) => {
    Probe.act = act;
    Probe.turn = 0;
    const state = new Map(names.map((name) => [name, stored[name]]));
    const argument = primitive(generation, "string", "go");
    const answer = await engine.call({ to, state, messages: Array.from({ length: turns }, () => ({ argument })) });
    return Object.fromEntries(answer.mutations.map(({ name, value }) => [name, value ?? null]));
  };
}

export const jsonOf = (value: unknown) => packed("shop/cart", JSON.stringify(value));
