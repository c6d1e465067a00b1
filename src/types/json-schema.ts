// The JSON Schemas of types. They stand apart from the types, because a program in a browser has no use for them.

import type { Type } from "../model/type.js";
import { Types } from "./primitives.js";
import { ProtobufType } from "./protobuf.js";
import { protobufSchema } from "./protobuf-schema.js";
import { base64Schema, type JsonSchema, wideSchema } from "./scalar-schema.js";

/** The texts NaN and Infinity are left out: a form for them would hide that nearly every value is a number. */
const number: JsonSchema = { type: "number" };
const text: JsonSchema = { type: "string" };

const primitives: ReadonlyMap<Type<any>, JsonSchema> = new Map<Type<any>, JsonSchema>([
  [Types.bool, { type: "boolean" }],
  [Types.int, { type: "integer", minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }],
  [Types.long, wideSchema("int64")],
  [Types.float, number],
  [Types.double, number],
  [Types.string, text],
  [Types.bytes, base64Schema],
  [
    Types.address,
    {
      type: "object",
      properties: { namespace: text, type: text, id: text, callToken: text },
      required: ["namespace", "type", "id"],
    },
  ],
]);

/** The JSON Schema of a type's values; undefined when none is known that is an object. */
export function schemaOf(type: Type<any>): JsonSchema | undefined {
  const primitive = primitives.get(type);
  if (primitive !== undefined) return primitive;
  if (type instanceof ProtobufType) return protobufSchema(type.codec);
  try {
    const schema = type.jsonSchema();
    return typeof schema === "object" && schema !== null ? (schema as JsonSchema) : undefined;
  } catch {
    return undefined; // the schema's library can't say its JSON Schema
  }
}
