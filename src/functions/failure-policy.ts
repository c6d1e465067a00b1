// What becomes of a message that failed.

import type { Failure } from "../model/failure.js";
import type { Invocation } from "../model/invocation.js";

/** A message that failed. What its handler had changed and sent is undone. */
export interface FailedMessage {
  readonly message: Invocation;
  readonly failure: Failure;
  readonly error: Error;
}

/**
 * What becomes of a message that failed. "refuse": the message ends, the engine is told of its failure, and the batch goes on.
 * "consume": the same, but the engine is not told: the policy has taken care of the message. "stop": the batch ends before the
 * message, which is delivered again.
 */
export type Decision = "refuse" | "consume" | "stop";

/** Decides about a message that failed. */
export type FailurePolicy = (failed: FailedMessage) => Decision;

/** Refuses a message that its function has refused for good. Any other message is tried again. */
export const refuseTerminal: FailurePolicy = ({ failure }) => (failure.terminal ? "refuse" : "stop");
