// What the admin server answers at /batches, and what it streams at /live: the batches that were recorded.

import type { ShownMessage, ShownValue } from "./values.js";

/** The answers about recorded batches, by the names of their routes. */
export interface BatchAnswers {
  readonly batches: BatchList;
  readonly batch: RecordedBatch;
  readonly caused: CausedBatches;
}

/** One recorded batch in a list. */
export interface BatchSummary {
  /** Names the recorded batch, as long as this process runs. */
  readonly batch: string;
  /** The type name of the function. */
  readonly function: string;
  /** The id of the address. */
  readonly id: string;
  /** When the call of the function began. */
  readonly at: string;
  /** How many milliseconds the call took. */
  readonly durationMs: number;
  /** How many messages the batch ended, or failed to end. */
  readonly messages: number;
  /** The types of these messages, each type once: the first five. */
  readonly typenames: readonly string[];
  /** How many messages the batch sent, delayed ones and answers included. */
  readonly sent: number;
  /** How many records the batch sent to egresses. */
  readonly egressRecords: number;
  /** The names of the states that the batch changed. */
  readonly states: readonly string[];
  /** The code of the batch's failure, or of its first message that was refused for good; null when all went well. */
  readonly code: string | null;
  /** The id of the trace that came with the batch's messages; null when there is none. */
  readonly trace: string | null;
  /** Whether the batch is kept, so that GET /batches/:batch shows it. In a list it always is. */
  readonly recorded: boolean;
}

/** The error of a batch, or of a message. */
export interface BatchError {
  /** The stable code of the error. */
  readonly code: string;
  /** What the error says. */
  readonly message: string;
  /** Where the error was thrown; null when nothing is known. */
  readonly stack: string | null;
}

/** A message that the batch handled: its value, its metadata, and what became of it. */
export type BatchMessage = ShownMessage & HandledMessage;

/** What became of a message that the batch handled. */
export interface HandledMessage {
  /** The sequence number of the message, by which a sent message is found again where it is handled. */
  readonly message: string;
  /** The sender as "namespace/name/id"; null when the message came from outside. */
  readonly caller: string | null;
  /** Whether the message was handled, was refused for good, or failed and is tried again. */
  readonly end: "handled" | "refused" | "failed";
  /** Why the message was refused or has failed; null when it was handled. */
  readonly error: BatchError | null;
  /** The recorded batch that sent the message; null when it is not recorded or the message came from outside. */
  readonly causedBy: string | null;
}

/** A message that the batch sent. */
export interface SentMessage {
  /** The sequence number of the message; null for an answer to a client, which waits nowhere. */
  readonly message: string | null;
  /** The address that gets the message, as "namespace/name/id". */
  readonly target: string;
  /** The type of the message. */
  readonly typename: string;
  /** When a delayed message is delivered; null for a message that is delivered at once. */
  readonly delayed: string | null;
  /** The recorded batch that has handled the message; null when there is none yet. */
  readonly batch: string | null;
}

/** A record that the batch sent to an egress. */
export interface SentRecord {
  /** The type name of the egress. */
  readonly egress: string;
  /** The type of the record. */
  readonly typename: string;
}

/** A state that the batch changed. */
export interface ChangedState {
  /** The name of the state. */
  readonly name: string;
  /** The value before the batch; null when the state was not set. */
  readonly before: ShownValue | null;
  /** The value after the batch; null when the batch deleted the state. */
  readonly after: ShownValue | null;
}

/** The answer of GET /batches. */
export interface BatchList {
  /** The recorded batches, the newest first. */
  readonly batches: readonly BatchSummary[];
  /** The `after` of the next page; null on the last page. */
  readonly next: string | null;
}

/** The answer of GET /batches/:batch. */
export interface RecordedBatch {
  /** Names the recorded batch, as long as this process runs. */
  readonly batch: string;
  /** The type name of the function. */
  readonly function: string;
  /** The id of the address. */
  readonly id: string;
  /** When the call of the function began. */
  readonly at: string;
  /** How many milliseconds the call took. */
  readonly durationMs: number;
  /** The id of the trace that came with the batch's messages; null when there is none. */
  readonly trace: string | null;
  /** Why the batch failed; null when it did not. */
  readonly error: BatchError | null;
  /** The messages that the batch handled, in their order: the first 100. */
  readonly messages: readonly BatchMessage[];
  /** How many messages there are beyond those. */
  readonly moreMessages: number;
  /** The messages that the batch sent, in their order: the first 200. */
  readonly sent: readonly SentMessage[];
  /** How many sent messages there are beyond those. */
  readonly moreSent: number;
  /** The records that the batch sent to egresses, in their order: the first 200. */
  readonly egressRecords: readonly SentRecord[];
  /** How many records there are beyond those. */
  readonly moreRecords: number;
  /** The states that the batch changed. */
  readonly states: readonly ChangedState[];
}

/** A batch, and the batches that handled what it sent. */
export interface CausedBatch extends BatchSummary {
  /** The sequence numbers of the messages by which the batch above caused this one; empty for the batch that was asked for. */
  readonly through: readonly string[];
  /** How many of the messages that this batch sent were handled by no recorded batch. */
  readonly unseen: number;
  /** The batches that handled what this one sent, in the order in which they began. A batch stands where it was first caused. */
  readonly caused: readonly CausedBatch[];
}

/** The answer of GET /batches/:batch/caused. */
export interface CausedBatches {
  /** The recorded batches that led to this one, the nearest first. */
  readonly causes: readonly string[];
  /** The batch that was asked for, with all that it caused. */
  readonly tree: CausedBatch;
  /** Whether more than 1,000 batches were caused, of which the tree holds the first. */
  readonly more: boolean;
}

/** The data of one event `batches` of the stream GET /live. */
export interface LiveBatches {
  /** The batches that have ended, in their order: at most 200. */
  readonly batches: readonly BatchSummary[];
  /** How many further batches have ended since the event before that the filter may have chosen. */
  readonly skipped: number;
}
