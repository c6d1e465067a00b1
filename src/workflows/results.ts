// The values of results: packed when they are remembered, and copied out of the journal when code of the user gets them.

import { StatefunError } from "../errors.js";
import { emptyAnswerTypename } from "../model/correlation.js";
import type { Type } from "../model/type.js";
import type { TypedValue } from "../model/typed-value.js";
import { copyOfBytes } from "../types/bytes.js";
import { packAnswer } from "../types/pack.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import type { TypeFinder } from "../types/show-value.js";

/** Packs the value that a step or a workflow has returned; undefined stays undefined. Throws VALUE_INVALID and VALUE_UNTYPED. */
export function packResult(value: unknown, type?: TypeLike): TypedValue | undefined {
  if (value === undefined) return undefined;
  return type === undefined ? packAnswer(value) : typeOf(type).pack(value);
}

/**
 * Unpacks a result. `option` is the name of the option that says its type. Throws TYPE_UNKNOWN and VALUE_UNREADABLE.
 */
export function unpackResult(
  value: TypedValue | undefined,
  types: TypeFinder,
  option: "type" | "answer",
  known?: TypeLike,
): unknown {
  if (value === undefined || value.typename === emptyAnswerTypename) return undefined;
  const type = known === undefined ? types.find(value.typename) : typeOf(known);
  if (type === undefined) {
    throw new StatefunError(
      "TYPE_UNKNOWN",
      `No type of this process has the typename ${value.typename} of the result. Name the type: { ${option}: … }.`,
    );
  }
  return unpackCopy(type, value);
}

/** Unpacks a value of the journal. Its bytes are copied when what is unpacked may share them. Throws VALUE_UNREADABLE. */
export function unpackCopy<T>(type: Type<T>, value: TypedValue): T {
  return type.unpack(type.sharesBytes ? value.own(copyOfBytes) : value);
}
