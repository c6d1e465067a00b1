// Finds the type that a decorator leaves out: from emitDecoratorMetadata, or from the initialiser.

import { isProtobufCodec } from "../model/protobuf-class.js";
import type { Type } from "../model/type.js";
import { Types } from "../types/primitives.js";
import { typeOf } from "../types/protobuf.js";

/** Finds the type that a class stands for; undefined for Object, Array and other classes that name no type. */
export function typeOfClass(designType: unknown): Type<any> | undefined {
  switch (designType) {
    case Number:
      // Every JavaScript number fits a double. Nothing shows whether the number was meant as an int.
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

/** Finds the type of an initialiser's value; undefined when the value is not set or its class names no type. */
export function typeOfValue(value: unknown): Type<any> | undefined {
  return value === undefined || value === null ? undefined : typeOfClass(Object(value).constructor);
}
