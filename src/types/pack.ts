// Packs values that say which type they have.

import { describeValue, StatefunError, twoCopies } from "../errors.js";
import { isProtobufCodec } from "../model/protobuf-class.js";
import { assertTypename, looksPacked, TypedValue } from "../model/typed-value.js";
import { json } from "./json.js";
import { Types } from "./primitives.js";
import { typeOf } from "./protobuf.js";

/** The typename of google.protobuf.Any. */
export const anyTypename = "type.googleapis.com/google.protobuf.Any";

/**
 * Packs a value that says which type it has: a protobuf message, a string, a boolean, a bigint (long) or a Uint8Array
 * (bytes). A TypedValue and a google.protobuf.Any are packed already. Throws VALUE_UNTYPED for any other value: a
 * number may be an int, a float or a double, and a plain object does not say its type. Throws VALUE_INVALID too.
 */
export function packValue(value: unknown): TypedValue {
  switch (typeof value) {
    case "string":
      return Types.string.pack(value);
    case "boolean":
      return Types.bool.pack(value);
    case "bigint":
      return Types.long.pack(value);
    case "number":
      throw new StatefunError(
        "VALUE_UNTYPED",
        `The number ${value} may be an int, a float or a double. Pack it with its type: Types.int.pack(${value}) or Types.double.pack(${value}).`,
      );
    case "object":
      if (value !== null) return packObject(value);
  }
  throw new StatefunError("VALUE_UNTYPED", `The value is ${describeValue(value)}, which can't be sent or stored.`);
}

/** The type of JSON that a function returned to a client without a type of its own. */
const plainJson = json<unknown>("statefun.types/json");

/**
 * Packs the value that a handler returned to a client. The client reads the value as JSON, so values that
 * {@link packValue} refuses have a type here: a number is a double, and null, a list or a plain object is a
 * statefun.types/json. Throws VALUE_INVALID when JSON would change the value, and VALUE_UNTYPED for a function or a
 * symbol.
 */
export function packAnswer(value: unknown): TypedValue {
  if (typeof value === "number") return Types.double.pack(value);
  if (typeof value !== "object" || (value !== null && namesItsType(value))) return packValue(value);
  return plainJson.pack(value);
}

function namesItsType(value: object): boolean {
  return value instanceof TypedValue || value instanceof Uint8Array || isProtobufCodec(value.constructor);
}

function packObject(value: object): TypedValue {
  if (value instanceof TypedValue) {
    assertTypename(value);
    return value;
  }
  if (value instanceof Uint8Array) return Types.bytes.pack(value);
  const messageClass: unknown = value.constructor;
  if (!isProtobufCodec(messageClass)) {
    throw new StatefunError(
      "VALUE_UNTYPED",
      `A plain object does not say which type it has. Create a message (User.create({ … })), or pack the value with its type (Order.pack({ … })). For Kafka and Kinesis there are kafkaRecord and kinesisRecord.${looksPacked(value) ? ` The value looks packed, so ${twoCopies}.` : ""}`,
    );
  }
  const type = typeOf(messageClass);
  return type.typename === anyTypename ? fromAny(value) : type.pack(value);
}

/** Packs an Any. protobufjs names its field typeUrl, or type_url under --keep-case. */
function fromAny(any: { typeUrl?: string; type_url?: string; value?: Uint8Array }): TypedValue {
  const packed = new TypedValue(any.type_url || any.typeUrl || "", any.value);
  assertTypename(packed);
  return packed;
}
