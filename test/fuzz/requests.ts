// Well-formed requests of both generations, as trees, and an endless sequence of mutations.

import type { Generation } from "../support/calls.js";
import type { Random } from "../support/random.js";
import { mutateBytes, mutateTree } from "./mutate.js";
import { bytes, encode, type Field, flag, message, text } from "./wire-tree.js";

export interface Value {
  readonly typename: string;
  readonly value: Uint8Array;
}

const address = (number: number, namespace: string, type: string, id: string) =>
  message(number, text(1, namespace), text(2, type), text(3, id));

const packed = (generation: Generation, { typename, value }: Value): Field[] =>
  generation === "v2" ? [text(1, typename), bytes(2, value)] : [text(1, typename), flag(2, true), bytes(3, value)];

const unset = (generation: Generation) =>
  generation === "v2" ? bytes(2, Buffer.alloc(0)) : message(2, flag(2, false));

/** A ToFunction for `example/<name>`, with the states and messages given. */
export function request(
  generation: Generation,
  name: string,
  states: Readonly<Record<string, Value | undefined>>,
  values: readonly Value[],
): Field[] {
  const batch = [
    address(1, "example", name, "seth"),
    ...Object.entries(states).map(([state, value]) =>
      message(2, text(1, state), value === undefined ? unset(generation) : message(2, ...packed(generation, value))),
    ),
    ...values.map((value, index) =>
      message(3, ...(index % 2 === 0 ? [address(1, "a", "b", "c")] : []), message(2, ...packed(generation, value))),
    ),
  ];
  return [message(100, ...batch)];
}

/** An endless sequence of requests: most with one change, some with many. */
export function mutated(random: Random, seeds: readonly (readonly Field[])[]): Uint8Array {
  let tree = random.pick(seeds);
  if (random.chance(0.75)) {
    do tree = mutateTree(random, tree);
    while (random.chance(0.4));
    if (random.chance(0.9)) return encode(tree);
  }
  let changed: Uint8Array = encode(tree);
  do {
    if (changed.length === 0) break;
    changed = mutateBytes(random, changed);
  } while (random.chance(0.3));
  return changed;
}
