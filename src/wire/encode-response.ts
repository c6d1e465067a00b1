// The effects of a batch, or the missing states → FromFunction bytes, in the generation of the request.

import { delimited, tag, varint } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import type { ExpireMode } from "../model/expiration.js";
import type { Generation, SideEffects, ValueSpec } from "../model/invocation.js";
import type { TypedValue } from "../model/typed-value.js";
import { writeAddress } from "./address.js";
import { type BatchEnd, writeBatchEnd } from "./batch-end.js";
import { typeHead } from "./field-heads.js";
import { writePacked } from "./packed.js";

const expireModes: Record<ExpireMode, number> = { none: 0, "after-write": 1, "after-call": 2 };
const field1 = tag(1, delimited);
const field2 = tag(2, delimited);
const field3 = tag(3, delimited);
const field4 = tag(4, delimited);

/**
 * Encodes the effects of a batch (proto oneof field invocation_result = 100). `end` says how its messages ended, to an engine
 * that has offered to read that.
 */
export function encodeResponse(effects: SideEffects, generation: Generation, end?: BatchEnd): Uint8Array {
  const writer = new WireWriter();
  const result = writer.begin(tag(100, delimited));
  for (const { name, value } of effects.mutations) {
    const mutation = writer.begin(field1);
    // DELETE = 0 is the default, which proto3 leaves out.
    if (value !== undefined) {
      writer.uint32(tag(1, varint));
      writer.uint32(1);
    }
    writer.string(field2, name);
    if (value !== undefined) writeValue(writer, field3, value, generation);
    writer.end(mutation);
  }
  for (const { target, argument } of effects.messages) {
    const message = writer.begin(field2);
    writeAddress(writer, field1, target);
    writeValue(writer, field2, argument, generation);
    writer.end(message);
  }
  for (const entry of effects.delayed) {
    const delayed = writer.begin(field3);
    if ("cancel" in entry) {
      writer.uint32(tag(10, varint));
      writer.uint32(1);
      writer.string(tag(11, delimited), entry.cancel);
    } else {
      if (entry.delayMs !== 0) {
        writer.uint32(tag(1, varint));
        writer.int64(entry.delayMs);
      }
      writeAddress(writer, field2, entry.target);
      writeValue(writer, field3, entry.argument, generation);
      if (entry.cancellationToken !== undefined) writer.string(tag(11, delimited), entry.cancellationToken);
    }
    writer.end(delayed);
  }
  for (const { namespace, name, argument } of effects.egresses) {
    const egress = writer.begin(field4);
    writer.fields(typeHead(namespace, name));
    writeValue(writer, field3, argument, generation);
    writer.end(egress);
  }
  writer.end(result);
  if (end !== undefined) writeBatchEnd(writer, end);
  return writer.finish();
}

/** Encodes the states that a v3 engine must register first (proto oneof field incomplete_invocation_context = 101). */
export function encodeIncompleteContext(missing: readonly ValueSpec[]): Uint8Array {
  const writer = new WireWriter();
  const context = writer.begin(tag(101, delimited));
  for (const { name, typename, expiration } of missing) {
    const spec = writer.begin(field1);
    writer.string(field1, name);
    if (expiration.mode !== "none") {
      const expirationSpec = writer.begin(field2);
      writer.uint32(tag(1, varint));
      writer.uint32(expireModes[expiration.mode]);
      writer.uint32(tag(2, varint));
      writer.int64(expiration.afterMs);
      writer.end(expirationSpec);
    }
    writer.string(field3, typename);
    writer.end(spec);
  }
  writer.end(context);
  return writer.finish();
}

function writeValue(writer: WireWriter, field: number, value: TypedValue, generation: Generation): void {
  const start = writer.begin(field);
  writePacked(writer, value, generation);
  writer.end(start);
}
