// The record that Flink's egress gets of a dead letter: JSON, as the embedded runtime sends it, in a record for Kafka.

import { type DeadLetter, keptFailure, showDeadLetter } from "../model/dead-letter.js";
import type { TypedValue } from "../model/typed-value.js";
import { kafkaRecord } from "../types/egress-records.js";
import { showMessage, type TypeFinder } from "../types/show-value.js";

/** Makes the record. Its key is the address, so that the letters of one address stay in order. */
export function letterRecord(dead: Omit<DeadLetter, "id">, topic: string, types: TypeFinder): TypedValue {
  const letter = { ...dead, id: newId(dead.lastFailedAt), error: keptFailure(dead.error) };
  const value = JSON.stringify(showDeadLetter(letter, (message) => showMessage(types, message)));
  return kafkaRecord({ topic, key: String(dead.address), value });
}

/** Ids sort by their time. No two letters have the same one, whichever server makes them. */
function newId(now: number): string {
  return `${now.toString(36).padStart(9, "0")}-${globalThis.crypto.randomUUID()}`;
}
