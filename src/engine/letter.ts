// A dead letter as the store keeps it.

import { delimited, tag, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import { Address } from "../model/address.js";
import type { DeadLetter } from "../model/dead-letter.js";
import type { Generation } from "../model/invocation.js";
import { readAddress, writeAddress } from "../wire/address.js";
import { kinds } from "./keys.js";
import { generationField, Packed, readGeneration } from "./packed.js";

// The fields of a message, see message.ts, and one field more.
const callerField = tag(1, delimited);
const valueField = tag(2, delimited);
const addressField = tag(4, delimited);
const historyField = tag(7, delimited);

/** What is known of the failure of a letter's message; kept as JSON. */
type History = Pick<DeadLetter, "error" | "attempts" | "firstFailedAt" | "lastFailedAt">;

/** A dead letter whose message is packed. */
export interface Letter extends Omit<DeadLetter, "value"> {
  readonly value: Packed;
  /** How many bytes it takes in the store. */
  readonly size: number;
}

export const letterKey = (id: string) => kinds.letter + id;

export function encodeLetter(letter: Omit<Letter, "id" | "size">): Uint8Array {
  const { caller, value, address, error, attempts, firstFailedAt, lastFailedAt } = letter;
  const history: History = { error, attempts, firstFailedAt, lastFailedAt };
  const writer = new WireWriter();
  if (caller !== undefined) writeAddress(writer, callerField, caller);
  value.write(writer, valueField);
  writeAddress(writer, addressField, address);
  writer.string(historyField, JSON.stringify(history));
  return writer.finish();
}

export function decodeLetter(key: string, bytes: Uint8Array): Letter {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  let caller: Address | undefined;
  let value = bytes.subarray(0, 0);
  let generation: Generation = "v3";
  let address = new Address("", "", "");
  let history = "{}";
  while (reader.pos < end) {
    const fieldTag = reader.tag(end);
    if (fieldTag === callerField) caller = readAddress(reader, end);
    else if (fieldTag === valueField) value = reader.copy(end);
    else if (fieldTag === generationField) generation = readGeneration(reader, end);
    else if (fieldTag === addressField) address = readAddress(reader, end);
    else if (fieldTag === historyField) history = reader.string(end);
    else reader.skip(fieldTag, end);
  }
  const id = key.slice(kinds.letter.length);
  const packed = new Packed(value, generation);
  return { id, caller, value: packed, address, ...(JSON.parse(history) as History), size: bytes.length };
}

/** The letter for people. */
export function openLetter({ value, size: _, ...letter }: Letter): DeadLetter {
  return { ...letter, value: value.unpack() };
}
