// What is unusual about the bytes of a request, where two readers of protobuf may differ. This third reader only looks.

/** Why our decoder may read something else than reflection does. No engine sends any of these. */
export const oddities = {
  // protobuf counts the enclosing messages too.
  "groups as deep as the limit": true,
  // protobuf merges two messages of one field, ours takes the last, in a oneof and outside.
  "a message that is given twice": true,
  // Ours reads a value with fields of both generations as the generation of the first such field.
  "a value of both generations": true,
  // Reflection knows of no metadata in an Any, and reads what a state has. test/wire/random-requests.test.ts compares
  // the metadata of messages.
  metadata: true,
} as const;

export type Oddity = keyof typeof oddities;

/** Which messages are inside which, by field number. */
interface Shape {
  readonly fields: Readonly<Record<number, Shape>>;
  readonly repeated: readonly number[];
  readonly isValue?: boolean;
}

const text: Shape = { fields: {}, repeated: [] };
const value: Shape = { ...text, isValue: true };
const state: Shape = { fields: { 2: value }, repeated: [] };
const invocation: Shape = { fields: { 1: text, 2: value }, repeated: [] };
const batch: Shape = { fields: { 1: text, 2: state, 3: invocation }, repeated: [2, 3] };
const toFunction: Shape = { fields: { 100: batch }, repeated: [] };

/** The oddities of a request's bytes. */
export function odditiesOf(bytes: Uint8Array): Set<Oddity> {
  const found = new Set<Oddity>();
  const forms = new Set<string>();
  new Walk(bytes, found, forms).message(toFunction, bytes.length);
  if (forms.has("v2") && forms.has("v3")) found.add("a value of both generations");
  return found;
}

class Walk {
  readonly #bytes: Uint8Array;
  readonly #found: Set<Oddity>;
  readonly #forms: Set<string>;
  #pos = 0;

  constructor(bytes: Uint8Array, found: Set<Oddity>, forms: Set<string>) {
    this.#bytes = bytes;
    this.#found = found;
    this.#forms = forms;
  }

  /** Walks over a message. Stops where the bytes can't be read. */
  message({ fields, repeated, isValue }: Shape, end: number): void {
    const seen = new Set<number>();
    while (this.#pos < end) {
      const { number, wireType } = this.#tag(end);
      if (wireType !== 2) {
        this.#skip(wireType, end, 1);
        if (isValue && number === 2 && wireType === 0) this.#forms.add("v3");
        continue;
      }
      const inner = this.#end(end);
      if (isValue && number === 2) this.#forms.add("v2");
      if (isValue && number === 3) this.#forms.add("v3");
      if (isValue && number === 4) this.#found.add("metadata");
      const shape = fields[number];
      if (shape === undefined) this.#pos = inner;
      else {
        if (seen.has(number) && !repeated.includes(number)) this.#found.add("a message that is given twice");
        seen.add(number);
        this.message(shape, inner);
        this.#pos = inner;
      }
    }
  }

  #varint(end: number): bigint {
    let value = 0n;
    for (let shift = 0n; this.#pos < end && shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#pos++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    this.#pos = end;
    return 0n;
  }

  #short(end: number): bigint {
    return this.#varint(end) & 0xffff_ffffn;
  }

  #tag(end: number): { number: number; wireType: number } {
    const tag = Number(this.#short(end));
    return { number: tag >>> 3, wireType: tag & 7 };
  }

  #end(outer: number): number {
    return Math.min(Number(this.#short(outer)) + this.#pos, outer);
  }

  #skip(wireType: number, end: number, depth: number): void {
    if (wireType === 0) this.#varint(end);
    else if (wireType === 1) this.#pos += 8;
    else if (wireType === 5) this.#pos += 4;
    else if (wireType === 2) this.#pos = this.#end(end);
    else if (wireType === 3 && depth < 110) {
      if (depth > 90) this.#found.add("groups as deep as the limit");
      while (this.#pos < end) {
        const inner = this.#tag(end);
        if (inner.wireType === 4) break;
        this.#skip(inner.wireType, end, depth + 1);
      }
    } else this.#pos = end;
  }
}
