// Typenames that the compiler can see: they keep two types with the same shape apart.

/** The key of a value's typename. It exists for the compiler alone; no value has this property. */
declare const typename: unique symbol;

/**
 * A shape that carries its typename, for the compiler alone. Two named shapes with the same fields and different names
 * do not pass for one another; a plain object with these fields passes for either.
 *
 * @example
 * ```ts
 * interface Restock extends Named<"shop/restock"> {
 *   pieces: number;
 * }
 * const Restock = json<Restock>("shop/restock"); // any other name does not compile
 *
 * const packed = Restock.pack({ pieces: 3 });
 * ```
 */
export interface Named<N extends string> {
  readonly [typename]?: N;
}

/** The typename that a shape carries; `string` when it carries none, as numbers and message classes do. */
export type TypenameOf<T> = IsAny<T> extends true ? any : T extends Named<infer N> ? N : string;

/** The shape T with the typename N, unless N is not known or T carries it already. */
export type WithTypename<T, N extends string> = string extends N
  ? T
  : unknown extends T
    ? T
    : [TypenameOf<T>] extends [N]
      ? T
      : NameEach<T, N>;

type NameEach<T, N extends string> = T extends null | undefined ? T : T & Named<N>;

type IsAny<T> = 0 extends 1 & T ? true : false;
