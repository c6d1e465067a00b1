// The type of a state or message that its decorator leaves out: from emitDecoratorMetadata, or from the initialiser.

import { isProtobufCodec } from "../model/protobuf-class.js";
import type { Type } from "../model/type.js";
import { Types } from "../types/primitives.js";
import { typeOf } from "../types/protobuf.js";

/** The type that a class stands for; undefined when it says too little (Object, Array, a class of the user's). */
export function typeOfClass(designType: unknown): Type<any> | undefined {
  switch (designType) {
    case Number:
      // Every JavaScript number fits a double; whether it was meant as an int can't be known.
      return Types.double;
    case String:
      return Types.string;
    case Boolean:
      return Types.bool;
    case BigInt:
      return Types.long;
    case Uint8Array:
      return Types.bytes;
  }
  // Node's Buffer, which other hosts lack.
  if (typeof designType === "function" && designType.prototype instanceof Uint8Array) return Types.bytes;
  return isProtobufCodec(designType) ? typeOf(designType) : undefined;
}

/** The type of a value that an initialiser left in a field; undefined when there is none to tell. */
export function typeOfValue(value: unknown): Type<any> | undefined {
  return value === undefined || value === null ? undefined : typeOfClass(Object(value).constructor);
}
