// Arbitraries of fast-check for the values of a JSON Schema, as far as the schemas of messages go.

import type * as FastCheck from "fast-check";
import type { Arbitrary } from "fast-check";
import { StatefunError } from "../../errors.js";

type Schema = Readonly<Record<string, any>>;

/** The most items of a list whose schema has no limit: long lists make long histories. */
const mostItems = 3;
/** How far numbers go whose schema has no limits. */
const farthest = 1_000_000;

/** Makes values of a JSON Schema. Throws OPTION_INVALID for a schema with a keyword that says where the rest of it is. */
export function valuesOf(
  fc: typeof FastCheck,
  schema: Schema | boolean | undefined,
  typename: string,
): Arbitrary<unknown> {
  const inner = (part: Schema | boolean | undefined) => valuesOf(fc, part, typename);
  if (typeof schema !== "object") return fc.jsonValue({ maxDepth: 1 });
  if ("const" in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  const choices: unknown = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return fc.oneof(...choices.map(inner));
  if ("$ref" in schema || "allOf" in schema) {
    throw new StatefunError(
      "OPTION_INVALID",
      `The schema of ${typename} has a $ref or an allOf, of which no values can be made. Give an arbitrary in messages.`,
    );
  }
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type: string) => inner({ ...schema, type })));
  switch (schema.type) {
    case "string":
      return texts(fc, schema);
    case "integer":
      return fc.integer(limits(schema, 1));
    case "number":
      return fc.double({ ...limits(schema, Number.MIN_VALUE), noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(inner(schema.items), {
        minLength: schema.minItems ?? 0,
        maxLength: schema.maxItems ?? (schema.minItems ?? 0) + mostItems,
      });
    case "object":
      return fc.record(
        Object.fromEntries(Object.entries<Schema>(schema.properties ?? {}).map(([name, part]) => [name, inner(part)])),
        { requiredKeys: schema.required ?? [], noNullPrototype: true },
      );
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}

function texts(fc: typeof FastCheck, { pattern, format, minLength, maxLength }: Schema): Arbitrary<string> {
  if (format === "int64") return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
  if (format === "uint64") return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
  if (format === "uuid") return fc.uuid();
  if (format === "email") return fc.emailAddress();
  if (format === "date-time") return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength: minLength ?? 0, maxLength: maxLength ?? (minLength ?? 0) + 10 });
}

/** The limits of a number. `step` is what lies between a number and one that is excluded. */
function limits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema, step: number) {
  const min = minimum ?? (exclusiveMinimum === undefined ? -farthest : exclusiveMinimum + step);
  const max = maximum ?? (exclusiveMaximum === undefined ? farthest : exclusiveMaximum - step);
  return { min: Math.max(min, -farthest), max: Math.min(max, Math.max(farthest, min)) };
}
