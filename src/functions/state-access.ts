// States by name, as a handler sees them.

import type { TypedValue, ValueOf } from "../model/typed-value.js";
import type { TypeLike } from "../types/protobuf.js";
import type { Sendable } from "../types/sendable.js";

/**
 * States by name: the same values that the function's properties hold, and on v2 any other state that the module file
 * declares.
 *
 * @example
 * ```ts
 * @StatefulFunction("example/stock")
 * class Stock {
 *   @State("pieces", Types.int) pieces = 0;
 *
 *   @Handles(Types.int)
 *   take(pieces: number, context: Context) {
 *     const left = (context.state.get("pieces", Types.int) ?? 0) - pieces;
 *     if (left > 0) context.state.set("pieces", Types.int.pack(left));
 *     else context.state.delete("pieces");
 *   }
 * }
 * ```
 */
export interface StateAccess {
  /** Reads a state as a packed value; undefined when it is not set. Throws STATE_UNDECLARED and CONTEXT_CLOSED. */
  get(name: string): TypedValue | undefined;
  /**
   * Reads a state as a value of this type; undefined when it is not set. Throws STATE_UNDECLARED, VALUE_UNREADABLE,
   * TYPE_UNKNOWN and CONTEXT_CLOSED.
   */
  get<L extends TypeLike>(name: string, type: L): ValueOf<L> | undefined;
  /**
   * Stores a message or a packed value. The value is written even when it is the default, and when the state holds it already,
   * so that expireAfterWrite begins again. Throws STATE_UNDECLARED, STATE_TYPE_MISMATCH, VALUE_UNTYPED and CONTEXT_CLOSED.
   */
  set(name: string, value: Sendable): void;
  /** Clears a state. Throws STATE_UNDECLARED and CONTEXT_CLOSED. */
  delete(name: string): void;
}
