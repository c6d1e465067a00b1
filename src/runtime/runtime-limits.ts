// The limits of a runtime as users write them, and as the engine takes them.

import { defaultLimits, type EngineLimits } from "../engine/limits.js";
import { defineOptions, nested, type Option, positiveInteger, withDefault } from "../model/options.js";

/** How much a runtime takes on. Each limit is above 0; counts and bytes are whole numbers. */
export interface RuntimeLimits {
  /** Bytes that may wait in one mailbox before the ingress refuses more. Defaults to 16 MiB. */
  readonly mailboxBytes?: number;
  /** Bytes that may wait in all mailboxes of one function before the ingress refuses more for it. Defaults to 64 MiB. */
  readonly functionBytes?: number;
  /**
   * Bytes of records that may wait for one egress before the ingress refuses more for the functions that send records
   * there. Defaults to 64 MiB.
   */
  readonly egressBytes?: number;
  /** Bytes that may wait in all mailboxes and for all egresses before the ingress refuses everything. Defaults to 512 MiB. */
  readonly totalBytes?: number;
  /**
   * Bytes of waiting messages, delayed messages, records and states that are kept in memory. The rest is in the data folder
   * only, and is read when its turn comes. Defaults to 64 MiB.
   */
  readonly memoryBytes?: number;
  /** Clients that may wait for an answer at once. Defaults to 20,000. */
  readonly callsWaiting?: number;
  /** Calls of one function that may be in flight at once. Defaults to 1,024. */
  readonly inFlight?: number;
  /** Bytes of messages in one call; a single message may be larger. Defaults to 4 MiB. */
  readonly batchBytes?: number;
  /**
   * Bytes that the names and values of a message's metadata may take: of a message from outside, and of one that a function
   * of this process gives metadata. Defaults to 8 KiB.
   */
  readonly metadataBytes?: number;
  /** Dead letters that are kept. Defaults to 10,000. */
  readonly deadLetters?: number;
  /** Bytes of dead letters that are kept. Defaults to 256 MiB. */
  readonly deadLetterBytes?: number;
}

const limitOptions = defineOptions<RuntimeLimits>()({
  mailboxBytes: withDefault(positiveInteger, defaultLimits.mailboxBytes),
  functionBytes: withDefault(positiveInteger, defaultLimits.functionBytes),
  egressBytes: withDefault(positiveInteger, defaultLimits.egressBytes),
  totalBytes: withDefault(positiveInteger, defaultLimits.totalBytes),
  memoryBytes: withDefault(positiveInteger, defaultLimits.memoryBytes),
  callsWaiting: withDefault(positiveInteger, defaultLimits.callsWaiting),
  inFlight: withDefault(positiveInteger, defaultLimits.inFlight),
  batchBytes: withDefault(positiveInteger, defaultLimits.batchBytes),
  metadataBytes: withDefault(positiveInteger, defaultLimits.metadataBytes),
  deadLetters: withDefault(positiveInteger, defaultLimits.deadLetters),
  deadLetterBytes: withDefault(positiveInteger, defaultLimits.deadLetterBytes),
});

/** Reads limits as the engine's. Throws OPTION_INVALID. */
export const limitsOption: Option<RuntimeLimits, EngineLimits> = nested(limitOptions);
