// Seeded random values. The seed is printed with the test, and STATEFUN_SEED repeats a run.

import type { TestContext } from "node:test";

/** A small seeded generator (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to `below`. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(probability = 0.5): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  bytes(maxLength: number): Uint8Array {
    return Uint8Array.from({ length: this.below(maxLength + 1) }, () => this.below(256));
  }

  text(maxLength: number): string {
    const letters = ["a", "Z", "0", "/", ".", "-", "_", " ", "é", "字", "😀", "\u0000"];
    return Array.from({ length: this.below(maxLength + 1) }, () => this.pick(letters)).join("");
  }

  list<T>(maxLength: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.below(maxLength + 1) }, (_, index) => make(index));
  }
}

/** Makes the generator of one test and prints its seed. */
export function randomOf(t: TestContext): Random {
  const input = process.env.STATEFUN_SEED;
  const seed = input === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(input);
  t.diagnostic(`STATEFUN_SEED=${seed}`);
  return new Random(seed);
}
