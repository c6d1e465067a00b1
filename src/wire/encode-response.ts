// SideEffects, or a list of missing states → FromFunction bytes, in the generation of the request.

import protobuf from "protobufjs/minimal.js";
import type { Address } from "../model/address.js";
import type { ExpireMode } from "../model/expiration.js";
import type { Generation, SideEffects, ValueSpec } from "../model/invocation.js";
import type { TypedValue } from "../model/type.js";

type Writer = InstanceType<typeof protobuf.Writer>;

const varint = 0;
const delimited = 2;
const tag = (field: number, wireType: number) => (field << 3) | wireType;

const expireModes: Record<ExpireMode, number> = { none: 0, "after-write": 1, "after-call": 2 };

/** Encodes what a batch did (proto oneof field invocation_result = 100). */
export function encodeResponse(effects: SideEffects, generation: Generation): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(tag(100, delimited)).fork();
  for (const { name, value } of effects.mutations) {
    writer.uint32(tag(1, delimited)).fork();
    // DELETE = 0 is proto3's default and so left out.
    if (value !== undefined) writer.uint32(tag(1, varint)).int32(1);
    writer.uint32(tag(2, delimited)).string(name);
    if (value !== undefined) writePacked(writer, 3, value, generation);
    writer.ldelim();
  }
  for (const { target, argument } of effects.messages) {
    writer.uint32(tag(2, delimited)).fork();
    writeAddress(writer, 1, target);
    writePacked(writer, 2, argument, generation);
    writer.ldelim();
  }
  for (const entry of effects.delayed) {
    writer.uint32(tag(3, delimited)).fork();
    if ("cancel" in entry) {
      writer.uint32(tag(10, varint)).bool(true);
      writer.uint32(tag(11, delimited)).string(entry.cancel);
    } else {
      if (entry.delayMs !== 0) writer.uint32(tag(1, varint)).int64(entry.delayMs);
      writeAddress(writer, 2, entry.target);
      writePacked(writer, 3, entry.argument, generation);
      if (entry.cancellationToken !== undefined) {
        writer.uint32(tag(11, delimited)).string(entry.cancellationToken);
      }
    }
    writer.ldelim();
  }
  for (const { namespace, name, argument } of effects.egresses) {
    writer.uint32(tag(4, delimited)).fork();
    writer.uint32(tag(1, delimited)).string(namespace);
    writer.uint32(tag(2, delimited)).string(name);
    writePacked(writer, 3, argument, generation);
    writer.ldelim();
  }
  return writer.ldelim().finish();
}

/** Encodes the states that a v3 engine has yet to register (proto oneof field incomplete_invocation_context = 101). */
export function encodeIncompleteContext(missing: readonly ValueSpec[]): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(tag(101, delimited)).fork();
  for (const { name, typename, expiration } of missing) {
    writer.uint32(tag(1, delimited)).fork();
    writer.uint32(tag(1, delimited)).string(name);
    if (expiration.mode !== "none") {
      writer.uint32(tag(2, delimited)).fork();
      writer.uint32(tag(1, varint)).int32(expireModes[expiration.mode]);
      writer.uint32(tag(2, varint)).int64(expiration.afterMs);
      writer.ldelim();
    }
    writer.uint32(tag(3, delimited)).string(typename);
    writer.ldelim();
  }
  return writer.ldelim().finish();
}

function writeAddress(writer: Writer, field: number, { namespace, name, id }: Address): void {
  writer.uint32(tag(field, delimited)).fork();
  writer.uint32(tag(1, delimited)).string(namespace);
  writer.uint32(tag(2, delimited)).string(name);
  writer.uint32(tag(3, delimited)).string(id);
  writer.ldelim();
}

function writePacked(writer: Writer, field: number, packed: TypedValue, generation: Generation): void {
  writer.uint32(tag(field, delimited)).fork();
  if (generation === "v3") {
    writer.uint32(tag(1, delimited)).string(packed.typename);
    writer.uint32(tag(2, varint)).bool(true);
    if (packed.value.length > 0) writer.uint32(tag(3, delimited)).bytes(packed.value);
  } else {
    const { typename, value } = packed.toV2();
    writer.uint32(tag(1, delimited)).string(typename);
    if (value.length > 0) writer.uint32(tag(2, delimited)).bytes(value);
  }
  writer.ldelim();
}
