// How the values of the catalogue change on their way through SDKs.

import assert from "node:assert/strict";
import type { Told } from "../interop/actor.ts";
import { expected, type Kind, kindOf, kinds, types, valueNames } from "../interop/catalogue.ts";
import type { Limits } from "../interop/exchange.ts";

/** How the languages of one application show values. */
export class Values {
  readonly #limits: Readonly<Record<string, Limits>>;

  constructor(limits: Readonly<Record<string, Limits>>) {
    this.#limits = limits;
  }

  /** Whether a language has the type of a value. */
  has(language: string, name: string): boolean {
    return this.kindsOf(language).includes(kindOf(name));
  }

  kindsOf(language: string): Kind[] {
    return kinds.filter((kind) => !this.#limits[language]?.absent?.includes(kind));
  }

  /** The shown form of a value that the first language wrote, and that each further language read and wrote again. */
  after(name: string, writers: readonly string[], reader: string): unknown {
    const loses = writers.some((writer) => this.#limits[writer]?.losesMinusZero !== undefined);
    const isLost = loses || this.#limits[reader]?.losesMinusZero === "reading and writing";
    return isLost ? expected(name.replace(/ -0$/, " 0")) : expected(name);
  }
}

/** The typename of a value in functions of a generation. */
export function typenameOf(name: string, generation: "v2" | "v3"): string {
  const type = types[kindOf(name)];
  return generation === "v2" ? (type.v2 ?? type).typename : type.typename;
}

/** The values of a kind. */
export const namesOf = (kind: Kind) => valueNames.filter((name) => kindOf(name) === kind);

/** Compares by name, so that a difference says which value it is about. */
export function assertTold(actual: readonly Told[], wanted: readonly Partial<Told>[], names: readonly string[]): void {
  const named = (list: readonly Partial<Told>[]) =>
    Object.fromEntries(names.map((name, index) => [name, withPlainNaN(list[index])]));
  assert.deepEqual(named(actual), named(wanted));
}

/** NaN has many bit patterns, and languages write different ones. */
function withPlainNaN(told: Partial<Told> | undefined): Partial<Told> | undefined {
  const hex = told?.seen;
  if (typeof hex !== "string" || !/^[7f]f[0-9a-f]{6}([0-9a-f]{8})?$/.test(hex)) return told;
  const bytes = Buffer.from(hex, "hex");
  const value = bytes.length === 4 ? bytes.readFloatBE() : bytes.readDoubleBE();
  return Number.isNaN(value) ? { ...told, seen: "NaN" } : told;
}
