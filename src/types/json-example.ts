// Makes JSON that fits a type, as a beginning for people who write a value of it.

import type { Type } from "../model/type.js";
import { schemaOf } from "./json-schema.js";
import type { JsonSchema } from "./scalar-schema.js";

/** Texts that fit a format. */
const formats: Readonly<Record<string, string>> = {
  "date-time": "2026-01-31T12:00:00.000Z",
  date: "2026-01-31",
  time: "12:00:00Z",
  duration: "PT1H",
  uuid: "00000000-0000-4000-8000-000000000000",
  email: "bob@mail.test",
  uri: "https://example.com",
  url: "https://example.com",
  hostname: "example.com",
  ipv4: "127.0.0.1",
  ipv6: "::1",
};

/** How deep an example is nested at most, and of how many parts it is made: a schema may hold itself many times. */
const deepest = 8;
const mostParts = 1_000;
/** A text that must be longer has no example. */
const longestText = 10_000;

/** JSON that the type takes; undefined when none can be made of its schema. */
export function exampleOf(type: Type<any>): unknown {
  const schema = schemaOf(type);
  if (schema === undefined) return undefined;
  // A property that need not be there may be of a kind of which no value can be made.
  for (const optional of [true, false]) {
    const example = new ExampleMaker(schema, optional).of(schema, 0);
    if (isTaken(type, example)) return example;
  }
  return undefined;
}

function isTaken(type: Type<any>, json: unknown): boolean {
  try {
    const value: unknown = type.fromJson(json);
    if (value === undefined) return false;
    type.pack(value);
    return true;
  } catch {
    return false;
  }
}

class ExampleMaker {
  readonly #root: JsonSchema;
  readonly #optional: boolean;
  #parts = 0;

  /** `optional` says whether properties are made that need not be there. */
  constructor(root: JsonSchema, optional: boolean) {
    this.#root = root;
    this.#optional = optional;
  }

  of(part: unknown, depth: number): unknown {
    this.#parts += 1;
    if (typeof part !== "object" || part === null || depth > deepest || this.#parts > mostParts) return null;
    const schema = part as JsonSchema;
    for (const key of ["default", "const"]) if (key in schema) return schema[key];
    for (const key of ["examples", "enum"]) {
      const [first] = listOf(schema[key]);
      if (first !== undefined) return first;
    }
    if (typeof schema.$ref === "string") return this.of(this.#find(schema.$ref), depth + 1);
    const all = listOf(schema.allOf);
    if (all.length > 0) return Object.assign({}, ...all.map((one) => this.of(one, depth + 1)));
    for (const key of ["anyOf", "oneOf"]) {
      const [first] = listOf(schema[key]);
      if (first !== undefined) return this.of(first, depth + 1);
    }
    const { type } = schema;
    switch (Array.isArray(type) ? type[0] : type) {
      case "object":
        return this.#object(schema, depth);
      case "array": {
        const items = listOf(schema.prefixItems).map((item) => this.of(item, depth + 1));
        const least = numberOf(schema.minItems) ?? 0;
        while (items.length < least && this.#parts <= mostParts) items.push(this.of(schema.items, depth + 1));
        return items;
      }
      case "string":
        return text(schema);
      case "integer":
      case "number":
        return number(schema);
      case "boolean":
        return false;
      default:
        return null;
    }
  }

  #object(schema: JsonSchema, depth: number): Record<string, unknown> {
    const required = new Set(listOf(schema.required));
    const properties = Object.entries((schema.properties ?? {}) as JsonSchema);
    const isMade = (name: string) => required.has(name) || (this.#optional && depth < deepest / 2);
    return Object.fromEntries(
      properties.filter(([name]) => isMade(name)).map(([name, inner]) => [name, this.of(inner, depth + 1)]),
    );
  }

  /** Finds the part of the schema that a reference inside the schema names. */
  #find(reference: string): unknown {
    if (!reference.startsWith("#")) return undefined;
    const steps = reference.slice(1).split("/").slice(1);
    return steps.reduce<unknown>(
      (part, step) => (part as JsonSchema | undefined)?.[step.replaceAll("~1", "/").replaceAll("~0", "~")],
      this.#root,
    );
  }
}

function text({ format, minLength }: JsonSchema): string {
  const known = typeof format === "string" ? formats[format] : undefined;
  return known ?? "x".repeat(Math.min(Math.max(numberOf(minLength) ?? 0, 0), longestText));
}

function number({ minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }: JsonSchema): number {
  const step = numberOf(multipleOf) ?? 1;
  const low = numberOf(minimum) ?? plus(numberOf(exclusiveMinimum), step);
  const high = numberOf(maximum) ?? plus(numberOf(exclusiveMaximum), -step);
  if (low !== undefined && low > 0) return Math.ceil(low / step) * step;
  return high !== undefined && high < 0 ? Math.floor(high / step) * step : 0;
}

const plus = (number: number | undefined, step: number) => (number === undefined ? undefined : number + step);
const numberOf = (value: unknown) => (typeof value === "number" ? value : undefined);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
