// A value as it travels: the bytes of an Any (v2) or of a TypedValue (v3). The engine passes the bytes on unopened, so
// that fields that it does not know survive.

import { delimited, tag, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import type { Generation } from "../model/invocation.js";
import { type MetadataEntry, metadataField, readMetadataEntry } from "../model/metadata.js";
import { TypedValue } from "../model/typed-value.js";
import { valueHead } from "./field-heads.js";
import { primitiveFor } from "./primitives.js";

const field1 = tag(1, delimited);
const field2 = tag(2, delimited);
const field3 = tag(3, delimited);

/** Encodes a value in the form that functions of this generation expect. */
export function encodePacked(value: TypedValue, generation: Generation): Uint8Array {
  const writer = new WireWriter();
  writePacked(writer, value, generation);
  return writer.finish();
}

/** Writes a value in the form of a generation, without a tag and a length. */
export function writePacked(writer: WireWriter, value: TypedValue, generation: Generation): void {
  if (generation === "v3") {
    writer.fields(valueHead(value.typename));
    value.writeTo(writer, field3);
  } else {
    const v2 = value.toV2();
    writer.string(field1, v2.typename);
    v2.writeTo(writer, field2);
  }
  // An Any has no such field, but an engine passes on the fields that it does not know.
  value.writeMetadata(writer);
}

/**
 * Reads the typename of an encoded value and checks its fields. Throws an Error that says what is wrong with the bytes.
 */
export function typenameOfPacked(bytes: Uint8Array): string {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  let typename = "";
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) typename = reader.string(end);
    else if (fieldTag === metadataField) readMetadataEntry(reader, end);
    else reader.skip(fieldTag, end);
  }
  return typename;
}

/** Decodes a value, which keeps a view of the bytes. Throws an Error that says what is wrong with the bytes. */
export function decodePacked(bytes: Uint8Array, generation: Generation): TypedValue {
  const valueField = generation === "v3" ? field3 : field2;
  const reader = new WireReader(bytes);
  const end = bytes.length;
  let typename = "";
  let start = 0;
  let valueEnd = 0;
  let metadata: MetadataEntry[] | undefined;
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) typename = reader.string(end);
    else if (fieldTag === valueField) {
      valueEnd = reader.endOfField(end);
      start = reader.pos;
      reader.pos = valueEnd;
    } else if (fieldTag === metadataField) {
      metadata ??= [];
      metadata.push(readMetadataEntry(reader, end));
    } else reader.skip(fieldTag, end);
  }
  return TypedValue.slice(typename, bytes, start, valueEnd, metadata);
}

/** Encodes the same value in the form of another generation. Throws an Error that says what is wrong with the bytes. */
export function convertPacked(bytes: Uint8Array, from: Generation, to: Generation): Uint8Array {
  return from === to ? bytes : encodePacked(primitiveFor(decodePacked(bytes, from), to), to);
}
