// Numbers that look like chance and are the same each time a run goes through its code: hashes of the run's id.

const encoder = new TextEncoder();

/** Four numbers of 32 bits that depend on every character of a text. They mix well, and hide nothing. */
function hash(text: string): [number, number, number, number] {
  return hashBytes(encoder.encode(text), 0x9e3779b9);
}

/** By the mixing steps of MurmurHash3 for 128 bits, with one lane for each of the four numbers. */
function hashBytes(bytes: Uint8Array, seed: number): [number, number, number, number] {
  let a = seed;
  let b = seed ^ 0x85ebca6b;
  let c = seed ^ 0xc2b2ae35;
  let d = seed ^ 0x27d4eb2f;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    a = Math.imul(a ^ byte, 0x239b961b) ^ (d >>> 15);
    b = Math.imul(b ^ a, 0xab0e9789) ^ (a >>> 13);
    c = Math.imul(c ^ b, 0x38b34ae5) ^ (b >>> 16);
    d = Math.imul(d ^ c, 0xa1e38b93) ^ (c >>> 14);
  }
  a = mixed(a ^ bytes.length);
  b = mixed(b ^ a);
  c = mixed(c ^ b);
  d = mixed(d ^ c);
  return [mixed(a ^ d), b, c, d];
}

function mixed(number: number): number {
  let value = number;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

const hex = (number: number) => number.toString(16).padStart(8, "0");

/** A name for what these parts say, of 32 hexadecimal digits. */
export function nameOf(text: string, bytes: Uint8Array): string {
  const [seed] = hash(text);
  const [a, b] = hashBytes(bytes, seed);
  const [c, d] = hash(`${text}/${a}/${b}`);
  return hex(a) + hex(b) + hex(c) + hex(d);
}

/** The count-th number of a run, from 0 up to but not including 1. */
export function randomOf(id: string, count: number): number {
  const [high, low] = hash(`${id}/${count}`);
  return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
}

/** The count-th UUID of a run, in the form of version 4. */
export function uuidOf(id: string, count: number): string {
  const [a, b, c, d] = hash(`${id}/${count}`);
  const digits = hex(a) + hex(((b & 0xffff0fff) | 0x4000) >>> 0) + hex(((c & 0x3fffffff) | 0x80000000) >>> 0) + hex(d);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
