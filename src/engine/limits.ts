// How much the engine takes on.

import { defaultMetadataBytes } from "../model/metadata.js";

/** Limits of an engine. */
export interface EngineLimits {
  /** Bytes that may wait in one mailbox before messages from outside are refused for it. Defaults to 16 MiB. */
  readonly mailboxBytes: number;
  /** Bytes that may wait in all mailboxes of one function before messages from outside are refused for it. Defaults to 64 MiB. */
  readonly functionBytes: number;
  /**
   * Bytes of records that may wait for one egress before messages from outside are refused for the functions that send
   * records there. Defaults to 64 MiB.
   */
  readonly egressBytes: number;
  /** Bytes that may wait in all mailboxes and for all egresses before all messages from outside are refused. Defaults to 512 MiB. */
  readonly totalBytes: number;
  /**
   * Bytes of waiting messages, delayed messages, records and states that are kept in memory, the rest being in the store only.
   * Defaults to 64 MiB.
   */
  readonly memoryBytes: number;
  /** Calls from outside that may wait for an answer at once. Defaults to 20,000. */
  readonly callsWaiting: number;
  /** Calls in flight of one function. Defaults to 1,024. */
  readonly inFlight: number;
  /** Dead letters that are kept, and their bytes. Defaults to 10,000 and 256 MiB. */
  readonly deadLetters: number;
  readonly deadLetterBytes: number;
  /** Bytes of messages that one call carries; a call carries one message whatever its size. Defaults to 4 MiB. */
  readonly batchBytes: number;
  /** Bytes that the names and values of the metadata of a message from outside may take. Defaults to 8 KiB. */
  readonly metadataBytes: number;
}

/** The limits that hold where none are given. Whoever opens an engine has checked the others. */
export const defaultLimits: EngineLimits = {
  mailboxBytes: 16 * 1024 * 1024,
  functionBytes: 64 * 1024 * 1024,
  egressBytes: 64 * 1024 * 1024,
  totalBytes: 512 * 1024 * 1024,
  memoryBytes: 64 * 1024 * 1024,
  callsWaiting: 20_000,
  inFlight: 1_024,
  batchBytes: 4 * 1024 * 1024,
  metadataBytes: defaultMetadataBytes,
  deadLetters: 10_000,
  deadLetterBytes: 256 * 1024 * 1024,
};

/** How long to wait before a store that could not be read is read again. */
export const storeRetryMs = 100;
