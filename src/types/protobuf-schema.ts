// The JSON Schema of a protobuf message.

import { type MessageField, messageFields } from "./protobuf-fields.js";
import { base64Schema, type JsonSchema, wideSchema } from "./scalar-schema.js";

/** How many fields a schema describes. The messages inside that come behind them are any objects. */
const mostFields = 1_000;

const anyObject: JsonSchema = { type: "object" };
const number: JsonSchema = { type: "number" };
const signed: JsonSchema = { type: "integer", minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };
const unsigned: JsonSchema = { type: "integer", minimum: 0, maximum: 2 ** 32 - 1 };

/** The schemas of the types that a .proto file knows. */
const scalars: Readonly<Record<string, JsonSchema>> = {
  bool: { type: "boolean" },
  string: { type: "string" },
  bytes: base64Schema,
  float: number,
  double: number,
  int32: signed,
  sint32: signed,
  sfixed32: signed,
  uint32: unsigned,
  fixed32: unsigned,
  int64: wideSchema("int64"),
  sint64: wideSchema("int64"),
  sfixed64: wideSchema("int64"),
  uint64: wideSchema("uint64"),
  fixed64: wideSchema("uint64"),
};

/** Makes the schema of a message class; undefined when its fields can't be known. */
export function protobufSchema(codec: object): JsonSchema | undefined {
  try {
    return new SchemaMaker().message(codec);
  } catch {
    return undefined; // the class was generated without conversions, or is of another make
  }
}

class SchemaMaker {
  /** The messages that are being described. A message inside itself is any object. */
  readonly #open = new Set<object>();
  #fields = 0;

  message(codec: object): JsonSchema {
    if (this.#open.has(codec) || this.#fields >= mostFields) return anyObject;
    this.#open.add(codec);
    const { fields } = messageFields(codec);
    this.#fields += fields.length;
    const properties = Object.fromEntries(fields.map((field) => [field.name, this.#field(field)]));
    this.#open.delete(codec);
    return { type: "object", properties, additionalProperties: false };
  }

  #field(field: MessageField): JsonSchema {
    if (field.isList) return { type: "array", items: this.#value(field) };
    if (field.keyType !== undefined) return { type: "object", additionalProperties: this.#value(field) };
    return this.#value(field);
  }

  #value({ type, codec, values }: MessageField): JsonSchema {
    if (codec !== undefined) return this.message(codec);
    if (values !== undefined) return { enum: [...values.keys()] };
    return scalars[type] as JsonSchema;
  }
}
