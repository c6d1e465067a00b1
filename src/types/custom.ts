// Types that users make of two functions: any bytes, under any typename.

import { platform } from "../bytes/platform.js";
import { describe, StatefunError } from "../errors.js";
import type { TypenameOf, WithTypename } from "../model/named.js";
import { Type } from "../model/type.js";

/**
 * Makes a type of two functions. An error that `serialize` throws becomes VALUE_INVALID, one of `deserialize` becomes
 * VALUE_UNREADABLE. Throws TYPE_NAME_INVALID and OPTION_INVALID.
 *
 * @example
 * ```ts
 * const When = custom<Date>(
 *   "example/when",
 *   (date) => new TextEncoder().encode(date.toISOString()),
 *   (bytes) => new Date(new TextDecoder().decode(bytes)),
 * );
 * ```
 */
export function custom<T, N extends string = TypenameOf<T>>(
  typename: N,
  serialize: (value: T) => Uint8Array,
  deserialize: (bytes: Uint8Array) => T,
): Type<WithTypename<T, N>> {
  return new CustomType<T>(typename, serialize, deserialize) as Type<any>;
}

class CustomType<T> extends Type<T> {
  readonly #serialize: (value: T) => Uint8Array;
  readonly #deserialize: (bytes: Uint8Array) => T;

  constructor(typename: string, serialize: (value: T) => Uint8Array, deserialize: (bytes: Uint8Array) => T) {
    super(typename);
    if (typeof serialize !== "function" || typeof deserialize !== "function") {
      throw new StatefunError(
        "OPTION_INVALID",
        `custom("${typename}") needs two functions: serialize and deserialize.`,
      );
    }
    this.#serialize = serialize;
    this.#deserialize = deserialize;
  }

  serialize(value: T): Uint8Array {
    let bytes: Uint8Array;
    try {
      bytes = this.#serialize(value);
    } catch (error) {
      throw new StatefunError("VALUE_INVALID", `A ${this.typename} can't be encoded: ${describe(error)}`, {
        cause: error,
      });
    }
    // Copy the bytes: serialize may return the value itself, and a later change of the value must not change the bytes.
    if (bytes instanceof Uint8Array) return new Uint8Array(bytes);
    throw new StatefunError("VALUE_INVALID", `serialize of ${this.typename} must return a Uint8Array.`);
  }

  deserialize(bytes: Uint8Array): T {
    try {
      // Always a Buffer on a server: the methods of the bytes must not depend on where the bytes come from.
      return this.#deserialize(platform.view(bytes));
    } catch (error) {
      throw new StatefunError("VALUE_UNREADABLE", `A ${this.typename} can't be decoded: ${describe(error)}`, {
        cause: error,
      });
    }
  }
}
