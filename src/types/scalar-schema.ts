// JSON Schemas of values that JSON has no kind of its own for.

/** A JSON Schema of draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema of a whole number of 64 bits: a number of JSON can't hold every one of them. */
export function wideSchema(format: "int64" | "uint64"): JsonSchema {
  return { type: ["integer", "string"], format, pattern: format === "int64" ? "^-?\\d{1,19}$" : "^\\d{1,20}$" };
}

/** The schema of bytes. */
export const base64Schema: JsonSchema = {
  type: "string",
  contentEncoding: "base64",
  pattern: "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
};
