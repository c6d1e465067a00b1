// What a batch needs of its host, and the limit of one batch.

import type { Address } from "../model/address.js";
import type { LogFields } from "../model/logger.js";
import type { TypeFinder } from "../types/show-value.js";
import type { FailurePolicy } from "./failure-policy.js";
import type { HostClock } from "./host-clock.js";
import type { Interceptor } from "./interceptor.js";
import type { RunObserver } from "./run-observer.js";

/** The limit of one batch. */
export interface BatchLimit {
  /** Whether the batch's time is over: it then begins no further message, and its contexts are closed. */
  passed: boolean;
  /** When the last message ended that took more than a turn of the event loop; by the steady time of the host's clock. */
  messageEndedAt: number;
  /** The most bytes that the metadata of a message which is sent may take. */
  readonly metadataBytes: number;
}

/** What runs batches: a handler of requests, or an engine in the same process. */
export interface BatchHost {
  readonly policy: FailurePolicy;
  /** The interceptors of the functions, the outermost one first. */
  readonly interceptors: readonly Interceptor[];
  /** Whether the messages may be delivered again from the same bytes, which handlers then get as copies. Defaults to false. */
  readonly keepsMessages?: boolean;
  /** The most bytes that the metadata of a message which is sent may take. */
  readonly metadataBytes: number;
  /** The time that handlers see, and that limits are measured by. */
  readonly clock: HostClock;
  /** Finds the types of values that say nothing but their typenames. */
  readonly types: TypeFinder;
  /** Sees what the runs of workflows ask for and get. Defaults to nobody. */
  readonly observer?: RunObserver | undefined;
  /** Takes a line about an address. Defaults to nobody. */
  readonly warn?: (line: string, error: Error, address: Address, fields?: LogFields) => void;
  /** Takes a line for each message that a function has refused for good. Defaults to nobody: the engine logs the refusal. */
  readonly onRefused?: (line: string, error: Error, address: Address) => void;
}
