// A message that somebody writes, as the fields of the form have it.

import type { OneFunction, ShownHandler } from "../../../src/runtime/admin/api/one-function.js";
import type { MetadataPair } from "../../copy/message.js";
import { startOf } from "../../values/form-field.js";
import type { JsonSchema } from "../../values/json-schema.js";
import { jsonText, type ValueText } from "../../values/value-text.js";

export interface Draft {
  readonly action: "send" | "call";
  readonly typename: string;
  readonly value: ValueText;
  readonly view: "form" | "json" | "hex";
  /** A duration such as "30s"; empty for none. */
  readonly delay: string;
  /** Empty for none. */
  readonly cancellationToken: string;
  /** A pair in each line. */
  readonly metadata: string;
}

/** Stands for a type that the function does not name. */
export const otherType = "";

/** The type that the function takes under a typename. */
export function typeOf(known: OneFunction | undefined, typename: string): ShownHandler | undefined {
  return known?.handlers.find((handler) => handler.typename === typename);
}

/** A draft of a type, with an example of the type or an empty value. Most JSON types without a schema are objects. */
export function draftFor(known: OneFunction | undefined, typename: string = otherType): Draft {
  const type = typeOf(known, typename);
  const schema = type?.schema as JsonSchema | null | undefined;
  const isUnknown = type === undefined || type.kind === "unknown";
  const start = type?.example ?? (schema == null ? {} : startOf(schema, schema));
  return {
    action: "call",
    typename,
    value: isUnknown ? { text: "", editing: "hex" } : { text: jsonText(start), editing: "json" },
    view: isUnknown ? "hex" : schema == null ? "json" : "form",
    delay: "",
    cancellationToken: "",
    metadata: "",
  };
}

/** Reads the lines of metadata. What stands before the first "=" of a line is the name. */
export function metadataOf(text: string): MetadataPair[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const at = line.indexOf("=");
      return at < 0 ? { name: line, value: "" } : { name: line.slice(0, at).trim(), value: line.slice(at + 1).trim() };
    });
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a duration as the admin API does: a number of milliseconds, or a number with a unit. Null for any other text. */
export function delayMsOf(text: string): number | null {
  const [, number, unit = "ms"] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim()) ?? [];
  return number === undefined ? null : Math.round(Number(number) * (unitsMs[unit] as number));
}
