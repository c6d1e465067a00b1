// Fields that stand in the same form at the head of many messages: a type name as an address and an egress have it, and the
// typename of a value. They are encoded once and copied from then on.

import { platform } from "../bytes/platform.js";
import { delimited, tag, varint } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";

/** How many heads are kept. A program has few names; the limit bounds the memory of one that makes names of its input. */
const mostHeads = 1000;

const field1 = tag(1, delimited);
const field2 = tag(2, delimited);
const hasValueFlag = tag(2, varint);

const typeHeads = new Map<string, Map<string, Uint8Array>>();
const valueHeads = new Map<string, Uint8Array>();
let heads = 0;

/** The fields 1 and 2 of an address, and of a message to an egress: the two halves of the type name. */
export function typeHead(namespace: string, name: string): Uint8Array {
  return typeHeads.get(namespace)?.get(name) ?? makeTypeHead(namespace, name);
}

/** The fields 1 and 2 of a TypedValue that has a value: its typename, and the flag that says so. */
export function valueHead(typename: string): Uint8Array {
  return valueHeads.get(typename) ?? makeValueHead(typename);
}

function makeTypeHead(namespace: string, name: string): Uint8Array {
  const writer = new WireWriter();
  writer.string(field1, namespace);
  writer.string(field2, name);
  const head = finish(writer);
  if (heads < mostHeads) {
    const siblings = typeHeads.get(namespace) ?? new Map<string, Uint8Array>();
    typeHeads.set(namespace, siblings.set(name, head));
    heads += 1;
  }
  return head;
}

function makeValueHead(typename: string): Uint8Array {
  const writer = new WireWriter();
  writer.string(field1, typename);
  writer.uint32(hasValueFlag);
  writer.uint32(1);
  const head = finish(writer);
  if (heads < mostHeads) {
    valueHeads.set(typename, head);
    heads += 1;
  }
  return head;
}

/** Copies the written bytes into memory of their own: kept, they would keep the whole slab of answers. */
function finish(writer: WireWriter): Uint8Array {
  const bytes = writer.finish();
  const head = platform.allocateAlone(bytes.length);
  head.set(bytes);
  return head;
}
