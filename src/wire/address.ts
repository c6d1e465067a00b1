// An address on the wire (proto message Address).

import { useNodeBuffer } from "../bytes/node-buffer.js";
import { delimited, tag, type WireReader } from "../bytes/reader.js";
import type { WireWriter } from "../bytes/writer.js";
import { Address } from "../model/address.js";
import { typeHead } from "./field-heads.js";

// Every reader and writer of the protocol imports this file, and only servers speak the protocol. A bare import of
// node-buffer.js would be dropped by bundlers, since package.json says that no import has side effects.
useNodeBuffer();

const field1 = tag(1, delimited);
const field2 = tag(2, delimited);
const field3 = tag(3, delimited);

/** Reads an address from a field's value. */
export function readAddress(reader: WireReader, outerEnd: number): Address {
  const end = reader.endOfField(outerEnd);
  let namespace = "";
  let name = "";
  let id = "";
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === field1) namespace = reader.name(end);
    else if (fieldTag === field2) name = reader.name(end);
    else if (fieldTag === field3) id = reader.name(end);
    else reader.skip(fieldTag, end);
  }
  return new Address(namespace, name, id);
}

/** Writes an address as a field. */
export function writeAddress(writer: WireWriter, field: number, { namespace, name, id }: Address): void {
  const address = writer.begin(field);
  writer.fields(typeHead(namespace, name));
  writer.string(field3, id);
  writer.end(address);
}
