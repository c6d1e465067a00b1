// A call of a function → ToFunction bytes.

import { delimited, tag } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import type { Address } from "../model/address.js";
import { writeAddress } from "./address.js";
import { offerField } from "./batch-end.js";

const field1 = tag(1, delimited);
const field2 = tag(2, delimited);
const field3 = tag(3, delimited);

/** A state of the address. A state without a value is not set. */
export interface RequestState {
  readonly name: string;
  /** The value as packed.ts writes it. */
  readonly packed: Uint8Array | undefined;
}

/** One message of a batch. */
export interface RequestMessage {
  /** The sender's address; undefined when the message came from an ingress. */
  readonly caller: Address | undefined;
  /** The value as packed.ts writes it. */
  readonly argument: Uint8Array;
}

/**
 * Encodes one call (proto message InvocationBatchRequest) with the messages of the list from index `from` to before
 * `to`. It offers to read how far the batch came, which SDKs that can't tell ignore.
 */
export function encodeRequest(
  target: Address,
  states: readonly RequestState[],
  messages: readonly RequestMessage[],
  from: number,
  to: number,
): Uint8Array {
  const writer = new WireWriter();
  const batch = writer.begin(tag(100, delimited));
  writeAddress(writer, field1, target);
  for (const { name, packed } of states) {
    const state = writer.begin(field2);
    writer.string(field1, name);
    if (packed !== undefined) writer.bytes(field2, packed);
    writer.end(state);
  }
  for (let index = from; index < to; index++) {
    const { caller, argument } = messages[index] as RequestMessage;
    const message = writer.begin(field3);
    if (caller !== undefined) writeAddress(writer, field1, caller);
    writer.bytes(field2, argument);
    writer.end(message);
  }
  writer.end(batch);
  writer.uint32(offerField);
  writer.uint32(1);
  return writer.finish();
}
