// Changes requests, by their fields and by their bytes.

import type { Random } from "../support/random.js";
import { type Field, flag, message, text, varint } from "./wire-tree.js";

const names = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "",
  "/",
  "a/b",
  "\u0000",
  "line\nbreak",
  "\ufeff",
  "x".repeat(200),
];
const noUtf8 = [
  [0xff],
  [0xc3],
  [0xed, 0xa0, 0x80],
  [0xc0, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
];
const numbers = [
  0n,
  1n,
  2n,
  127n,
  128n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const fieldNumbers = [0, 1, 2, 3, 4, 10, 11, 15, 16, 99, 100, 101, 2_047, 19_000, 2 ** 29 - 1];

type Change = (random: Random, fields: Field[], at: number) => void;

const replaced =
  (change: (random: Random, field: Field) => Field): Change =>
  (random, fields, at) => {
    fields[at] = change(random, fields[at] as Field);
  };

/** Changes of one field among others. */
const changes: readonly Change[] = [
  (_random, fields, at) => void fields.splice(at, 1),
  // Twice: a oneof that is set twice, a message to merge, another entry of a list.
  (_random, fields, at) => void fields.splice(at, 0, fields[at] as Field),
  (random, fields, at) => void fields.splice(random.below(fields.length + 1), 0, fields[at] as Field),
  (random, fields, at) => {
    const other = random.below(fields.length);
    [fields[at], fields[other]] = [fields[other] as Field, fields[at] as Field];
  },
  (random, fields, at) => void fields.splice(at, 0, unknownField(random)),
  replaced((random, field) => ({ ...field, number: random.pick(fieldNumbers) })),
  replaced((random, field) => ({ ...field, wireType: random.below(8) })),
  replaced((random, field) => ({ ...field, claimedLength: random.pick(numbers) })),
  replaced((random, field) => ({ ...field, padding: 1 + random.below(9) })),
  replaced((random, field) => ({ ...text(field.number, random.pick(names)) })),
  replaced((random, field) => ({ ...field, wireType: 2, content: badText(random) })),
  replaced((random, field) => ({ ...field, wireType: 2, content: random.bytes(40) })),
  replaced((random, field) => flag(field.number, random.pick(numbers))),
  replaced((random, field) => message(field.number, ...Array.from({ length: random.below(30) }, () => field))),
  replaced((random, field) => message(field.number, unknownField(random), field)),
];

function badText(random: Random): Buffer {
  const filler = "x".repeat(random.pick([0, 1, 30, 100]));
  return Buffer.concat([Buffer.from(filler), Buffer.from(random.pick(noUtf8)), Buffer.from(filler)]);
}

/** A field that no message here has, of any wire type. A group may be deep, or end with another number. */
function unknownField(random: Random): Field {
  const number = random.pick([0, 5, 15, 16, 19_000]);
  switch (random.below(6)) {
    case 0:
      return flag(number, random.pick(numbers));
    case 1:
      return { number, wireType: 1, content: random.bytes(8) };
    case 2:
      return { number, wireType: 5, content: random.bytes(4) };
    case 3:
      return { number, wireType: 4, content: 0n };
    case 4:
      return group(random, number, random.pick([1, 2, 98, 99, 100, 101, 102, 103, 5_000]));
    default:
      return { number, wireType: 2, content: random.bytes(20) };
  }
}

function group(random: Random, number: number, depth: number): Field {
  const begin = Buffer.from(varint((BigInt(number) << 3n) | 3n));
  const end = Buffer.from(varint((BigInt(random.chance(0.9) ? number : number + 1) << 3n) | 4n));
  // The first begin is the tag of the field itself.
  const content = [
    Buffer.alloc(begin.length * (depth - 1), begin),
    Buffer.from([0x08, 5]),
    Buffer.alloc(end.length * depth, end),
  ];
  return { number, wireType: 3, content: Buffer.concat(content) };
}

/** Returns a tree with one field changed. The given tree stays as it is. */
export function mutateTree(random: Random, fields: readonly Field[]): Field[] {
  const copy = [...fields];
  if (copy.length === 0) return [unknownField(random)];
  const at = random.below(copy.length);
  const field = copy[at] as Field;
  if (Array.isArray(field.content) && random.chance(0.8)) {
    copy[at] = { ...field, content: mutateTree(random, field.content) };
  } else random.pick(changes)(random, copy, at);
  return copy;
}

/** Changes bytes without regard for their meaning. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length);
  switch (random.below(6)) {
    case 0: {
      const mutated = Uint8Array.from(bytes);
      mutated[at] = random.below(256);
      return mutated;
    }
    case 1: {
      const mutated = Uint8Array.from(bytes);
      mutated[at] = (mutated[at] as number) ^ (1 << random.below(8));
      return mutated;
    }
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), random.bytes(4), bytes.subarray(at)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + random.below(6)))]);
    default: {
      const from = random.below(bytes.length);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + random.below(30)), bytes.subarray(at)]);
    }
  }
}
