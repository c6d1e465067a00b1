// Seeded random values. The seed is printed with the test, and STATEFUN_SEED repeats a run.

import type { TestContext } from "node:test";
import { Random as Seeded } from "../../src/testing/simulation/random.js";

/** The generator of simulations, with values that tests want. */
export class Random extends Seeded {
  override chance(probability = 0.5): boolean {
    return super.chance(probability);
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
