// Protobuf messages as trees of fields, for changes that bytes alone don't allow, and their encoding.

/** A field. Its content is another message's fields, bytes, or a number. */
export interface Field {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 with a length, 3 and 4 a group's begin and end, 5 four bytes. */
  readonly wireType: number;
  readonly content: Field[] | Uint8Array | bigint;
  /** The length to write instead of the true length. */
  readonly claimedLength?: bigint;
  /** Writes tag and length in this many bytes more than needed. */
  readonly padding?: number;
}

export const message = (number: number, ...content: Field[]): Field => ({ number, wireType: 2, content });
export const text = (number: number, value: string): Field => ({ number, wireType: 2, content: Buffer.from(value) });
export const bytes = (number: number, content: Uint8Array): Field => ({ number, wireType: 2, content });
export const flag = (number: number, value: boolean | bigint): Field => ({
  number,
  wireType: 0,
  content: BigInt(value),
});

/** The bytes of a number as a varint, up to ten of them. */
export function varint(value: bigint, padding = 0): number[] {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  for (let index = 0; index < padding && out.length < 10; index++) {
    out[out.length - 1] = (out.at(-1) as number) | 0x80;
    out.push(0);
  }
  return out;
}

/** The bytes of some fields. */
export function encode(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap((field) => pieces(field)));
}

function pieces({ number, wireType, content, claimedLength, padding = 0 }: Field): Uint8Array[] {
  const tag = Buffer.from(varint((BigInt(number) << 3n) | BigInt(wireType), padding));
  if (wireType === 4) return [tag];
  if (wireType === 0) return [tag, Buffer.from(varint(typeof content === "bigint" ? content : 1n, padding))];
  const body = bodyOf(content);
  if (wireType === 1 || wireType === 5) {
    const width = wireType === 1 ? 8 : 4;
    return [tag, Buffer.concat([body, Buffer.alloc(width)]).subarray(0, width)];
  }
  if (wireType === 3) return [tag, body];
  return [tag, Buffer.from(varint(claimedLength ?? BigInt(body.length), padding)), body];
}

function bodyOf(content: Field["content"]): Uint8Array {
  if (typeof content === "bigint") return Buffer.from(varint(content));
  return content instanceof Uint8Array ? content : encode(content);
}
