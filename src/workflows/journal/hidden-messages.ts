// The messages by which workflows go on: a function sends itself a wake, and anybody may send it a cancellation.

import { delimited, tag, varint, WireReader } from "../../bytes/reader.js";
import { WireWriter } from "../../bytes/writer.js";
import { TypedValue } from "../../model/typed-value.js";
import { cancelTypename, wakeTypename } from "./names.js";

/** What a wake is about. Without a run and a call, runs that wait for their turn begin. */
export interface Wake {
  /** The id of a run; empty when the wake is about no run. */
  readonly run: string;
  /** The place of the operation whose timer is due; undefined when the run only goes on. */
  readonly operation: number | undefined;
  /** How often the operation had failed when its timer was started. */
  readonly attempts: number;
  /** The token of an ordinary handler's call whose time is over; empty when the wake is about no call. */
  readonly call: string;
}

/** Which run is to be cancelled, and why. */
export interface Cancellation {
  /** The id of a run. Empty names every run of the address. */
  readonly run: string;
  readonly reason: string;
}

const text1 = tag(1, delimited);
const text2 = tag(2, delimited);
const number2 = tag(2, varint);
const number3 = tag(3, varint);
const text4 = tag(4, delimited);

/** Packs a wake. What is left out of it is empty. */
export function wakeMessage({ run = "", operation, attempts = 0, call = "" }: Partial<Wake>): TypedValue {
  const writer = new WireWriter();
  if (run !== "") writer.string(text1, run);
  if (operation !== undefined) {
    writer.uint32(number2);
    writer.uint32(operation + 1);
  }
  if (attempts > 0) {
    writer.uint32(number3);
    writer.uint32(attempts);
  }
  if (call !== "") writer.string(text4, call);
  return new TypedValue(wakeTypename, writer.finish());
}

/** Reads a wake. Throws an Error that says what is wrong with the bytes. */
export function readWake({ value }: TypedValue): Wake {
  const reader = new WireReader(value);
  const end = value.length;
  let run = "";
  let operation: number | undefined;
  let attempts = 0;
  let call = "";
  while (reader.pos < end) {
    const field = reader.tag(end);
    if (field === text1) run = reader.string(end);
    else if (field === number2) operation = reader.uint32(end) - 1;
    else if (field === number3) attempts = reader.uint32(end);
    else if (field === text4) call = reader.string(end);
    else reader.skip(field, end);
  }
  return { run, operation: operation === -1 ? undefined : operation, attempts, call };
}

/** Packs a cancellation. */
export function cancelMessage({ run, reason }: Cancellation): TypedValue {
  const writer = new WireWriter();
  if (run !== "") writer.string(text1, run);
  if (reason !== "") writer.string(text2, reason);
  return new TypedValue(cancelTypename, writer.finish());
}

/** Reads a cancellation. Throws an Error that says what is wrong with the bytes. */
export function readCancellation({ value }: TypedValue): Cancellation {
  const reader = new WireReader(value);
  const end = value.length;
  let run = "";
  let reason = "";
  while (reader.pos < end) {
    const field = reader.tag(end);
    if (field === text1) run = reader.string(end);
    else if (field === text2) reason = reader.string(end);
    else reader.skip(field, end);
  }
  return { run, reason };
}
