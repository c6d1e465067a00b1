// What one batch did: the messages that it handled, what it sent, which states it changed, and how it failed.

import type { Address } from "../model/address.js";
import { keptFailure } from "../model/dead-letter.js";
import { type Failure, failureOf } from "../model/failure.js";
import type { TypedValue } from "../model/typed-value.js";
import type { AnsweredPart } from "./answered-part.js";
import type { Instance } from "./instance.js";
import { KeptValue, mostWholeBytes } from "./kept-value.js";
import type { Message } from "./message.js";
import type { Packed } from "./packed.js";

/** How many messages of a batch are kept, and how many of what it sent. */
export const mostMessages = 100;
export const mostSent = 200;
/** How many bytes of values one recording keeps. Each further value is kept as its head. */
const mostValueBytes = 2 * mostWholeBytes;
/** About how many bytes a recording takes, and an entry of one of its lists, without values. */
const recordingBytes = 512;
const entryBytes = 160;
/** How many types of messages a summary names. */
const mostTypenames = 5;

/** A message that the batch handled, or failed to handle. */
export interface RecordedMessage {
  /** The sequence number of the message. */
  readonly number: number;
  readonly caller: Address | undefined;
  readonly end: "handled" | "refused" | "failed";
  /** Why the message was refused or has failed; undefined when it was handled. */
  readonly failure: Failure | undefined;
  readonly kept: KeptValue;
}

/** A message that the batch sent. */
export interface RecordedSend {
  /** The sequence number of the message; undefined for an answer to a client. A delayed message gets another one when it is due. */
  number: number | undefined;
  readonly target: Address;
  readonly typename: string;
  /** When a delayed message is due, in milliseconds since 1970. */
  readonly dueAt: number | undefined;
}

/** A record that the batch sent to an egress. */
export interface RecordedRecord {
  readonly egress: string;
  readonly typename: string;
}

/** A state that the batch changed. */
export interface RecordedState {
  readonly name: string;
  readonly before: KeptValue | undefined;
  after: KeptValue | undefined;
}

/** What a part of a batch is about to change, noted before it is applied, and what it sends, noted meanwhile. */
export class PartNotes {
  readonly messages: readonly Message[];
  /** The values of the states that the part changes, before it changes them. */
  readonly before: readonly (Packed | undefined)[];
  readonly sent: RecordedSend[] = [];
  readonly records: RecordedRecord[] = [];

  constructor({ mailbox, states }: Instance, { consumed, effects }: AnsweredPart) {
    this.messages = Array.from({ length: Math.min(consumed, mostMessages) }, (_, index) => mailbox.at(index));
    this.before = effects.mutations.map(({ name }) => states.held(name));
  }

  /** Notes a message that is sent. */
  sends(target: Address, typename: string, number: number | undefined, dueAt?: number): void {
    if (this.sent.length < mostSent) this.sent.push({ number, target, typename, dueAt });
  }

  /** Notes a record that is sent to an egress. */
  sendsRecord(egress: string, typename: string): void {
    if (this.records.length < mostSent) this.records.push({ egress, typename });
  }
}

export class Recording {
  /** Grows with every recording. */
  readonly number: number;
  readonly address: Address;
  /** Whether the recording is kept with its values, and not only shown to who watches at this moment. */
  readonly whole: boolean;
  /** How many batches lie between this one and the first one whose messages were followed. */
  readonly depth: number;
  readonly messages: RecordedMessage[] = [];
  /** How many messages there are, beyond the kept ones too. */
  messageCount = 0;
  readonly sent: RecordedSend[] = [];
  sentCount = 0;
  readonly records: RecordedRecord[] = [];
  recordCount = 0;
  readonly states: RecordedState[] = [];
  /** The types of the messages, each type once. */
  readonly typenames: string[] = [];
  /** Why the batch has failed. */
  failure: Failure | undefined;
  /** The code of the failure, or of the first message that was refused. */
  code: string | undefined;
  /** The id of the trace that came with a message. */
  trace: string | undefined;
  /** When the call began, in milliseconds since 1970. */
  beganAt = 0;
  durationMs = 0;
  /** About how many bytes the recording takes. */
  bytes = recordingBytes;

  constructor(number: number, address: Address, whole: boolean, depth: number) {
    this.number = number;
    this.address = address;
    this.whole = whole;
    this.depth = depth;
  }

  /** Takes a part of the batch that was applied. */
  add({ states }: Instance, { consumed, effects, ends }: AnsweredPart, notes: PartNotes): void {
    const refused = new Map(ends?.flatMap(({ index, failure }) => (failure === undefined ? [] : [[index, failure]])));
    for (const [index, message] of notes.messages.entries()) {
      const failure = refused.get(index);
      this.#addMessage(message, failure === undefined ? "handled" : "refused", failure);
    }
    for (const [, { code }] of refused) this.code ??= code;
    this.messageCount += consumed;
    this.#addAll(this.sent, notes.sent);
    this.sentCount += effects.messages.length + effects.delayed.filter((entry) => !("cancel" in entry)).length;
    this.#addAll(this.records, notes.records);
    this.recordCount += effects.egresses.length;
    for (const [index, { name }] of effects.mutations.entries()) {
      const after = states.held(name);
      const known = this.states.find((state) => state.name === name);
      if (known !== undefined) known.after = this.#keep(after);
      else this.states.push({ name, before: this.#keep(notes.before[index]), after: this.#keep(after) });
    }
  }

  /** Takes the failure of the batch: one of the first `count` messages that are left in the mailbox is to blame. */
  fail({ mailbox }: Instance, count: number, error: Error): void {
    this.failure = keptFailure(failureOf(error));
    this.code = this.failure.code;
    const length = Math.min(count, mailbox.loaded);
    for (let index = 0; index < length; index++) this.#addMessage(mailbox.at(index), "failed", this.failure);
    this.messageCount += length;
  }

  #addMessage(message: Message, end: RecordedMessage["end"], failure: Failure | undefined): void {
    const value = message.value.unpack();
    const { typename } = value;
    if (this.typenames.length < mostTypenames && !this.typenames.includes(typename)) this.typenames.push(typename);
    this.trace ??= traceOf(value);
    if (!this.whole || this.messages.length >= mostMessages) return;
    const kept = this.#keep(message.value);
    this.bytes += entryBytes;
    const { number, caller } = message;
    this.messages.push({ number, caller, end, failure: failure && keptFailure(failure), kept });
  }

  #addAll<T>(list: T[], more: readonly T[]): void {
    for (const entry of more) {
      if (list.length >= mostSent) return;
      list.push(entry);
      this.bytes += entryBytes;
    }
  }

  #keep(packed: Packed): KeptValue;
  #keep(packed: Packed | undefined): KeptValue | undefined;
  #keep(packed: Packed | undefined): KeptValue | undefined {
    if (packed === undefined || !this.whole) return undefined;
    const kept = new KeptValue(packed, mostValueBytes - this.bytes);
    this.bytes += kept.size;
    return kept;
  }
}

/** The id of the trace in the metadata of a message, as W3C's Trace Context writes it. */
function traceOf({ hasMetadata, metadata }: TypedValue): string | undefined {
  if (!hasMetadata) return undefined;
  return /^[\da-f]{2}-([\da-f]{32})-/.exec(metadata.getText("traceparent") ?? "")?.[1];
}
