// Values that say which type they have.

import type { TypedValue } from "../model/typed-value.js";

/**
 * A message that protobufjs made. Its class is found at run time; to the compiler, every object with such a toJSON is a
 * message.
 */
export interface ProtobufMessage {
  /** Converts the message to a plain object. */
  toJSON(): { [field: string]: any };
}

/**
 * A value that says which type it has: a protobufjs message, a packed value, text, a boolean, a bigint or bytes. A
 * number or a plain object does not say so; its type packs it, as in `Types.int.pack(5)`.
 */
export type Sendable = TypedValue | string | boolean | bigint | Uint8Array | ProtobufMessage;
