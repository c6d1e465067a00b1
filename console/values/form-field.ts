// A form from a JSON Schema: what kind of control each part of a value needs. The value itself stays plain JSON, so that the form
// and the JSON text are two views of the same value.

import type { JsonSchema, SchemaObject } from "./json-schema.js";

/** What all fields have. */
interface FieldBase {
  /** What the schema calls the field; undefined when it has no title. */
  readonly title?: string;
  /** What the schema says of the field. */
  readonly description?: string;
  /** Whether null is a value of the field beside those of its kind. */
  readonly nullable: boolean;
}

/** A property of an object. */
export interface PropertyField {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** One control of a form. */
export type Field = FieldBase &
  (
    | { readonly kind: "text"; readonly format?: string }
    | { readonly kind: "number"; readonly whole: boolean; readonly least?: number; readonly most?: number }
    | { readonly kind: "boolean" }
    | { readonly kind: "choice"; readonly options: readonly unknown[] }
    | {
        readonly kind: "object";
        readonly properties: readonly PropertyField[];
        /** The schema of the values of properties with other names; undefined when there may be none. */
        readonly others?: JsonSchema;
      }
    | { readonly kind: "list"; readonly item: JsonSchema }
    | { readonly kind: "union"; readonly options: readonly JsonSchema[] }
    /** A value that is typed as JSON text, since the schema says too little or too much of it. */
    | { readonly kind: "json" }
  );

/** Reads which control a schema needs. `root` is the schema that references begin at. Parts of the value are not looked at yet. */
export function fieldOf(schema: JsonSchema, root: JsonSchema): Field {
  const read = resolved(schema, root);
  if (read === undefined) return { kind: "json", nullable: false };
  const { title, description } = read;
  const { nullable, schema: own } = withoutNull(read, root);
  return {
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string" ? { description } : {}),
    nullable,
    ...kindOf(own),
  } as Field;
}

type Kind<F = Field> = F extends Field ? Omit<F, keyof FieldBase> : never;

function kindOf(schema: SchemaObject): Kind {
  const { properties, items, minimum, maximum, format } = schema;
  if ("const" in schema) return { kind: "choice", options: [schema.const] };
  if (Array.isArray(schema.enum)) return { kind: "choice", options: schema.enum.filter((option) => option !== null) };
  const alternatives = alternativesOf(schema);
  if (alternatives !== undefined) return { kind: "union", options: alternatives };
  const type = typeOf(schema);
  if (type === "string") return { kind: "text", ...(typeof format === "string" ? { format } : {}) };
  if (type === "number" || type === "integer") {
    return {
      kind: "number",
      whole: type === "integer",
      ...(typeof minimum === "number" ? { least: minimum } : {}),
      ...(typeof maximum === "number" ? { most: maximum } : {}),
    };
  }
  if (type === "boolean") return { kind: "boolean" };
  if (type === "array" && !("prefixItems" in schema)) return { kind: "list", item: (items as JsonSchema) ?? true };
  if (type !== "object") return { kind: "json" };
  const required = Array.isArray(schema.required) ? schema.required : [];
  const others = schema.additionalProperties as JsonSchema | undefined;
  const known = Object.entries((properties ?? {}) as Record<string, JsonSchema>);
  if (known.length === 0 && (others === undefined || others === true)) return { kind: "json" };
  return {
    kind: "object",
    properties: known.map(([name, of]) => ({ name, schema: of, required: required.includes(name) })),
    ...(others === undefined || others === false || others === true ? {} : { others }),
  };
}

/** The one type of a schema, or the one that its keywords suggest. A 64-bit number, which is text or a number, is text. */
function typeOf({ type, properties, items }: SchemaObject): unknown {
  if (Array.isArray(type)) {
    const own = type.filter((each) => each !== "null");
    if (own.includes("string") && own.every((each) => ["string", "integer", "number"].includes(each))) return "string";
    return own.length === 1 ? own[0] : undefined;
  }
  return type ?? (properties !== undefined ? "object" : items !== undefined ? "array" : undefined);
}

const alternativesOf = ({ anyOf, oneOf }: SchemaObject) => (anyOf ?? oneOf) as readonly JsonSchema[] | undefined;

/** Takes null out of the types of a schema. */
function withoutNull(schema: SchemaObject, root: JsonSchema): { nullable: boolean; schema: SchemaObject } {
  const { type } = schema;
  const alternatives = alternativesOf(schema);
  if (alternatives !== undefined) {
    const others = alternatives.filter((option) => resolved(option, root)?.type !== "null");
    const nullable = others.length < alternatives.length;
    const [only] = others;
    if (others.length !== 1) return { nullable, schema: { anyOf: others } };
    const inner = withoutNull(resolved(only as JsonSchema, root) ?? {}, root);
    return { nullable: nullable || inner.nullable, schema: inner.schema };
  }
  const inEnum = Array.isArray(schema.enum) && schema.enum.includes(null);
  return { nullable: inEnum || schema.nullable === true || (Array.isArray(type) && type.includes("null")), schema };
}

/** How many references may lead to one another. A schema that refers to itself alone has no end. */
const mostReferences = 20;

/** Follows references, and puts the schemas of `allOf` into one; undefined for a schema without keywords. */
function resolved(schema: JsonSchema, root: JsonSchema, depth = 0): SchemaObject | undefined {
  if (typeof schema === "boolean" || depth > mostReferences) return undefined;
  const { $ref, allOf, ...own } = schema;
  let whole: SchemaObject = own;
  if (typeof $ref === "string") whole = joined(resolved(referred($ref, root), root, depth + 1) ?? {}, whole);
  if (Array.isArray(allOf)) {
    for (const part of allOf) whole = joined(whole, resolved(part as JsonSchema, root, depth + 1) ?? {});
  }
  return whole;
}

/** Puts two schemas of one object into one. */
function joined(one: SchemaObject, other: SchemaObject): SchemaObject {
  const both = (name: string) => (name in one && name in other ? [one[name], other[name]] : undefined);
  const properties = both("properties");
  const required = both("required") as [unknown[], unknown[]] | undefined;
  return {
    ...one,
    ...other,
    ...(properties === undefined ? {} : { properties: Object.assign({}, ...properties) }),
    ...(required === undefined ? {} : { required: required.flat() }),
  };
}

function referred(reference: string, root: JsonSchema): JsonSchema {
  if (!reference.startsWith("#")) return true;
  let inner: any = root;
  for (const part of reference.slice(1).split("/").slice(1)) {
    inner = inner?.[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return (inner as JsonSchema | undefined) ?? true;
}

/** How deep an empty value goes. A type whose required property is of the same type has no end. */
const deepest = 8;

/** Makes a value that a person begins with: the schema's own default or example, otherwise an empty one. */
export function startOf(schema: JsonSchema, root: JsonSchema, depth = 0): unknown {
  if (depth > deepest) return null;
  const read = resolved(schema, root);
  if (read === undefined) return null;
  if ("default" in read) return read.default;
  if (Array.isArray(read.examples) && read.examples.length > 0) return read.examples[0];
  const field = fieldOf(schema, root);
  switch (field.kind) {
    case "text":
      return field.nullable ? null : "";
    case "number":
      return field.nullable ? null : Math.max(field.least ?? 0, 0);
    case "boolean":
      return field.nullable ? null : false;
    case "choice":
      return field.nullable ? null : field.options[0];
    case "list":
      return [];
    case "union":
      return field.nullable ? null : startOf(field.options[0] ?? true, root, depth + 1);
    case "object":
      return Object.fromEntries(
        field.properties
          .filter(({ required }) => required)
          .map((property) => [property.name, startOf(property.schema, root, depth + 1)]),
      );
    default:
      return read.type === "object" ? {} : null;
  }
}
