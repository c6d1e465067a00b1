// A JSON Schema as the admin API gives it for a type: how it is read, and what a value breaks of it.

import { type OutputUnit, Validator } from "@cfworker/json-schema";

/** A JSON Schema of the draft 2020-12. */
export type JsonSchema = boolean | SchemaObject;

/** A JSON Schema with keywords. */
export interface SchemaObject {
  readonly [keyword: string]: unknown;
}

/** Something in a value that its schema does not allow. */
export interface Problem {
  /** The place in the value: names of properties and places in lists. */
  readonly path: readonly (string | number)[];
  /** What is wrong, as a sentence. */
  readonly message: string;
}

/** Makes the check of a schema. The check returns what is wrong with a value, deepest place first; nothing when all is well. */
export function schemaCheck(schema: JsonSchema): (value: unknown) => Problem[] {
  if (schema === true) return () => [];
  const validator = new Validator(schema as SchemaObject, "2020-12", false);
  return (value) => {
    const { valid, errors } = validator.validate(value);
    return valid ? [] : told(errors).map((error) => problemOf(value, error));
  };
}

/** These keywords only say that a schema within them was not met. The error of that schema says more. */
const containers = new Set([
  "properties",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
  "items",
  "prefixItems",
  "$ref",
  "$dynamicRef",
  "allOf",
]);

/**
 * Chooses the errors that say what to do. The validator reports an error for each keyword round a wrong place too, and for
 * each alternative of a union.
 */
function told(errors: readonly OutputUnit[]): OutputUnit[] {
  let left = [...errors];
  for (const union of errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf")) {
    const inside = left.filter(({ keywordLocation }) => keywordLocation.startsWith(`${union.keywordLocation}/`));
    const close = closestAlternative(union, inside);
    const dropped = new Set(close === undefined ? inside : [union, ...inside.filter((error) => !close.has(error))]);
    if (inside.length > 0) left = left.filter((error) => !dropped.has(error));
  }
  return left.filter(({ keyword, instanceLocation }) => {
    if (!containers.has(keyword)) return true;
    return !left.some((other) => !containers.has(other.keyword) && isWithin(other.instanceLocation, instanceLocation));
  });
}

const isWithin = (place: string, outer: string) => place === outer || place.startsWith(`${outer}/`);

/** The errors of the one alternative whose type the value has; undefined when there is no such alternative, or several. */
function closestAlternative(union: OutputUnit, inside: readonly OutputUnit[]): ReadonlySet<OutputUnit> | undefined {
  const alternatives = new Map<string, OutputUnit[]>();
  for (const error of inside) {
    const name = error.keywordLocation.slice(union.keywordLocation.length + 1).split("/", 1)[0] as string;
    alternatives.set(name, [...(alternatives.get(name) ?? []), error]);
  }
  const isOther = ({ keyword, instanceLocation }: OutputUnit) =>
    ["type", "const", "enum"].includes(keyword) && instanceLocation === union.instanceLocation;
  const close = [...alternatives.values()].filter((own) => !own.some(isOther));
  return close.length === 1 ? new Set(close[0]) : undefined;
}

function problemOf(value: unknown, { keyword, instanceLocation, error }: OutputUnit): Problem {
  const path: (string | number)[] = [];
  let inner: any = value;
  for (const part of instanceLocation.split("/").slice(1)) {
    const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    path.push(Array.isArray(inner) ? Number(name) : name);
    inner = inner?.[name];
  }
  const isUnknown = keyword === "false" && path.length > 0;
  return { path, message: isUnknown ? `The type has no "${path.at(-1)}".` : error };
}
