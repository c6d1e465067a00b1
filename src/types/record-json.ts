// Records for Kafka and Kinesis as the consumers of the embedded runtime's egresses get them: as objects, with values that can be read.

import { platform } from "../bytes/platform.js";
import { Metadata } from "../model/metadata.js";
import { TypedValue } from "../model/typed-value.js";
import { type ReadRecord, readRecord } from "./egress-records.js";
import { showMetadata } from "./metadata-json.js";

/**
 * The record as an object: topic or stream, key, and the value as `decode` gives it. Fields that are not set are missing, and so
 * are headers without an entry. Undefined for a value that is no record.
 */
export function recordObject(
  value: TypedValue,
  decode: (packed: TypedValue) => unknown,
): Record<string, unknown> | undefined {
  const record = readRecord(value);
  if (record === undefined) return undefined;
  const show = (content: ReadRecord["value"]) => ({ value: content instanceof TypedValue ? decode(content) : content });
  return fieldsOf(record, show, (headers) => headers);
}

/**
 * The record as JSON, in the same form. A value that is bytes, or for which `jsonOf` has no JSON, stands as "base64" in place of
 * "value". Undefined for a value that is no record.
 */
export function recordJson(value: TypedValue, jsonOf: (packed: TypedValue) => string | undefined): string | undefined {
  const record = readRecord(value);
  if (record === undefined) return undefined;
  const show = (content: ReadRecord["value"]) => {
    if (typeof content === "string") return { value: content };
    const json = content instanceof TypedValue ? jsonOf(content) : undefined;
    if (json !== undefined) return { value: JSON.parse(json) };
    return { base64: platform.encodeBase64(content instanceof TypedValue ? content.value : content) };
  };
  return JSON.stringify(fieldsOf(record, show, showMetadata));
}

function fieldsOf(
  record: ReadRecord,
  show: (content: ReadRecord["value"]) => object,
  showHeaders: (headers: Metadata) => unknown,
): Record<string, unknown> {
  const shown = Object.entries(record).flatMap(([name, field]): (readonly [string, unknown])[] => {
    if (name === "value") return Object.entries(show(record.value));
    if (field instanceof Metadata) return field.size === 0 ? [] : [[name, showHeaders(field)]];
    return field === undefined ? [] : [[name, field]];
  });
  return Object.fromEntries(shown);
}
